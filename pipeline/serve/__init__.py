"""The pipeline as a small web server: a JSON API, and a page to try it on."""

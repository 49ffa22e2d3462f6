"""Making the models: encoder, training data, training. Extraction never imports it."""

"""`python -m pipeline`: the command line."""

from pipeline.commands import main

main()

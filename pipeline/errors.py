"""The one exception that users meet: its message is a single line that says what to do."""


class StatutsError(Exception):
    """Bad input, config or output. The command line prints the message and exits with code 2."""

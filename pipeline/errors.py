"""The one exception that users meet: its message is a single line that says what to do."""

import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """Text for a terminal, with U+FFFD for control characters, which could rewrite what it shows."""
    return _CONTROL.sub("\ufffd", text)


def one_line(message: str) -> str:
    """A message as one line for a terminal."""
    return harmless(" ".join(message.split()))


class StatutsError(Exception):
    """Bad input, config or output. The command line prints the message and exits with code 2."""

"""Codes invented to fill a field (无码库 goods have none), by their looks."""

import re

_CODE = re.compile(r"8?\d{12,20}", re.ASCII)
_ONE_DIGIT = re.compile(r"(\d)\1{9,}$", re.ASCII)
_COUNTING = "01234567890123456789"
SERIAL = 7
"""Where the serial begins; before it stands the class."""
RUN = 10


def is_placeholder(code: str) -> bool:
    """Say whether a code was made up: its serial is one digit over and over, or counts up.

    The serial of a real code is drawn at random by the platform.
    """
    if not _CODE.fullmatch(code):
        return False
    tail = code[-RUN:]
    return bool(_ONE_DIGIT.search(code)) or tail in _COUNTING or tail in _COUNTING[::-1]

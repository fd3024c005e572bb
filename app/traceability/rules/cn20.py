"""The trace code of 码上放心 (CN20): 7 digits of product and pack, 13 of serial and check.

Source: NMPAB/T 1002. Its last four digits can only be tested by the platform.
"""

import re

_CODE = re.compile(r"8\d{19}", re.ASCII)
_LIKE_ASSETS = ("8003", "8004")
CLASS_DIGITS = 7


def is_cn20(text: str) -> bool:
    """Say whether a text has the shape of a trace code."""
    return bool(_CODE.fullmatch(text))


def is_ambiguous(text: str) -> bool:
    """Say whether it could be a GS1 asset number (8003, 8004) just as well."""
    return text.startswith(_LIKE_ASSETS)


def parts_of(text: str) -> dict[str, str]:
    """Return class (药品标识码) and serial as text: 20 digits do not fit a number."""
    return {"class": text[:CLASS_DIGITS], "serial": text[CLASS_DIGITS:]}

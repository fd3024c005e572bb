"""Undo what keyboards and screens do to a code without loss, and name what they do with loss.

A repair is made only where nothing else can have been meant: width, blanks around, invisible
characters, ways to write a separator. What lost or swapped characters is told, never guessed.
"""

import re

GROUP_SEPARATOR = "\x1d"

_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_PUNCTUATION = {
    ord(wrong): right for wrong, right in zip("。【】《》“”‘’", ".[]<>\"\"''", strict=True)
}
_INVISIBLE = dict.fromkeys([0x00AD, 0x2060, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)])
_REPAIRS = _WIDTH | _PUNCTUATION | _INVISIBLE
_AROUND = " \t\r\n\v\f\0\x02\x03\x04"
"""Blanks, and what scanners put before and after a code; a leading separator is FNC1."""
_SEPARATORS = re.compile(r"\u241d|<GS>|\{GS\}|\[GS\]|\^\]", re.IGNORECASE)
_GROUPED = re.compile(r"8\d{0,19}(?: +\d+)+", re.ASCII)

_SHIFTED = str.maketrans("!@#$%^&*()￥", "12345678904")
_NUMBER = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE | re.ASCII)
_ROUNDED = re.compile(r"8\d{14}0{5}", re.ASCII)
_NEARLY = re.compile(r"8\d{18}|8\d{20}", re.ASCII)
_CAPS = re.compile(r"\](?:D[0-9]|q[0-9]|c[0-9])|hTTPS?://|ma\.156\.m0|ahm\b")


def repaired(text: str) -> str:
    """Return a text in half width, without blanks around it, separators as U+001D."""
    plain = text.translate(_REPAIRS).strip(_AROUND)
    plain = _SEPARATORS.sub(GROUP_SEPARATOR, plain)
    return plain.replace(" ", "") if _GROUPED.fullmatch(plain) else plain


def damage_of(plain: str) -> str | None:
    """Return how a code was damaged, where its looks tell: the cause of a refusal."""
    if _NUMBER.fullmatch(plain) or _ROUNDED.fullmatch(plain):
        return "spreadsheet"
    if _NEARLY.fullmatch(plain):
        return "length"
    if _CAPS.match(plain):
        return "caps-lock"
    return "keyboard" if is_shifted(plain) else None


def is_shifted(plain: str) -> bool:
    """Say whether a trace or goods code was typed with the shift key held."""
    digits = plain.translate(_SHIFTED)
    return digits != plain and bool(re.fullmatch(r"8\d{19}|69\d{11}", digits, re.ASCII))

"""Pinyin initials, by which Chinese names are searched and sorted."""

from pypinyin import Style, lazy_pinyin


def initials(name: str) -> str:
    """Return the pinyin initials of a name, lower case; other letters and digits stay."""
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return "".join(letter for letter in letters.lower() if letter.isalnum())

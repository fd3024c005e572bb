"""Lists page by key: the last row's sort key is the cursor, so no page ever shifts."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.kernel.errors import RuleBroken

T = TypeVar("T")
PAGE_SIZE = 50


class CursorUnreadable(RuleBroken):
    """The cursor was not made by us."""

    code = "cursor-unreadable"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one page, and the cursor of the next one if there is more."""

    rows: Sequence[T]
    next_cursor: str | None


def page_of(
    rows: Sequence[T], key: Callable[[T], list[str | int]], size: int = PAGE_SIZE
) -> Page[T]:
    """Cut ``size + 1`` fetched rows to a page; ``key`` gives a row's sort key."""
    shown = rows[:size]
    more = len(rows) > size
    return Page(shown, encode(key(shown[-1])) if more else None)


def encode(key: list[str | int]) -> str:
    """Return a sort key as an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode(cursor: str | None, kinds: tuple[type, ...]) -> tuple[str | int, ...] | None:
    """Return the sort key inside a cursor whose parts have these types, or None without one.

    Raises:
        CursorUnreadable: the cursor is not one of ours.
    """
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded))
        json.dumps(parts, ensure_ascii=False).encode()
    except (ValueError, binascii.Error) as error:
        raise CursorUnreadable from error
    fits = isinstance(parts, list) and len(parts) == len(kinds)
    if not fits or any(type(part) is not kind for part, kind in zip(parts, kinds, strict=True)):
        raise CursorUnreadable
    return tuple(parts)

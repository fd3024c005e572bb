"""The side navigation: each domain's views add their entries, a person sees the permitted ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

from flask import current_app, request, url_for
from flask_babel import LazyString, lazy_gettext

from app.kernel.actor import Actor, Permission


class Group(IntEnum):
    """Entries under one heading, in the order in which a day's work meets them."""

    COUNTY = 1
    DISPENSING = 2
    REQUISITIONS = 3
    PURCHASING = 4
    STOCK = 5
    EXAMS = 6
    RECORDS = 7


HEADINGS = {
    Group.COUNTY: lazy_gettext("Whole county"),
    Group.DISPENSING: lazy_gettext("Dispensing"),
    Group.REQUISITIONS: lazy_gettext("Requisition and delivery"),
    Group.PURCHASING: lazy_gettext("Purchasing and receiving"),
    Group.STOCK: lazy_gettext("Stock and upkeep"),
    Group.EXAMS: lazy_gettext("Shared exams"),
    Group.RECORDS: lazy_gettext("Records and settings"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page in the navigation; ``order`` sorts in its group, ``permissions`` are alternatives.

    Of a person's entries the one with the lowest ``home`` is their first page. Pages of the
    endpoint's own blueprint belong to it, and those that ``covers`` names, by blueprint or
    endpoint.
    """

    group: Group
    order: int
    label: LazyString
    endpoint: str
    icon: str
    permissions: tuple[Permission, ...]
    home: int = 100
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry as the template shows it; ``current`` is what ``aria-current`` says of it."""

    label: str
    href: str
    icon: str
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of the navigation and the links below it."""

    heading: str
    links: list[Link]


def add_entries(*entries: Entry) -> None:
    """Register entries; called by the factory for each blueprint's own list."""
    current_app.extensions.setdefault("navigation", []).extend(entries)


def sections_for(actor: Actor) -> list[Section]:
    """Return the entries the actor may open, under their headings."""
    entries = _permitted(actor)
    current = _current(entries)
    return [
        Section(
            heading=str(HEADINGS[group]),
            links=[_link(entry, is_current=entry is current) for entry in members],
        )
        for group, members in groupby(entries, key=lambda entry: entry.group)
    ]


def home_of(actor: Actor) -> str | None:
    """Return the address of the actor's first page, or None when nothing is open to them."""
    first = min(_permitted(actor), key=lambda entry: entry.home, default=None)
    return url_for(first.endpoint) if first else None


def _link(entry: Entry, *, is_current: bool) -> Link:
    here = "page" if entry.endpoint == request.endpoint else "true"
    return Link(
        label=str(entry.label),
        href=url_for(entry.endpoint),
        icon=entry.icon,
        current=here if is_current else "",
    )


def _current(entries: Iterable[Entry]) -> Entry | None:
    """Return the entry to which the page of this request belongs most closely."""
    nearest = max(entries, key=_nearness, default=None)
    return nearest if nearest and _nearness(nearest) else None


def _nearness(entry: Entry) -> int:
    own = entry.endpoint.partition(".")[0]
    if entry.endpoint == request.endpoint:
        return 3
    if request.endpoint in entry.covers:
        return 2
    return int(request.blueprint in (own, *entry.covers))


def _permitted(actor: Actor) -> list[Entry]:
    """Return the entries open to the actor, in the order of the navigation."""
    entries: list[Entry] = current_app.extensions.get("navigation", [])
    permitted = [entry for entry in entries if any(map(actor.may, entry.permissions))]
    return sorted(permitted, key=lambda entry: (entry.group, entry.order))

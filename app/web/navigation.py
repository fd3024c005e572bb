"""The side navigation: each domain's views add their entries, a person sees the permitted ones."""

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import LazyString

from app.kernel.actor import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page in the navigation; ``order`` sorts, ``permissions`` are alternatives.

    Of a person's entries the one with the lowest ``home`` is their first page.
    """

    order: int
    label: LazyString
    endpoint: str
    icon: str
    permissions: tuple[Permission, ...]
    home: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry as the template shows it."""

    label: str
    href: str
    icon: str
    active: bool


def add_entries(*entries: Entry) -> None:
    """Register entries; called by the factory for each blueprint's own list."""
    current_app.extensions.setdefault("navigation", []).extend(entries)


def links_for(actor: Actor) -> list[Link]:
    """Return the entries the actor may open, in their order."""
    return [
        Link(
            label=str(entry.label),
            href=url_for(entry.endpoint),
            icon=entry.icon,
            active=request.endpoint == entry.endpoint,
        )
        for entry in sorted(_permitted(actor), key=lambda entry: entry.order)
    ]


def home_of(actor: Actor) -> str | None:
    """Return the address of the actor's first page, or None when nothing is open to them."""
    first = min(_permitted(actor), key=lambda entry: (entry.home, entry.order), default=None)
    return url_for(first.endpoint) if first else None


def _permitted(actor: Actor) -> list[Entry]:
    entries: list[Entry] = current_app.extensions.get("navigation", [])
    return [entry for entry in entries if any(map(actor.may, entry.permissions))]

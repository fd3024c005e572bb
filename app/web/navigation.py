"""The side navigation: each domain's views add their entries, a person sees the permitted ones."""

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import LazyString

from app.kernel.actor import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page in the navigation; ``order`` sorts, ``permissions`` are alternatives."""

    order: int
    label: LazyString
    endpoint: str
    icon: str
    permissions: tuple[Permission, ...]


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
    entries: list[Entry] = sorted(
        current_app.extensions.get("navigation", []), key=lambda entry: entry.order
    )
    return [
        Link(
            label=str(entry.label),
            href=url_for(entry.endpoint),
            icon=entry.icon,
            active=request.endpoint == entry.endpoint,
        )
        for entry in entries
        if any(actor.may(permission) for permission in entry.permissions)
    ]

"""How the story of a code is told: chapters by place, the road on the map, the containers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from flask_babel import format_datetime, gettext

from app.kernel.history import HistoryEntry
from app.kernel.ids import FacilityId
from app.traceability.models import UnitLevel
from app.traceability.queries import LifeEvent
from app.traceability.service.story import Site, Story
from app.web.labels import label
from app.web.messages.stock import LABELS

LATE = timedelta(minutes=15)
"""What is written down so long after it happened came from a phone without signal."""
HOLDS = frozenset({"held", "released"})
ICONS = {
    "supplier": {"icon": "building-factory-2"},
    "vehicle": {"icon": "truck"},
    "patient": {"icon": "user-heart"},
    "disposal": {"icon": "trash"},
    "loss": {"icon": "trash"},
}
AT_HOME = {"icon": "building-hospital"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the story: something that happened to the code, or to its lot."""

    at: datetime
    event: LifeEvent | None = None
    change: HistoryEntry | None = None
    is_corrected: bool = False
    corrects: bool = False
    is_late: bool = False


@dataclass(slots=True)
class Chapter:
    """What happened at one place, or on one vehicle, one after the other."""

    name: str
    icon: str
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A container or vehicle that carried the code, from when until when (None: until now)."""

    name: str
    level: str
    since: datetime
    until: datetime | None
    code: str | None = None


def chapters_of(story: Story) -> list[Chapter]:
    """Return the story from the supplier to the patient, in the order it was recorded."""
    chapters: list[Chapter] = []
    for entry in _entries(story):
        name, icon = _place(entry.event) if entry.event else ("", "")
        if name and (not chapters or chapters[-1].name != name):
            chapters.append(Chapter(name, icon))
        if not chapters:
            chapters.append(Chapter(gettext("Lot"), AT_HOME["icon"]))
        chapters[-1].entries.append(entry)
    return chapters


def _entries(story: Story) -> Sequence[Entry]:
    correcting = {event.corrected_by for event in story.events}
    told = [
        (
            event.recorded_at,
            Entry(
                at=event.event_time,
                event=event,
                is_corrected=event.corrected_by is not None,
                corrects=event.event_id in correcting,
                is_late=event.recorded_at - event.event_time > LATE,
            ),
        )
        for event in story.events
    ]
    told += [
        (change.happened_at, Entry(at=change.happened_at, change=change))
        for change in story.holds
        if change.action in HOLDS
    ]
    return [entry for _, entry in sorted(told, key=lambda pair: pair[0])]


def _place(event: LifeEvent) -> tuple[str, str]:
    """Return whose chapter an event belongs to: outside our shelves by kind, else by facility."""
    icon = ICONS.get(event.place_kind or "", AT_HOME)["icon"]
    if event.place_kind in ICONS:
        kind = _kind(event.place_kind)
        return f"{kind} {event.place_name}" if event.place_name else kind, icon
    return event.facility_name, icon


def place_of(event: LifeEvent) -> str:
    """Return where in its chapter an event happened: the bin or area, if any."""
    return event.place_name or _kind(event.place_kind)


def _kind(kind: str | None) -> str:
    """Return the word for a kind of place; the stock domain above owns the kinds."""
    words = LABELS["PlaceKind"]
    return gettext(words[kind]) if kind in words else ""


def carriers_of(story: Story) -> list[Carrier]:
    """Return the containers and vehicles that carried a code, in the order of time."""
    inside = [
        Carrier(
            name=stay.code,
            level=label(stay.level),
            since=stay.since,
            until=stay.until,
            code=None if stay.level is UnitLevel.PACK else stay.code,
        )
        for stay in story.stays
    ]
    return sorted([*inside, *_vehicles(story.events)], key=lambda carrier: carrier.since)


def _vehicles(events: Sequence[LifeEvent]) -> Iterator[Carrier]:
    """Yield the rides: from the first event on a vehicle to the first one elsewhere."""
    word = _kind("vehicle")
    parts = [list(part) for _, part in groupby(events, key=_ride)]
    for at, part in enumerate(parts):
        if _ride(part[0]) is None:
            continue
        after = parts[at + 1][0].event_time if at + 1 < len(parts) else None
        name = part[0].place_name or word
        yield Carrier(name=name, level=word, since=part[0].event_time, until=after)


def _ride(event: LifeEvent) -> str | None:
    return (event.place_name or "") if event.place_kind == "vehicle" else None


def map_of(story: Story) -> dict[str, Any]:
    """Return the county, and the way of the code through its facilities."""
    sites = {site.facility_id: site for site in story.sites}
    way = [sites[place] for place, _ in groupby(_visited(story)) if place in sites]
    line = [[site.latitude, site.longitude] for site in way]
    route = {"id": 1, "label": "", "series": 1, "line": line, "stops": _stops(story, way)}
    places = [
        {"lat": site.latitude, "lon": site.longitude, "name": site.name} for site in story.sites
    ]
    return {"places": places, "routes": [route] if way else []}


def _visited(story: Story) -> Iterator[FacilityId]:
    return (event.facility_id for event in story.events)


def _stops(story: Story, way: Sequence[Site]) -> list[dict[str, Any]]:
    """Return the facilities in the order in which the code first came to them."""
    first: dict[FacilityId, datetime] = {}
    for event in story.events:
        first.setdefault(event.facility_id, event.event_time)
    return [
        {
            "lat": site.latitude,
            "lon": site.longitude,
            "number": number,
            "name": site.name,
            "detail": format_datetime(first[site.facility_id], "yyyy-MM-dd HH:mm"),
        }
        for number, site in enumerate(dict.fromkeys(way), 1)
    ]

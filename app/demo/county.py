"""Facilities with what the demo adds: delivery days, windows, service minutes, telephone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time

from app.demo.facts import FacilityFact, facilities
from app.demo.items.packs import stable
from app.demo.items.wording import pinyin_key

HOSPITAL = "610728-H0"
DEPOT = "610728-D0"
YUDU = "610728101-T"
YANCHANG = "610728102-T"
VILLAGE_OF_YUDU = "610728101203"
WEEK = range(7)
VILLAGES_A_DAY = 60

_SUFFIXES = ("社区卫生服务中心", "社区卫生服务站", "镇卫生院", "村卫生室")
_SHORT_NAMES = {HOSPITAL: "县医院", DEPOT: "中心药房"}
_SERVICE_MINUTES = {"lead_hospital": 20, "central_pharmacy": 0, "township_clinic": 15}
_VILLAGE_MINUTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A weekday (0 Monday) with its delivery window in local time."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A facility ready for the tables."""

    fact: FacilityFact
    short_name: str
    pinyin: str
    phone: str
    service_minutes: int
    windows: tuple[Window, ...]

    @property
    def is_village(self) -> bool:
        """Whether it is a village clinic or a community station (村卫生室、社区站)."""
        return self.fact.kind in {"village_post", "community_station"}


def places() -> list[Place]:
    """Return every facility, in file order.

    The county hospital and the township centres are served every day; villages on two or
    three days of the week, so that each weekday has about ``VILLAGES_A_DAY`` of them.
    """
    facts = facilities()
    days = _village_days([fact for fact in facts if _is_village(fact)])
    return [_place(number, fact, days) for number, fact in enumerate(facts, start=1)]


def short_name(name: str) -> str:
    """Return the name people use: 渔渡镇卫生院 is 渔渡."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and name != suffix:
            return name.removesuffix(suffix)
    return name


def _is_village(fact: FacilityFact) -> bool:
    return fact.kind in {"village_post", "community_station"}


def _place(number: int, fact: FacilityFact, days: dict[str, tuple[int, ...]]) -> Place:
    name = _SHORT_NAMES.get(fact.code) or short_name(fact.name)
    return Place(
        fact=fact,
        short_name=name,
        pinyin=pinyin_key(fact.name),
        phone=f"0916-0000{number:03d}",
        service_minutes=_SERVICE_MINUTES.get(fact.kind, _VILLAGE_MINUTES),
        windows=tuple(_windows(fact, days.get(fact.code, tuple(WEEK)))),
    )


def _windows(fact: FacilityFact, days: Sequence[int]) -> Iterator[Window]:
    if fact.code == DEPOT:
        return
    opens, closes = _hours(fact)
    for weekday in days:
        yield Window(weekday=weekday, opens_at=opens, closes_at=closes)


def _hours(fact: FacilityFact) -> tuple[time, time]:
    choice = stable(fact.code, "window", 5)
    if fact.kind == "lead_hospital":
        return time(7, 30), time(18, 0)
    if fact.kind == "township_clinic":
        return (time(8, 30), time(13, 0)) if choice == 0 else (time(8, 0), time(17, 30))
    return (time(9, 0), time(15, 0)) if choice == 0 else (time(8, 30), time(18, 0))


def _village_days(villages: Sequence[FacilityFact]) -> dict[str, tuple[int, ...]]:
    """Give every village two delivery days, the largest three; keep the weekdays level."""
    three = VILLAGES_A_DAY * len(WEEK) - 2 * len(villages)
    largest = sorted(villages, key=lambda fact: (-(fact.population or 0), fact.code))[:three]
    load = dict.fromkeys(WEEK, 0)
    chosen: dict[str, tuple[int, ...]] = {}
    for fact in villages:
        steps = (0, 2, 4) if fact in largest else (0, 3)
        start = min(WEEK, key=lambda day: (sum(load[(day + step) % 7] for step in steps), day))
        chosen[fact.code] = tuple(sorted((start + step) % 7 for step in steps))
        for day in chosen[fact.code]:
            load[day] += 1
    return chosen

"""Five weeks of bookings for the shared machines: made up, seeded, never two at one time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from app.booking.rules.periods import Needs
from app.demo.county import DEPOT, Place
from app.demo.facts import ExamFact, rows_of
from app.demo.items.packs import stable
from app.demo.items.wording import pinyin_key
from app.kernel.local_time import at_local, local_day
from app.kernel.ticks import TICK_MINUTES

PAST_DAYS, COMING_DAYS = 28, 7
CHANGE_OF_SHIFT = time(14, 0)
_NO_SHOW_PERCENT, _CANCELLED_PERCENT = 3, 4
"""Of imaging bookings 2.3–3.4 % are missed (published); cancellations are assumed."""
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = (
    "秀英 桂英 建国 玉兰 志明 淑珍 桂芳 建华 秀兰 国强 玉梅 德明 小红 海燕 永强 春梅"
    " 大勇 桂花 明辉 丽华 世平 翠兰 光荣 慧敏 家宝 素芬 正义 冬梅 福生 雪梅"
)
_COMMON = {
    "CT": ("CT-001", "CT-015", "CT-015", "CT-019", "CT-023", "CT-029", "CT-001", "CT-016"),
    "MR": ("MR-049", "MR-073", "MR-077", "MR-083", "MR-093", "MR-049"),
}


class Ending(StrEnum):
    """How a booking ended, or that it is still to come."""

    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    BOOKED = "booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A row of ``devices.csv``."""

    code: str
    row: Mapping[str, str]

    @property
    def opens(self) -> time:
        """When it opens, every day."""
        return time.fromisoformat(self.row["opens_at"])

    @property
    def closes(self) -> time:
        """When it closes, every day."""
        return time.fromisoformat(self.row["closes_at"])

    @property
    def shifts(self) -> list[tuple[str, time, time]]:
        """Who runs it from when until when, every day; user names."""
        morning, afternoon = self.row["operators"].split()
        return [(morning, self.opens, CHANGE_OF_SHIFT), (afternoon, CHANGE_OF_SHIFT, self.closes)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A made-up patient, as one facility knows them; there is no citizen number."""

    number: int
    facility: str
    name: str
    pinyin: str
    sex: str
    born: date
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A patient's time on a machine, and what became of it."""

    device: str
    operator: str
    exam: str
    person: Person
    start: datetime
    end: datetime
    ending: Ending
    booked: datetime
    scanned_from: datetime
    scanned_to: datetime


def devices() -> list[Device]:
    """Return the machines of the county's equipment centres."""
    return [Device(code=row["code"], row=row) for row in rows_of("devices.csv")]


def people(places: Sequence[Place], today: date) -> list[Person]:
    """Return made-up patients: three for each facility but the depot."""
    given = _GIVEN.split()
    members = [place for place in places if place.fact.code != DEPOT]
    return [
        _person(number, place.fact.code, given, today)
        for number, place in enumerate((place for place in members for _ in range(3)), start=1)
    ]


def _person(number: int, facility: str, given: Sequence[str], today: date) -> Person:
    seed = str(number)
    surname = _SURNAMES[stable(seed, "surname", len(_SURNAMES))]
    name = surname + given[stable(seed, "given", len(given))]
    years = 18 + stable(seed, "age", 65)
    return Person(
        number=number,
        facility=facility,
        name=name,
        pinyin=pinyin_key(name),
        sex="female" if stable(seed, "sex", 2) else "male",
        born=today - timedelta(days=365 * years + stable(seed, "born", 365)),
        phone=f"0916-0001{number:04d}",
    )


def appointments(
    persons: Sequence[Person], exams: Mapping[str, ExamFact], today: date, seed: int
) -> Iterator[Appointment]:
    """Yield bookings of the weeks around ``today``; nobody is in two places on one day.

    From today on they are fewer the farther away, and leave room to book.
    """
    for days in range(-PAST_DAYS, COMING_DAYS + 1):
        day = today + timedelta(days=days)
        chance = Random(f"{seed}:imaging:{day}")
        waiting = list(persons)
        chance.shuffle(waiting)
        for device in devices():
            yield from _day(device, (day, days), exams, (waiting, chance))


def _day(
    device: Device,
    when: tuple[date, int],
    exams: Mapping[str, ExamFact],
    who: tuple[list[Person], Random],
) -> Iterator[Appointment]:
    day, days_ahead = when
    waiting, chance = who
    wanted = round(int(device.row["exams_a_day"]) * chance.uniform(0.75, 1.1))
    if days_ahead >= 0:
        wanted = max(1, round(wanted * (0.6 - 0.07 * days_ahead)))
    clock, closes = at_local(day, device.opens), at_local(day, device.closes)
    change = at_local(day, CHANGE_OF_SHIFT)
    for _ in range(min(wanted, len(waiting))):
        exam = exams[chance.choice(_COMMON[device.row["modality"]])]
        plain = exam.with_contrast and (days_ahead >= 0 or device.row["injector"] == "0")
        exam = exams["CT-015"] if plain else exam
        length = timedelta(minutes=TICK_MINUTES * _needs(exam).ticks)
        if clock < change < clock + length:
            clock = change
        end = clock + length
        if end > closes:
            return
        yield _appointment(device, (clock, end), exam, (waiting.pop(), days_ahead, chance))
        clock = end + timedelta(minutes=TICK_MINUTES * chance.choice((0, 0, 1, 2, 3)))


def _appointment(
    device: Device,
    period: tuple[datetime, datetime],
    exam: ExamFact,
    who: tuple[Person, int, Random],
) -> Appointment:
    start, end = period
    person, days_ahead, chance = who
    begin = start + timedelta(minutes=chance.randrange(4))
    minutes = max(4, round(_needs(exam).minutes * chance.uniform(0.7, 0.95)))
    morning, afternoon = device.shifts
    in_the_morning = start < at_local(local_day(start), CHANGE_OF_SHIFT)
    return Appointment(
        device=device.code,
        operator=(morning if in_the_morning else afternoon)[0],
        exam=exam.code,
        person=person,
        start=start,
        end=end,
        ending=Ending.BOOKED if days_ahead >= 0 else _ending(chance),
        booked=start - timedelta(days=max(0, days_ahead) + 1 + person.number % 3, hours=2),
        scanned_from=begin,
        scanned_to=min(begin + timedelta(minutes=minutes), end),
    )


def _ending(chance: Random) -> Ending:
    luck = chance.randrange(100)
    if luck < _NO_SHOW_PERCENT:
        return Ending.NO_SHOW
    cancelled = luck < _NO_SHOW_PERCENT + _CANCELLED_PERCENT
    return Ending.CANCELLED if cancelled else Ending.COMPLETED


def _needs(exam: ExamFact) -> Needs:
    return Needs(
        minutes_low=exam.minutes_low,
        minutes_high=exam.minutes_high,
        with_contrast=exam.with_contrast,
    )

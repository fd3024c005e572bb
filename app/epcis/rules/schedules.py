"""When a subscription is due: the schedules of EPCIS, matched in the alliance's local time.

Source: EPCIS 2.0 §8.2.5.3. A field is a list of numbers and ranges ``[low-high]``, and
``first/step`` as in the examples of the REST binding. Fields below the finest one given are at
their start, those above it match anything: hour 1, minute 5 is 01:05:00 of every day.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from apscheduler.triggers.cron import CronTrigger

from app.epcis.errors import ScheduleWrong
from app.kernel.local_time import LOCAL, local

FIELDS = {
    "second": ("second", 0, 59),
    "minute": ("minute", 0, 59),
    "hour": ("hour", 0, 23),
    "dayOfMonth": ("day", 1, 31),
    "month": ("month", 1, 12),
    "dayOfWeek": ("day_of_week", 1, 7),
}
"""Of each field the timer's word, its least and its greatest value; weeks begin on Monday."""
_ELEMENT = re.compile(
    r"(?P<one>\d{1,2})|\[(?P<low>\d{1,2})-(?P<high>\d{1,2})\]|(?P<first>\d{1,2})/(?P<step>[1-9]\d?)",
    re.ASCII,
)


def next_time(schedule: Mapping[str, str], after: datetime) -> datetime:
    """Return the first moment behind ``after`` at which a schedule is due.

    Raises:
        ScheduleWrong: it has no field, one that cannot be read, or names no day that exists.
    """
    if not schedule:
        raise ScheduleWrong("schedule", field="schedule")
    fields = {FIELDS[name][0]: _values(name, text) for name, text in schedule.items()}
    found = CronTrigger(timezone=LOCAL, **fields).get_next_fire_time(local(after), local(after))
    if found is None:
        raise ScheduleWrong("schedule", field="dayOfMonth")
    moment: datetime = found
    return moment


def _values(name: str, text: str) -> str:
    """Return a field as the timer reads it."""
    return ",".join(
        str(value) for element in text.split(",") for value in _numbers(name, element.strip())
    )


def _numbers(name: str, element: str) -> list[int]:
    _, least, most = FIELDS[name]
    found = _ELEMENT.fullmatch(element)
    if found is None:
        raise ScheduleWrong("schedule", field=name)
    if found["step"]:
        numbers = range(int(found["first"]), most + 1, int(found["step"]))
    else:
        ends = (found["one"] or found["low"], found["one"] or found["high"])
        numbers = range(int(ends[0]), int(ends[1]) + 1)
    if not numbers or numbers[0] < least or numbers[-1] > most:
        raise ScheduleWrong("schedule", field=name)
    return [number - 1 for number in numbers] if name == "dayOfWeek" else list(numbers)

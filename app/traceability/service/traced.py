"""Read events as they are hashed, in the order of their keys, by COPY."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import psycopg
from sqlalchemy.orm import Session

from app.traceability.models import BizStep, Disposition
from app.traceability.rules.event_form import TracedEvent

EVENTS = """
COPY (SELECT e.id, e.facility_id, e.user_id, e.recorded_at, e.event_time, e.place_id, e.step,
             e.disposition, e.document, e.reason, e.quantity, u.code
      FROM trace_event e LEFT JOIN unit u ON u.id = e.unit_id
      WHERE e.id > %s AND e.id <= %s ORDER BY e.id) TO STDOUT"""
EVENT_TYPES = (
    *("int4", "int4", "int4", "timestamptz", "timestamptz", "int4", "int2"),
    *("int2", "text", "text", "int4", "text"),
)
UNITS = """
COPY (SELECT n.event_id, u.code, n.quantity FROM event_unit n JOIN unit u ON u.id = n.unit_id
      WHERE n.event_id > %s AND n.event_id <= %s) TO STDOUT"""
UNIT_TYPES = ("int4", "text", "int4")
RARE = """
COPY (SELECT event_id, 'second', user_id::text FROM trace_second
      WHERE event_id > %(after)s AND event_id <= %(until)s
      UNION ALL SELECT event_id, 'corrects', corrects_id::text FROM trace_correction
      WHERE event_id > %(after)s AND event_id <= %(until)s
      UNION ALL SELECT event_id, 'client', client_event_id FROM trace_client_event
      WHERE event_id > %(after)s AND event_id <= %(until)s
      UNION ALL SELECT event_id, 'device', device || '/' || device_seq FROM trace_client_event
      WHERE event_id > %(after)s AND event_id <= %(until)s AND device <> '') TO STDOUT"""
RARE_TYPES = ("int4", "text", "text")
STEPS = {step.number: step.value for step in BizStep}
DISPOSITIONS = {word.number: word.value for word in Disposition}


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with what its seal says besides: whose log, when it was recorded, by whom."""

    event_id: int
    facility_id: int
    user_id: int
    recorded_at: datetime
    event: TracedEvent


def traced_events(session: Session, after: int, until: int) -> Iterator[Recorded]:
    """Yield the events whose keys lie in a range, ascending."""
    units: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for event_id, code, quantity in _copied(session, UNITS, (after, until), UNIT_TYPES):
        units[event_id].append((code, quantity))
    rare: defaultdict[int, dict[str, str]] = defaultdict(dict)
    span = {"after": after, "until": until}
    for event_id, name, text in _copied(session, RARE, span, RARE_TYPES):
        rare[event_id][name] = text
    for row in _copied(session, EVENTS, (after, until), EVENT_TYPES):
        yield _recorded(row, units, rare)


def _recorded(
    row: tuple[Any, ...],
    units: dict[int, list[tuple[str, int]]],
    rare: dict[int, dict[str, str]],
) -> Recorded:
    event_id, facility_id, user_id, recorded_at, happened_at, place, step, became, *rest = row
    document, reason, quantity, code = rest
    named = units.get(event_id, [])
    if code is not None:
        named = [(code, quantity), *named]
    told = rare.get(event_id, {})
    if reason:
        told = {**told, "reason": reason}
    event = TracedEvent(
        STEPS.get(step, str(step)),
        DISPOSITIONS.get(became, str(became)),
        happened_at,
        facility_id,
        place,
        document,
        tuple(named),
        told,
    )
    return Recorded(event_id, facility_id, user_id, recorded_at, event)


def _copied(
    session: Session, statement: str, span: Any, types: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """Return all rows at once: while a COPY runs, its connection answers nothing else."""
    driver = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(cast("Any", statement), span) as copy:
        copy.set_types(types)
        return list(copy.rows())

"""The life of a code by reading the whole log once, as somebody without indexes would."""

from collections import defaultdict
from collections.abc import Collection

import psycopg

EVER = 2**31 - 1
MEMBERS = (
    "COPY (SELECT child_id, parent_id, from_event_id, until_event_id FROM aggregation) TO STDOUT"
)
EVENTS = """
COPY (SELECT id, unit_id FROM trace_event WHERE unit_id IS NOT NULL
      UNION ALL SELECT event_id, unit_id FROM event_unit) TO STDOUT"""


def lives(raw: psycopg.Connection, units: Collection[int]) -> dict[int, list[int]]:
    """Return the events of each unit's life, its containers' included while it lay inside."""
    wanted: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    parents: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    with raw.cursor() as cursor, cursor.copy(MEMBERS) as copy:
        copy.set_types(["int4"] * 4)
        for child, parent, since, until in copy.rows():
            if child in units:
                parents[child].append((parent, since, until or EVER))
    for unit in units:
        wanted[unit].append((unit, 0, EVER))
        for parent, since, until in parents[unit]:
            wanted[parent].append((unit, since, until))
    found: dict[int, set[int]] = {unit: set() for unit in units}
    with raw.cursor() as cursor, cursor.copy(EVENTS) as copy:
        copy.set_types(["int4"] * 2)
        for event, unit in copy.rows():
            for whose, since, until in wanted.get(unit, ()):
                if since <= event <= until:
                    found[whose].add(event)
    return {unit: sorted(events) for unit, events in found.items()}

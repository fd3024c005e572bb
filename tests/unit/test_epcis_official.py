"""GS1's own schema takes whatever we may export, and agrees with ours on what others send."""

import random
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from app.epcis.rules.addresses import Addresses
from app.epcis.rules.contexts import context_of, linked
from app.epcis.rules.export import PREFIX, Happened, Named, declared, events_of
from app.epcis.rules.judging import Sent, judge
from app.epcis.rules.vocabulary import EVENT_TYPES
from app.traceability.models import BizStep, Disposition
from tests.factories.exchange import CHANGED, JOINED, SEEN, TRADED, Event
from tests.official import faults_of, is_official, misnamed

ADDRESSES = Addresses("https://trace.example")
CODES = ("89990001234567890123", "(01)10614141073464(21)a/b", "(00)106141412345678908")
MUTANTS = 3_000
JUNK: tuple[Any, ...] = (
    None,
    "",
    0,
    3.5,
    True,
    [],
    {},
    "x",
    "a:b",
    ["a:b", "a:b"],
    {"id": "a:b"},
    [{"epcClass": "a:b"}],
    "DELETE",
    "receiving",
    "urn:epcglobal:cbv:disp:active",
    "https://ref.gs1.org/cbv/BizStep-receiving",
    "2026-11-21T09:00:00Z",
    "2026-02-30T09:00:00Z",
    "+08:00",
)
NAMES = ("surprise", "example:new", "ilmd", "epcList", "parentID", "action", "type", "bizStep")
DOCUMENTS = ("", "PO-20261130-0001", "ZH-20261130-0001", "OPENING")


def happened(step: BizStep, became: Disposition, document: str, **more: Any) -> Happened:
    inside = {"TT-20261130-0001": list(CODES)}
    facts: dict[str, Any] = {
        "place": "A/1",
        "units": [Named(code=code, taken=number) for number, code in enumerate(CODES)],
        "filled": inside,
        "opened": inside,
        **more,
    }
    return Happened(
        id=1,
        step=step.value,
        disposition=became.value,
        event_time=datetime(2026, 11, 30, 1, 2, 3, 4_999, tzinfo=UTC),
        recorded_at=datetime(2026, 11, 30, 1, 2, 4, tzinfo=UTC),
        facility="T001",
        document=document,
        **facts,
    )


@pytest.mark.parametrize("step", BizStep)
def test_whatever_a_step_makes_of_things_is_told_as_gs1_wants_it(step: BizStep) -> None:
    told: list[Event] = []
    for became, document in product(Disposition, DOCUMENTS):
        told += events_of(happened(step, became, document), ADDRESSES)
        told += events_of(happened(step, became, document, place="", units=[]), ADDRESSES)
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    told += [declared(event, told[0], reason="did_not_occur", at=moment) for event in told]
    answer = answer_of([linked(event) for event in told])

    assert faults_of(answer) == []
    assert misnamed(answer) == []


def answer_of(events: list[Event]) -> Event:
    return {
        "@context": context_of({PREFIX: ADDRESSES.extensions}),
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-12-01T08:00:00.000+08:00",
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleEventQuery",
                "resultsBody": {"eventList": events},
            }
        },
    }


def test_our_verdict_on_what_others_send_is_that_of_gs1() -> None:
    """Of events of others' types, which GS1 hardly looks at, ours may take fewer."""
    chance = random.Random(20)
    prefixes = {"example": "https://ns.example.com/epcis/"}
    verdicts = set()
    for _ in range(MUTANTS):
        event = _mutant(chance.choice((SEEN, CHANGED, JOINED, TRADED)), chance)
        _, wrong = judge(Sent([event], prefixes))
        ours, theirs = not wrong, is_official({"@context": context_of(prefixes), **event})
        assert ours is theirs or (theirs and event["type"] not in EVENT_TYPES), event
        verdicts.add((ours, theirs))

    assert {(True, True), (False, False)} <= verdicts


def _mutant(event: Event, chance: random.Random) -> Event:
    """Return an event with one thing in it left out, renamed, doubled or replaced."""
    changed = deepcopy(event)
    inside, key = chance.choice(list(_spots(changed)))
    value = inside.pop(key)
    act = chance.randrange(4)
    if act == 1:
        inside[chance.choice(NAMES)] = value
    elif act:
        inside[key] = [value, value] if act == 2 else deepcopy(chance.choice(JUNK))
    return changed if isinstance(changed.get("type"), str) else event


def _spots(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(value, dict):
        yield from ((value, name) for name in value)
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from _spots(each)

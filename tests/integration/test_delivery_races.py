"""Two devices at one instant: each tote is loaded once and handed over once."""

from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.delivery.models import DeliveryScan
from app.delivery.rules.states import ScanKind, ScanOutcome
from app.delivery.service import scanning
from app.delivery.service.facts import ScanEvent
from app.inventory import service as inventory
from tests.factories.cast import Cast
from tests.factories.fleet import an_event, in_vehicle, stop_for, two_stops
from tests.factories.stock import NOW
from tests.racing import at_once

ROUNDS = 10


def test_two_phones_scan_one_tote_at_one_instant(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        run, yudu, _ = two_stops(session, racing_cast)
        at = stop_for(run, yudu)

    def send(event: ScanEvent) -> str:
        with rivals.begin() as session:
            (answer,) = scanning.record_scans(
                session, racing_cast.actor("driver"), [event], now=NOW
            )
            return answer.outcome.value

    for kind in (ScanKind.LOAD, ScanKind.HAND_OVER):
        events = [
            an_event(run, kind, yudu.code, at, device=f"phone-{device}") for device in range(4)
        ]
        answers = at_once(*[partial(send, event) for event in events])
        assert sorted(answers) == ["accepted", "duplicate", "duplicate", "duplicate"]

    with rivals.begin() as session:
        assert in_vehicle(session, racing_cast) == 0
        assert inventory.prove(session) == []


def test_one_event_sent_twice_at_one_instant_is_kept_once(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        run, yudu, yanchang = two_stops(session, racing_cast)

    def send(events: list[ScanEvent]) -> list[ScanOutcome]:
        with rivals.begin() as session:
            actor = racing_cast.actor("driver")
            answers = scanning.record_scans(session, actor, events, now=NOW)
            return [answer.outcome for answer in answers]

    for _ in range(ROUNDS):
        batch = [an_event(run, ScanKind.LOAD, tote.code) for tote in (yudu, yanchang)]
        unknown = an_event("DR-0", ScanKind.LOAD, yudu.code)
        answers = at_once(partial(send, [*batch, unknown]), rivals=4)
        assert len({tuple(answer) for answer in answers}) == 1

    with rivals.begin() as session:
        kept = session.scalar(select(func.count()).select_from(DeliveryScan))
        assert kept == 3 * ROUNDS
        assert in_vehicle(session, racing_cast) == 480

"""Unknown codes: the platform is asked by a job, its answer is kept, its silence stops nobody."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import clock
from app.traceability import jobs
from app.traceability.models import PlatformCode
from app.traceability.outbound import TracePlatform
from app.traceability.service import claim_questions
from tests.conftest import ClientAs
from tests.misuse import ALERTED, Leaves, alert_of, give, told
from tests.platforms import platform
from tools.platform_simulator import Behaviour

UNKNOWN = "83330001234567890123"


def answered(app: Flask, address: str, seconds: float = 2.0) -> int:
    with app.app_context():
        return jobs.ask(TracePlatform(url=address, timeout_seconds=seconds))


@pytest.mark.parametrize(
    ("says", "answer"),
    [
        ({"status": "C", "scan": 0}, (422, "cancelled")),
        ({"status": "E", "scan": 12}, (422, "check4-failed")),
        ({"status": "I", "scan": 0}, (422, "unknown-code")),
        ({"status": "O", "scan": 0}, (422, "unknown-code")),
    ],
)
def test_what_the_platform_said_is_kept_and_answers_the_next_scan(
    app: Flask, client_as: ClientAs, *, says: dict[str, object], answer: tuple[int, str]
) -> None:
    clinic = client_as("clinic")
    assert told(give(clinic, UNKNOWN)) == (422, "unknown-code")
    with platform(Behaviour()) as (simulator, address):
        simulator.codes[UNKNOWN] = says
        assert answered(app, address.replace("/insurance", "/codes")) == 1
        assert answered(app, address.replace("/insurance", "/codes")) == 0
    assert told(give(clinic, UNKNOWN)) == answer


def test_a_pack_sold_elsewhere_alarms_and_is_no_longer_unknown(
    app: Flask, client_as: ClientAs, session: Session, leaves: Leaves
) -> None:
    clinic = client_as("clinic")
    give(clinic, UNKNOWN)
    with platform(Behaviour()) as (simulator, address):
        simulator.codes[UNKNOWN] = {"status": "O", "scan": 0, "sold_by": "汉中某药店"}
        answered(app, address.replace("/insurance", "/codes"))
    with leaves(*ALERTED):
        refused = give(clinic, UNKNOWN)
    assert told(refused) == (409, "dispensed-elsewhere")
    assert "汉中某药店" in (refused.json or {})["detail"]
    assert alert_of(session, "dispensed-elsewhere").level == 4


def test_silence_leaves_the_code_unknown_and_is_asked_again_later(
    app: Flask, client_as: ClientAs, session: Session
) -> None:
    clinic = client_as("clinic")
    give(clinic, UNKNOWN)
    with platform(Behaviour(latency_ms=400)) as (_, address):
        assert answered(app, address.replace("/insurance", "/codes"), seconds=0.1) == 0
    assert answered(app, "http://127.0.0.1:9/codes", seconds=0.1) == 0
    session.expire_all()
    asked = session.scalars(select(PlatformCode)).one()
    assert (asked.answered_at, asked.attempts) == (None, 1)
    assert told(give(clinic, UNKNOWN)) == (422, "unknown-code")
    now = clock.now()
    assert claim_questions(session, now=now + timedelta(seconds=90)) == []
    assert claim_questions(session, now=now + timedelta(minutes=3)) == [UNKNOWN]
    assert claim_questions(session, now=now + timedelta(minutes=6)) == []

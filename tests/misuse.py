"""What tests of the misuse catalogue share: a scan, its answer, and what it may leave behind."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.alerts.models import Alert
from tests.factories.receiving import pack_code

GIVE = "/api/v1/dispensings"
ALERTED = {"alert", "notice"}
APART = ALERTED | {"unit", "unit_hold", "trace_event"}
Leaves = Callable[..., AbstractContextManager[None]]


def give(client: FlaskClient, code: str = pack_code(1), **more: object) -> TestResponse:
    return client.post(GIVE, json={"code": code, **more})


def told(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, (answer.json or {}).get("code", "")


def alert_of(session: Session, kind: str) -> Alert:
    return session.scalars(select(Alert).where(Alert.kind == kind)).one()

"""Whatever the API document allows or forbids: no request breaks the server, no answer breaks
the document. ``FUZZ_EXAMPLES=100`` for more per operation and kind."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.models import TokenKind
from app.accounts.rules import Role
from app.kernel import clock
from app.kernel.ids import UserId
from tests.factories.cast import Cast, a_person

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "4"))
NOT_OFFERED = "501"
"""What an operation documents that is known to a standard and not offered here."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def token_of(session: Session, user_id: UserId) -> str:
    token = accounts.issue_token(session, user_id, TokenKind.API, now=clock.now())
    session.commit()
    return token.text


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_breaks_the_api(
    app: Flask, session: Session, cast: Cast, mode: GenerationMode
) -> None:
    user_id = a_person(session, "fuzzer", cast.central, *Role)
    session.commit()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    broken: dict[str, str] = {}
    for operation in operations_of(schema):
        try:
            send_many(operation, mode, token_of(session, user_id))
        except AssertionError as failure:
            broken[operation.label] = str(failure)[:1500]
        except BaseExceptionGroup as failures:
            broken[operation.label] = " | ".join(str(each)[:800] for each in failures.exceptions)

    assert broken == {}, "\n\n".join(f"{name}\n{what}" for name, what in broken.items())


def operations_of(schema: BaseSchema) -> Iterator[Any]:
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if NOT_OFFERED not in operation.definition.raw["responses"]:
            yield operation


def send_many(operation: Any, mode: GenerationMode, token: str) -> None:
    @seed(20261122)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=CHECKS)

    send()

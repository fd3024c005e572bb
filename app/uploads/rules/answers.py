"""Read what a platform answered: taken, refused, or nobody knows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from app.uploads.rules.states import Outcome

LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How an attempt ended; ``receipt`` is the platform's own number (回执)."""

    outcome: Outcome
    receipt: str = ""
    text: str = ""
    output: Mapping[str, Any] = field(default_factory=dict)


def read_answer(status: int, body: str) -> Answer:
    """Return what an HTTP answer means.

    After a server error, or an answer nobody can read, the message may have been taken: that
    is unknown, not refused. A gateway that has too much to do has not let it through.
    """
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return Answer(outcome=Outcome.NOT_SENT, text=f"HTTP {status}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Answer(outcome=Outcome.UNANSWERED, text=f"HTTP {status}")
    if status >= HTTPStatus.BAD_REQUEST:
        return Answer(outcome=Outcome.REFUSED, text=f"HTTP {status} {body}"[:LONGEST_TEXT])
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict) or "infcode" not in told:
        return Answer(outcome=Outcome.UNANSWERED, text=body[:LONGEST_TEXT])
    return _read(told)


def _read(told: Mapping[str, Any]) -> Answer:
    given = told.get("output")
    output = given if isinstance(given, dict) else {}
    text = str(told.get("err_msg") or "")
    result = output.get("result")
    taken = str(told["infcode"]) == "0"
    if taken and isinstance(result, dict) and str(result.get("retRslt", "1")) == "0":
        taken, text = False, str(result.get("msgRslt") or text)
    return Answer(
        outcome=Outcome.TAKEN if taken else Outcome.REFUSED,
        receipt=str(told.get("inf_refmsgid") or ""),
        text=text[:LONGEST_TEXT],
        output=output,
    )

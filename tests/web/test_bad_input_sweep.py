"""Whatever is sent to a write: a refusal in its kind, the same each time, and nothing changed."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from marshmallow import fields, validate
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.web.security import LARGEST_REQUEST
from tests.edges import TAKE_A_FILE, Edge, Names, a_body, as_form, edges
from tests.fingerprint import Watch, changed, fingerprint
from tests.sweeping import OWNERS, Sweep, may

FORM = "application/x-www-form-urlencoded"
REFUSED = {400, 413, 415, 422}
UNREADABLE = {
    "nothing closed": b'{"a": ',
    "no text": b"\xff\xfe\x00",
    "no object": b"[1]",
    "deep": b'{"a":' * 50_000,
    "deeper": b"[" * 900_000,
    "endless number": b'{"a": 1' + b"0" * 5_000 + b"}",
    "too large": b'{"a": "' + b"x" * LARGEST_REQUEST + b'"}',
}
OTHER_TYPES = {
    "markup": (b"<a/>", "text/xml"),
    "a form": (b"a=b", FORM),
    "a broken part": (b"--x\r\nContent-Dispos", "multipart/form-data; boundary=x"),
}
ONE_BY_ONE = {
    f"{endpoint} events: of {what}"
    for endpoint in ("capture_api.capture", "counting_api.enter", "driver_api.record_scans")
    for what in ("list", "no such thing", "NUL", "half a character")
}
"""A batch answers each event by itself: an unreadable one is rejected alone."""
FORGIVEN = {"next"}
"""Fields that are never refused: a bad way back leads home."""
NOT_KEPT = {
    "accounts.change_own_password": "the answer carries the new session, which is kept nowhere",
    "accounts.choose_locale": "choosing twice is choosing once",
    "accounts.sign_in": "nobody is signed in yet",
    "accounts.sign_out": "the session that would ask again has ended",
    "accounts_api.create_token": "nobody is signed in yet",
    "accounts_api.revoke_token": "the token that would ask again has ended",
    "accounts_api.deactivate_user": "so has one's own account",
    "counting_api.enter": "each event has its own key",
    "driver_api.record_scans": "the same",
    "imports.upload": "a file: see test_imports.py",
    "imports_api.upload": "the same",
    **dict.fromkeys(TAKE_A_FILE, "a file: see test_photos.py"),
    "transfers.ask_pull_back": "lists that must agree: see test_transfers.py",
    "transfers_api.ask": "fields that exclude each other: see test_transfers.py",
    "dispatch.keep_draft": "moves that fit a plan: see test_delivery_desk.py",
    "dispatch.search_again": "the same",
    "dispatch_api.try_change": "it changes nothing",
    "reserving.register_patient": "its address has a query too: see test_booking_pages.py",
}
"""Writes without a first answer to repeat; and why."""
NUL, HALF = "a\x00b", "\ud800"
MOST_TEXT = 10_000


def wrong_values(field: fields.Field[Any]) -> Iterator[tuple[str, Any]]:
    """Yield values that no field of this type may take."""
    if isinstance(field, fields.List):
        yield from {"text": "x", "object": {}, "number": 5, "nulls": [None] * 2}.items()
        yield "many", ["1"] * (bound(field, validate.Length, 5_000) + 1)
        for name, value in wrong_values(field.inner):
            yield f"of {name}", [value]
        return
    if not field.allow_none:
        yield "null", None
    yield "list", [1]
    if not isinstance(field, fields.Dict | fields.Nested):
        yield "object", {"a": 1}
    yield from wrong_scalars(field)


def wrong_scalars(field: fields.Field[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(field, fields.String):
        yield from {"number": 5, "NUL": NUL, "half a character": HALF}.items()
        yield "long", "x" * (bound(field, validate.Length, MOST_TEXT) + 1)
    else:
        yield from {"no such thing": "nonsense", "NUL": NUL, "half a character": HALF}.items()
    if isinstance(field, fields.Integer):
        yield from {"true": True, "part": 1.5, "huge": 10**30, "NaN": float("nan")}.items()
        yield "too little", bound(field, validate.Range, -(2**70), "min") - 1
        yield "too much", bound(field, validate.Range, 2**70) + 1


def bound(field: fields.Field[Any], kind: type, default: int, name: str = "max") -> int:
    bounds = [getattr(check, name) for check in field.validators if isinstance(check, kind)]
    return next((int(one) for one in bounds if one is not None), default)


def bad_bodies(sweep: Sweep, edge: Edge, names: Names) -> Iterator[tuple[str, Any]]:
    """Yield bodies that are right but for one thing."""
    shape = sweep.shapes.get(edge.endpoint)
    if shape is None:
        return
    right = a_body(shape, names)
    yield "unknown field", {**right, "surprise": "1"}
    for name in set(shape.load_fields) - FORGIVEN:
        field = shape.load_fields[name]
        for what, value in wrong_values(field):
            yield f"{name}: {what}", {**right, name: value}
        if field.required:
            yield f"{name}: missing", {key: right[key] for key in right if key != name}


def attempts(sweep: Sweep, edge: Edge) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield everything bad an edge may be sent, with its name."""
    for what, raw in UNREADABLE.items():
        yield what, {"data": raw, "content_type": "application/json"}
    for what, (raw, media_type) in OTHER_TYPES.items():
        if edge.is_machine or media_type != FORM:
            yield what, {"data": raw, "content_type": media_type}
    for what, body in bad_bodies(sweep, edge, sweep.names(edge)):
        if edge.is_machine:
            yield what, {"data": json.dumps(body), "content_type": "application/json"}
        elif all(is_text(value) for value in body.values()) and not what.endswith(": text"):
            yield what, {"data": body}


def is_text(value: Any) -> bool:
    """Say whether a form can carry a value and mean the same by it."""
    values = value if isinstance(value, list) else [value]
    return all(isinstance(one, str) and one != HALF for one in values)


def is_refused(answer: TestResponse) -> bool:
    """Say whether an answer is a refusal in the language of whoever asked."""
    if answer.mimetype == "text/html":
        return answer.status_code in REFUSED and "</html>" in answer.text
    problem = answer.get_json(silent=True) or {}
    members = {"type", "code", "status", "detail"} <= set(problem)
    return answer.status_code in REFUSED and members and problem["status"] == answer.status_code


@pytest.mark.parametrize("machine", [True, False])
def test_bad_input_is_refused_and_changes_nothing(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, *, machine: bool
) -> None:
    may(sweep.app, monkeypatch)
    wrong, sent, watch = [], 0, Watch(sweep.connection)
    for edge in edges(sweep.app):
        if not edge.writes or edge.is_machine is not machine:
            continue
        client, path = sweep.clients["clinic"], edge.path(sweep.names(edge))
        before = watch.look()
        for what, request in attempts(sweep, edge):
            answer = client.open(path, method=edge.method, buffered=True, **request)
            sent += 1
            if not is_refused(answer) and f"{edge.endpoint} {what}" not in ONE_BY_ONE:
                wrong.append(f"{edge} {what}: {answer.status_code}")
        wrong += [f"{edge} changed {name}" for name in changed(before, watch.look())]

    assert wrong == []
    assert sent > 600


def test_a_repeat_gets_the_first_answer_and_another_body_a_refusal(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    may(sweep.app, monkeypatch)
    forgotten, done, watch = [], 0, Watch(sweep.connection)
    untouched = watch.look()
    for edge in edges(sweep.app):
        if not edge.writes or edge.endpoint in NOT_KEPT:
            continue
        undone = sweep.connection.begin_nested()
        owner, first = first_answer(sweep, edge)
        after = watch.look()
        done += first.status_code < HTTPStatus.BAD_REQUEST
        again = keyed(sweep, owner, edge)
        other = keyed(sweep, owner, edge, surprise="1")
        if (again.status_code, again.data) != (first.status_code, first.data):
            forgotten.append(f"{edge}: {first.status_code}, then {again.status_code}")
        if "Idempotent-Replay" not in again.headers:
            forgotten.append(f"{edge}: {first.status_code} was not kept")
        reads = edge.endpoint in sweep.shapes or not edge.is_machine
        refusal = "idempotency-key-reused" if reads else "unprocessable-entity"
        if other.status_code != 422 or refusal not in other.text:
            forgotten.append(f"{edge}: {other.status_code} for another body")
        forgotten += [f"{edge} changed {name}" for name in changed(after, watch.look())]
        undone.rollback()
        watch.rewind(untouched)

    assert forgotten == []
    assert done > 20


def first_answer(sweep: Sweep, edge: Edge) -> tuple[str, TestResponse]:
    """Let the first of the owners who knows the thing ask, under a key."""
    for owner in OWNERS:
        answer = keyed(sweep, owner, edge)
        if answer.status_code != 404:
            break
    return owner, answer


def keyed(sweep: Sweep, owner: str, edge: Edge, **more: str) -> TestResponse:
    """Make a right request, or one with more in its body, under the edge's key."""
    names = sweep.names(edge)
    shape = sweep.shapes.get(edge.endpoint)
    body = {**(a_body(shape, names) if shape else {}), **more}
    sent: dict[str, Any] = {"json": body} if edge.is_machine else {"data": as_form(body)}
    headers = {"Idempotency-Key": str(edge)}
    return sweep.clients[owner].open(
        edge.path(names), method=edge.method, headers=headers, buffered=True, **sent
    )


def test_a_watch_sees_what_a_fingerprint_of_everything_sees(sweep: Sweep) -> None:
    """The control: a watch looks only at tables that were written to, and misses nothing."""
    watch = Watch(sweep.connection)
    before = watch.look()
    undone = sweep.connection.begin_nested()
    sweep.connection.execute(text("UPDATE facility SET name = name || '!' WHERE code = 'T001'"))
    sweep.connection.execute(text("DELETE FROM notice"))
    after = watch.look()
    seen, known = changed(before, after), fingerprint(sweep.connection)
    undone.rollback()
    watch.rewind(before)

    assert seen == ["facility", "notice"]
    assert after == known
    assert watch.look() == before == fingerprint(sweep.connection)

"""Every write edge: one transaction, repeated on deadlock, answered once per client key."""

import hashlib
import secrets
import time
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, make_response, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.kernel import idempotency
from app.kernel.clock import now
from app.kernel.db import sqlstate
from app.kernel.errors import DomainError
from app.kernel.idempotency import Answer, Claim
from app.web import aftermath, problems
from app.web.guard import current_profile
from app.web.unit_of_work import transaction

P = ParamSpec("P")

MOST_TRIES = 5
LONGEST_PAUSE = 0.2
JITTER = secrets.SystemRandom()
LONGEST_KEY = 200
REPEATABLE = frozenset({"40001", "40P01"})  # serialization failure, deadlock
NOT_CONTENT = frozenset({"csrf_token", "client_key"})


def writes(view: Callable[P, Any]) -> Callable[P, Response]:
    """Run a write edge in one transaction.

    A deadlock or serialisation failure repeats the whole transaction. A request under a
    client key (header ``Idempotency-Key``, or the form field ``client_key``) is done once:
    its repeat gets the first answer, refusals included.
    """

    @wraps(view)
    def written(*args: P.args, **kwargs: P.kwargs) -> Response:
        claim = _claim()
        for attempt in range(1, MOST_TRIES + 1):
            try:
                with transaction() as session:
                    return _once(session, claim, lambda: view(*args, **kwargs))
            except DBAPIError as error:
                if sqlstate(error) not in REPEATABLE or attempt == MOST_TRIES:
                    raise
                time.sleep(JITTER.uniform(0, LONGEST_PAUSE))
        raise AssertionError("unreachable")

    return written


def posting_key() -> str:
    """Return the client's key as one nobody else can use, or a new one where none came."""
    claim = _claim()
    return f"{claim.user_id}:{claim.client_key}" if claim else str(uuid.uuid4())


def _once(session: Session, claim: Claim | None, view: Callable[[], Any]) -> Response:
    if claim is None:
        # A refusal undoes the whole transaction, and the application's handler answers it.
        return make_response(view())
    first = idempotency.claim(session, claim, now=now())
    if first is not None:
        return _replay(first)
    try:
        with session.begin_nested():
            response = make_response(view())
    except DomainError as refusal:
        # The work is undone; the refusal and its incident are kept, once, with the client key.
        aftermath.remember(session, refusal)
        response = make_response(problems.refuse(refusal))
    idempotency.remember(session, claim, _answer(response))
    return response


def _claim() -> Claim | None:
    given = request.headers.get("Idempotency-Key") or request.form.get("client_key")
    profile = current_profile()
    if not given or profile is None:
        return None
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    digest.update(_content())
    return Claim(
        user_id=profile.actor.user_id,
        client_key=given[:LONGEST_KEY].replace("\x00", ""),
        digest=digest.hexdigest(),
    )


def _content() -> bytes:
    if request.form:
        pairs = sorted(
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in NOT_CONTENT
        )
        files = [(name, _digest_of(file)) for name, file in request.files.items(multi=True)]
        return repr((pairs, files) if files else pairs).encode()
    return request.get_data(cache=True)


def _digest_of(file: FileStorage) -> str:
    """Return what a sent file holds; it is read again afterwards."""
    digest = hashlib.sha256(file.stream.read()).hexdigest()
    file.stream.seek(0)
    return digest


def _answer(response: Response) -> Answer:
    return Answer(
        status=response.status_code,
        media_type=response.mimetype or "text/html",
        location=response.headers.get("Location"),
        body=response.get_data(),
    )


def _replay(first: Answer) -> Response:
    response = make_response(first.body, first.status)
    response.mimetype = first.media_type
    if first.location:
        response.headers["Location"] = first.location
    response.headers["Idempotent-Replay"] = "true"
    return response

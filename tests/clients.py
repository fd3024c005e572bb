"""Test clients that are signed in: pages by cookie and form token, programs by bearer."""

import time
from typing import Any

from flask import Flask
from flask import session as form_session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from app.accounts import service as accounts
from app.accounts.models import TokenKind, UserAccount
from app.kernel import clock
from app.web.guard import SESSION_COOKIE, is_machine_path

BUSY = 503
MOST_TRIES = 20


class SignedInClient(FlaskClient):
    """Adds the bearer token to API requests and the form token to page forms.

    ``token`` is None for strangers; set ``form_token`` to None to leave it out.
    """

    token: str | None = None
    form_token: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        path = str(args[0]) if args else ""
        headers = dict(kwargs.pop("headers", None) or {})
        if is_machine_path(path):
            if self.token:
                headers.setdefault("Authorization", f"Bearer {self.token}")
        elif self.form_token and str(kwargs.get("method", "GET")).upper() != "GET":
            headers.setdefault("X-CSRFToken", self.form_token)
        return super().open(*args, headers=headers, **kwargs)


def client_of(app: Flask, username: str | None) -> SignedInClient:
    """Return a client signed in as this person, or a stranger's."""
    app.test_client_class = SignedInClient
    client = app.test_client()
    assert isinstance(client, SignedInClient)
    client.form_token = _form_token(app, client)
    if username is None:
        return client
    sessions: sessionmaker[Session] = app.extensions["sessions"]
    with sessions.begin() as session:
        user_id = session.scalars(
            select(UserAccount.id).where(UserAccount.username == username)
        ).one()
        page = accounts.issue_token(session, user_id, TokenKind.PAGE, now=clock.now())
        api = accounts.issue_token(session, user_id, TokenKind.API, now=clock.now())
    client.token = api.text
    client.set_cookie(SESSION_COOKIE, page.text)
    return client


def post_patiently(client: FlaskClient, path: str, body: Any, key: str) -> TestResponse:
    """Send a write; while the server is busy, do as ``Retry-After`` says, under the same key."""
    for _ in range(MOST_TRIES):
        answer = client.post(path, json=body, headers={"Idempotency-Key": key})
        if answer.status_code != BUSY:
            break
        time.sleep(int(answer.headers["Retry-After"]))
    return answer


def _form_token(app: Flask, client: FlaskClient) -> str:
    """Return a form token that fits the session cookie it puts into the client."""
    with app.test_request_context():
        token = generate_csrf()
        stored = dict(form_session)
    with client.session_transaction() as kept:
        kept.update(stored)
    return token

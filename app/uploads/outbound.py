"""Send one message over HTTP; never inside a transaction."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from app.uploads.rules import Outcome
from app.uploads.rules.answers import Answer, read_answer

HEADERS = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Where the platform, or the front machine before it (前置机), listens."""

    url: str
    timeout_seconds: float
    parts: SplitResult = field(init=False)

    def __post_init__(self) -> None:
        """Take the address apart once."""
        object.__setattr__(self, "parts", urlsplit(self.url))

    def send(self, body: Mapping[str, Any], *, until: float) -> Answer:
        """Send a message and return how it ended.

        Nothing is sent after ``until`` (monotonic): the lease could run out on the way, and
        somebody else might tell the message again.
        """
        if time.monotonic() > until:
            return Answer(outcome=Outcome.NOT_SENT, text="late")
        connection = self._connection()
        try:
            connection.connect()
        except OSError as error:
            return Answer(outcome=Outcome.NOT_SENT, text=type(error).__name__)
        try:
            return self._ask(connection, json.dumps(body, ensure_ascii=False).encode())
        except (OSError, HTTPException) as error:
            return Answer(outcome=Outcome.UNANSWERED, text=type(error).__name__)
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        kind = HTTPSConnection if self.parts.scheme == "https" else HTTPConnection
        return kind(self.parts.hostname or "", self.parts.port, timeout=self.timeout_seconds)

    def _ask(self, connection: HTTPConnection, body: bytes) -> Answer:
        connection.request("POST", self.parts.path or "/", body, HEADERS)
        response = connection.getresponse()
        return read_answer(response.status, response.read().decode("utf-8", "replace"))

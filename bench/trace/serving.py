"""Fifty requests a second through gunicorn, each timed from the moment it was due."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter

CLIENTS = 12
SIGNING = "of the benchmark, and long enough to sign with"


@dataclass(frozen=True, slots=True)
class Request:
    """One request: method, path, body, headers."""

    method: str
    path: str
    token: str
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """How long requests took, in seconds, and how many were not answered as hoped."""

    name: str
    seconds: Sequence[float]
    errors: int

    def at(self, percent: int) -> float:
        """Return the milliseconds that so many per cent stayed below."""
        return quantiles(self.seconds, n=100)[percent - 1] * 1e3

    def __str__(self) -> str:
        return (
            f"{self.at(50):8.1f} {self.at(95):8.1f} {self.at(99):8.1f}  {self.name}"
            f" ({len(self.seconds)} requests, {self.errors} errors)"
        )


@contextmanager
def gunicorn(url: str) -> Iterator[int]:
    """Serve the product as docs/deployment.md says; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as home:
        settings = {"DATABASE_URL": url, "SECRET_KEY": SIGNING, "TONGCANG_HOME": home}
        command = f"-m gunicorn wsgi:app -k gthread -w 2 --threads 4 -b 127.0.0.1:{port}"
        options = " --keep-alive 60 --no-control-socket --log-level warning"
        with subprocess.Popen(  # noqa: S603 - our own server
            [sys.executable, *f"{command}{options}".split()],
            env={**os.environ, **settings, "INSECURE_COOKIES": "1"},
        ) as served:
            try:
                _await(port)
                yield port
            finally:
                served.terminate()


def _await(port: int) -> None:
    for _ in range(300):
        try:
            if ask(http.client.HTTPConnection("127.0.0.1", port), Request("GET", "/healthz", ""))[
                0
            ]:
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("gunicorn does not answer")


def ask(connection: http.client.HTTPConnection, request: Request) -> tuple[int, bytes]:
    """Make a request; return status and body."""
    headers = {"Content-Type": "application/json"}
    if request.token:
        headers["Authorization"] = f"Bearer {request.token}"
    connection.request(request.method, request.path, request.body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def sign_in(port: int, username: str, password: str) -> str:
    """Return a token."""
    body = json.dumps({"username": username, "password": password})
    status, answer = ask(
        http.client.HTTPConnection("127.0.0.1", port), Request("POST", "/api/v1/tokens", "", body)
    )
    if status != http.client.CREATED:
        raise ValueError(answer)
    return str(json.loads(answer)["token"])


def timed(
    port: int, name: str, requests: Sequence[Request], rate: float, hoped: Callable[[int], bool]
) -> Times:
    """Send requests at a steady rate, whether earlier ones were answered or not."""
    due: SimpleQueue[tuple[float, Request]] = SimpleQueue()
    start = perf_counter() + 0.2
    for number, request in enumerate(requests):
        due.put((start + number / rate, request))
    seconds: list[float] = []
    errors: list[int] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            try:
                at, request = due.get_nowait()
            except Empty:
                return
            time.sleep(max(0.0, at - perf_counter()))
            status, _ = ask(connection, request)
            seconds.append(perf_counter() - at)
            if not hoped(status):
                errors.append(status)

    clients = [Thread(target=work) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return Times(name, seconds, len(errors))

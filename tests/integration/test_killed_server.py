"""kill -9 of a real web server while documents are posted: `pytest -m storm` does it 50 times.

Clients keep their key and repeat until they are answered. Whatever moment the server dies at,
a document is posted whole or not at all, and after the repeats exactly once.
"""

import json
import logging
import os
import random
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.accounts import service as accounts
from app.accounts.models import TokenKind
from app.dispensing.models import Dispensing
from app.inventory import service as inventory
from app.inventory.models import StockBalance, StockPosting
from app.kernel import clock
from tests.factories.cast import Cast
from tests.factories.stock import a_lot, an_item, stocked
from tests.forks import Forks, end

Sessions = sessionmaker[Session]
LOG = logging.getLogger(__name__)
CLIENTS, LINES, EACH = 3, 6, 100_000
SECRET = "a secret of tests, long enough to sign with"
PATIENCE_SECONDS = 120


class Server:
    """One gunicorn in a process group of its own, killed whole and started again."""

    def __init__(self, url: str, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "SECRET_KEY": SECRET,
            "INSECURE_COOKIES": "1",
        }
        self.programs = Forks(environment, log)
        self.process = self._started()

    def _started(self) -> ForkServerProcess:
        command = ("gunicorn", "wsgi:app", "--worker-class", "gthread", "--threads", "4")
        return self.programs.start(*command, "--bind", f"127.0.0.1:{self.port}")

    def kill(self) -> None:
        """End every process of the server in the middle of whatever it does."""
        end(self.process, signal.SIGKILL)
        self.process.join()

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.process = self._started()


@dataclass
class Client(threading.Thread):
    """Posts documents until told to stop; repeats each under its key until it is answered."""

    address: str
    token: str
    body: bytes
    name_of: str
    stop: threading.Event
    done: list[str] = field(default_factory=list)
    repeats: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        while not self.stop.is_set():
            key = f"{self.name_of}-{len(self.done)}"
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not self._answered(key):
                assert time.monotonic() < deadline, "the server never came back"
                self.repeats += 1
                time.sleep(0.02)
            self.done.append(key)

    def _answered(self, key: str) -> bool:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.address, data=self.body, headers=headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 201)
        except (OSError, urllib.error.URLError):
            return False


@pytest.fixture
def web_server(racing_url: str, tmp_path: Path) -> Iterator[Server]:
    running = Server(racing_url, tmp_path / "log")
    yield running
    running.kill()


@pytest.mark.parametrize(
    "kills", [pytest.param(2, id="two"), pytest.param(50, marks=pytest.mark.storm, id="fifty")]
)
def test_a_killed_server_leaves_nothing_half_posted(
    rivals: Sessions, racing_cast: Cast, web_server: Server, kills: int
) -> None:
    with rivals.begin() as session:
        clinic = racing_cast.actor("clinic")
        items = [an_item(session) for _ in range(LINES)]
        for item in items:
            stocked(session, clinic, a_lot(session, item), EACH, now=clock.now())
        token = accounts.issue_token(session, clinic.user_id, TokenKind.API, now=clock.now()).text
    body = json.dumps({"uses": [{"item_id": item.id, "quantity": 1} for item in items]}).encode()
    stop, chance = threading.Event(), random.Random(kills)
    address = f"http://127.0.0.1:{web_server.port}/api/v1/consumptions"
    clients = [Client(address, token, body, f"client-{n}", stop) for n in range(CLIENTS)]
    for client in clients:
        client.start()

    for _ in range(kills):
        _wait_for_work(clients)
        time.sleep(chance.uniform(0, 0.3))
        web_server.restart()
    _wait_for_work(clients)
    stop.set()
    for client in clients:
        client.join(PATIENCE_SECONDS)

    posted = sum(len(client.done) for client in clients)
    repeats = sum(client.repeats for client in clients)
    LOG.info("%s kills, %s documents of %s lines, %s repeats", kills, posted, LINES, repeats)
    with rivals() as session:
        assert inventory.prove(session) == []
        assert session.scalar(select(func.count()).select_from(Dispensing)) == posted
        uses = select(func.count()).where(StockPosting.kind == "consume")
        assert session.scalar(uses) == posted
        left = select(StockBalance.on_hand).where(
            ~StockBalance.outside, StockBalance.item_id.in_([item.id for item in items])
        )
        assert set(session.scalars(left)) == {EACH - posted}
    assert repeats >= kills


def _wait_for_work(clients: list[Client]) -> None:
    """Let every client be answered once more, so that the next kill meets them at work."""
    before = [len(client.done) for client in clients]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(len(client.done) <= was for client, was in zip(clients, before, strict=True)):
        assert time.monotonic() < deadline, "the server never answered"
        time.sleep(0.01)

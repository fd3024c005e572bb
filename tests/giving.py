"""Many processes that give the same packs at the same moment, over the API, and keep books."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from app.factory import create_app
from app.kernel.settings import Settings
from tests.clients import SignedInClient, post_patiently
from tests.forks import FORKING

SECRET = "a secret of the storm that gives packs away"
PATIENCE_SECONDS = 120
Wishes = tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """Which database is asked, as whom, and what is wished of each code; None is all of it."""

    url: str
    token: str
    wishes: dict[str, Wishes]


@dataclass(slots=True)
class Books:
    """What one process was told: base units given by code, and each refusal with its wish."""

    given: dict[str, list[int]] = field(default_factory=dict)
    refused: list[tuple[str, int | None, int, str]] = field(default_factory=list)

    @property
    def answers(self) -> Counter[str]:
        """How often each refusal was told."""
        return Counter(code for *_, code in self.refused)


class Giver:
    """One process: an application of its own, and a client for each wish it sends at once."""

    def __init__(self, storm: Rush, mine: int, of: int) -> None:
        self.storm, self.mine, self.of = storm, mine, of
        app = create_app(Settings(database_url=storm.url, secret_key=SECRET, secure_cookies=False))
        most = max(len(wishes) for wishes in storm.wishes.values())
        self.clients = [SignedInClient(app, app.response_class) for _ in range(mine, most, of)]
        for client in self.clients:
            client.token = storm.token
        self.books = Books()

    def run(self, start: Any) -> Books:
        """Wish of one code after the other, together with all other processes."""
        with ThreadPoolExecutor(len(self.clients)) as pool:
            for code, wishes in self.storm.wishes.items():
                asked = [*enumerate(wishes)][self.mine :: self.of]
                start.wait(PATIENCE_SECONDS)
                told = pool.map(self._wish, self.clients, [(code, *wish) for wish in asked])
                for one in told:
                    self._note(*one)
        return self.books

    def _wish(
        self, client: SignedInClient, wish: tuple[str, int, int | None]
    ) -> tuple[str, int | None, int, dict[str, Any]]:
        code, number, quantity = wish
        body = {"code": code, "quantity": quantity}
        answer = post_patiently(client, "/api/v1/dispensings", body, f"wish-{code}-{number}")
        return code, quantity, answer.status_code, answer.json or {}

    def _note(self, code: str, quantity: int | None, status: int, told: dict[str, Any]) -> None:
        if status < 300:
            self.books.given.setdefault(code, []).append(told["quantity"])
        else:
            self.books.refused.append((code, quantity, status, told.get("code", "")))


def _meet(start: Any) -> None:
    """Give each process the line at which all of them wait for the last."""
    globals()["START"] = start


def _give(task: tuple[Rush, int, int]) -> Books:
    return Giver(*task).run(globals()["START"])


def give_at_once(storm: Rush, *, processes: int) -> Sequence[Books]:
    """Let so many processes wish for the same packs at the same moments; return their books."""
    tasks = [(storm, number, processes) for number in range(processes)]
    with FORKING.Pool(processes, _meet, (FORKING.Barrier(processes),)) as pool:
        return pool.map(_give, tasks, chunksize=1)

"""A table service of drives as a server of this process, for as long as a test needs it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECONDS, METRES = 601.4, 7_200.6


@dataclass
class Behaviour:
    """How the service answers, and what it was asked."""

    status: int = 200
    answer: Any = None
    silent: bool = False
    unroutable: int | None = None
    asked: list[tuple[int, int]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)


def _rows(figure: float, origins: int, targets: int, hole: int | None) -> list[list[float | None]]:
    return [
        [None if column == hole else figure for column in range(targets)] for _ in range(origins)
    ]


def _osrm(behaviour: Behaviour, path: str, _body: Any) -> dict[str, Any]:
    query = parse_qs(urlsplit(path).query)
    size = tuple(len(query[name][0].split(";")) for name in ("sources", "destinations"))
    return _plain(behaviour, size)


def _vroom(behaviour: Behaviour, _path: str, body: Any) -> dict[str, Any]:
    size = (len(body["sources"]), len(body["destinations"]))
    return {"matrices": {"car": _plain(behaviour, size)}}


def _plain(behaviour: Behaviour, size: Sequence[int]) -> dict[str, Any]:
    behaviour.asked.append((size[0], size[1]))
    return {
        "code": "Ok",
        "durations": _rows(SECONDS, size[0], size[1], behaviour.unroutable),
        "distances": _rows(METRES, size[0], size[1], behaviour.unroutable),
    }


def _valhalla(behaviour: Behaviour, _path: str, body: Any) -> dict[str, Any]:
    origins, targets = len(body["sources"]), len(body["targets"])
    behaviour.asked.append((origins, targets))
    cells = [
        {"time": None, "distance": None}
        if column == behaviour.unroutable
        else {"time": SECONDS, "distance": METRES / 1_000}
        for column in range(targets)
    ]
    return {"sources_to_targets": [cells] * origins}


ANSWERS = {"osrm": _osrm, "valhalla": _valhalla, "vroom": _vroom}


class _Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour
    kind: str

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self._answer(json.loads(self.rfile.read(length)))

    def _answer(self, body: Any) -> None:
        told = self.behaviour
        told.paths.append(self.path)
        if told.silent:
            told.over.wait(5)
            return
        answer = ANSWERS[self.kind](told, self.path, body)
        sent = json.dumps(answer if told.answer is None else told.answer).encode()
        self.send_response(told.status)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@contextmanager
def table_service(kind: str, behaviour: Behaviour) -> Iterator[str]:
    """Yield the address of a running service of this kind."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour, "kind": kind})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/roads"
        finally:
            behaviour.over.set()
            server.shutdown()
            thread.join(5)

"""A stand-in for the insurance's and the trace platforms: ``python -m tools.platform_simulator``.

A real HTTP server that keeps a book of what it took, and can be slow, fall silent after taking
a message, take it late, answer 5xx before or after taking, refuse, and count or refuse
repeats. Nobody outside is called. Addresses:

    POST /insurance   messages 3501-3507, queries 3508 and 3513, settlement 2207
    POST /codes       {"codes": [...]}: what the trace platform says of codes (C15)
    GET  /book        the book: every batch number with how often it was taken, and deletions
    POST /behaviour   change how it behaves, without a restart; GET shows it
"""

import argparse
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLD = frozenset({"3501", "3502", "3503", "3504", "3505", "3506"})
QUERIES = frozenset({"3508", "3513"})
REMOVAL, SETTLEMENT = "3507", "2207"
CODE_LENGTH = 20
FIRST_DIGIT = "8"


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How the platform behaves; rates are shares of the messages that tell something.

    ``silent``: taken, then no answer for ``silence_ms``. ``late``: no answer, taken after
    ``late_ms``. ``broken``: 500 and not taken. ``broken_after``: taken, then 500. Where
    ``repeats`` is "refuse" a batch number is taken once; where it is "take", the book counts.
    """

    latency_ms: int = 0
    silent: float = 0.0
    silence_ms: int = 30_000
    late: float = 0.0
    late_ms: int = 500
    broken: float = 0.0
    broken_after: float = 0.0
    refused: float = 0.0
    repeats: str = "refuse"
    missing_queries: float = 0.0
    seed: int = 1


@dataclass
class Book:
    """What the platform took, by institution and batch number."""

    taken: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, str] = field(default_factory=dict)
    codes: dict[str, list[str]] = field(default_factory=dict)
    removed: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    requests: int = 0

    def told(self) -> dict[str, Any]:
        """Return the book as JSON."""
        return {
            "taken": dict(self.taken),
            "kinds": self.kinds,
            "codes": self.codes,
            "removed": dict(self.removed),
            "repeated": self.repeated,
            "requests": self.requests,
        }


class Simulator(ThreadingHTTPServer):
    """The server, its behaviour, its book and what it knows about codes."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], behaviour: Behaviour) -> None:
        """Listen; port 0 takes a free one."""
        super().__init__(address, Handler)
        self.behaviour = behaviour
        self.book = Book()
        self.codes: dict[str, dict[str, Any]] = {}
        self.chance = random.Random(behaviour.seed)  # noqa: S311 - a simulation
        self.lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of callers that hang up: that is what they are here to do."""

    def happens(self, rate: float) -> bool:
        """Throw the dice."""
        with self.lock:
            return self.chance.random() < rate

    def take(self, message: Mapping[str, Any]) -> str:
        """Write a message into the book; return why not, or nothing."""
        number, rows = str(message["infno"])[:4], rows_of(message)
        if not rows:
            return "输入参数为空"
        with self.lock:
            for row in rows:
                fault = self._take(number, str(message.get("fixmedins_code", "")), row)
                if fault:
                    return fault
        return ""

    def _take(self, number: str, institution: str, row: Mapping[str, Any]) -> str:
        batch = str(row.get("fixmedins_bchno") or "")
        if not batch or not institution:
            return "fixmedins_bchno、fixmedins_code 不能为空"
        key, book = f"{institution}/{batch}", self.book
        if number == REMOVAL:
            if not book.taken[key] or book.removed[key]:
                return "未查询到该批次流水号"
            book.removed[key] += 1
            return ""
        if book.taken[key]:
            book.repeated += 1
            if self.behaviour.repeats == "refuse":
                return f"批次流水号 {batch} 已存在"
        book.taken[key] += 1
        book.kinds[key] = number
        given = row.get("drugtracinfo") or []
        book.codes[key] = [str(one.get("drug_trac_codg")) for one in given]
        return ""

    def find(self, message: Mapping[str, Any]) -> list[dict[str, str]]:
        """Return what the book has under the batch number a query asks for."""
        asked = (message.get("input") or {}).get("data") or {}
        batch = str(asked.get("fixmedins_bchno") or "")
        key = f"{message.get('fixmedins_code')}/{batch}"
        with self.lock:
            has = self.book.taken[key] and not self.book.removed[key]
        return [{"fixmedins_bchno": batch}] if has else []

    def status_of(self, code: str) -> dict[str, Any]:
        """Return what the trace platform says of a code; unless told otherwise it is in order."""
        shape = len(code) == CODE_LENGTH and code.isdigit() and code.startswith(FIRST_DIGIT)
        usual = {"status": "I" if shape else "E", "scan": 0 if shape else 11}
        return {"code": code, **usual, **self.codes.get(code, {})}


def rows_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rows a message tells, whether its node holds one or a list."""
    rows: list[Mapping[str, Any]] = []
    for node in (message.get("input") or {}).values():
        rows += node if isinstance(node, list) else [node]
    return rows


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Simulator
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Show the book, or how the platform behaves."""
        if self.path == "/book":
            with self.server.lock:
                told = self.server.book.told()
            self._answer(200, told)
        elif self.path == "/behaviour":
            self._answer(200, asdict(self.server.behaviour))
        else:
            self._answer(404, {"error": "unknown address"})

    def do_POST(self) -> None:
        """Take a message, say what codes are, or behave otherwise from now on."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        if self.path == "/behaviour":
            self.server.behaviour = replace(self.server.behaviour, **body)
            self._answer(200, asdict(self.server.behaviour))
        elif self.path == "/codes":
            self._codes(body)
        elif self.path == "/insurance":
            self._message(body)
        else:
            self._answer(404, {"error": "unknown address"})

    def _codes(self, body: Mapping[str, Any]) -> None:
        """Answer a look-up; ``known`` teaches what is to be said of a code."""
        time.sleep(self.server.behaviour.latency_ms / 1000)
        for code, told in (body.get("known") or {}).items():
            self.server.codes[code] = told
        rows = [self.server.status_of(str(code)) for code in body.get("codes", [])]
        self._answer(200, {"codes": rows})

    def _message(self, message: Mapping[str, Any]) -> None:
        server, behaviour = self.server, self.server.behaviour
        number = str(message.get("infno", ""))[:4]
        with server.lock:
            server.book.requests += 1
        time.sleep(behaviour.latency_ms / 1000)
        if number in QUERIES:
            self._query(message)
        elif number == SETTLEMENT:
            self._said(message, {"setlinfo": {}})
        elif number in TOLD or number == REMOVAL:
            self._tell(message)
        else:
            self._refuse(message, f"交易 {number} 不存在")

    def _query(self, message: Mapping[str, Any]) -> None:
        if self.server.happens(self.server.behaviour.missing_queries):
            self.close_connection = True
            return
        self._said(message, {"data": self.server.find(message)})

    def _tell(self, message: Mapping[str, Any]) -> None:
        server, behaviour = self.server, self.server.behaviour
        if server.happens(behaviour.broken):
            self._answer(500, {"error": "broken"})
            return
        if server.happens(behaviour.late):
            time.sleep(behaviour.late_ms / 1000)
            server.take(message)
            self.close_connection = True
            return
        if server.happens(behaviour.refused):
            self._refuse(message, "药品追溯码校验未通过")
            return
        fault = server.take(message)
        if fault:
            self._refuse(message, fault)
        elif server.happens(behaviour.silent):
            time.sleep(behaviour.silence_ms / 1000)
            self.close_connection = True
        elif server.happens(behaviour.broken_after):
            self._answer(502, {"error": "broken after"})
        else:
            self._said(message, {"result": {"retRslt": "1"}})

    def _said(self, message: Mapping[str, Any], output: Mapping[str, Any]) -> None:
        receipt = f"R{message.get('msgid', '')}"
        self._answer(200, {"infcode": "0", "inf_refmsgid": receipt, "output": output})

    def _refuse(self, message: Mapping[str, Any], text: str) -> None:
        receipt = f"R{message.get('msgid', '')}"
        self._answer(200, {"infcode": "-1", "inf_refmsgid": receipt, "err_msg": text})

    def _answer(self, status: int, body: Mapping[str, Any]) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Keep still; the book says everything."""


def main() -> None:
    """Serve until Ctrl-C."""
    usual = Behaviour()
    parser = argparse.ArgumentParser(description="Stand in for the platforms.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    for name, value in asdict(usual).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    given = vars(parser.parse_args())
    address = (given.pop("host"), given.pop("port"))
    with Simulator(address, Behaviour(**given)) as simulator:
        print(f"the platform is at http://{address[0]}:{simulator.server_port}/insurance")
        try:
            simulator.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()

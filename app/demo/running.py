"""The demo's processes: start them, watch them, stop them together."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from threading import Thread
from typing import IO

import click

from app.demo.settings import DemoFailed

PATIENCE_SECONDS = 10
LOOK_SECONDS = 0.2
PROGRESS_SECONDS = 10
LAST_LINES = 20


@dataclass
class Child:
    """A program of ours: what it prints goes on to our error stream, the end of it is kept."""

    name: str
    process: subprocess.Popen[str]
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    reader: Thread = field(init=False)

    def __post_init__(self) -> None:
        """Read along from now on."""
        self.reader = Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self.reader.start()

    def _read(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self.last.append(line.rstrip())
                with suppress(OSError):  # our own reader may be gone; the child must not block
                    click.echo(line, nl=False, err=True)

    def account(self) -> str:
        """Say how it ended, and what it printed last."""
        self.reader.join(1)
        status = self.process.returncode
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        said = "\n".join(f"  | {line}" for line in self.last) or "  | (it printed nothing)"
        return f"{self.name} {how}; its last lines:\n{said}"


@dataclass
class Children:
    """Programs that run until the demo ends; each leads a group of its own."""

    environment: Mapping[str, str]
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, *module: str) -> None:
        """Start a program; Ctrl-C reaches it only through us, and it never outlives us."""
        process = subprocess.Popen(
            [sys.executable, "-m", "app.demo.tied", str(os.getpid()), *module],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.running.append(Child(name, process))

    def check(self) -> None:
        """Notice a dead program.

        Raises:
            DemoFailed: one has ended by itself.
        """
        for child in self.running:
            if child.process.poll() is not None:
                raise DemoFailed(child.account())

    def wait_until_healthy(self, host: str, port: int, seconds: float) -> None:
        """Wait until the web server answers that all is well, and say that we wait.

        Raises:
            DemoFailed: it does not in time, or a program has ended.
        """
        started = said = time.monotonic()
        while not is_healthy(host, port):
            self.check()
            now = time.monotonic()
            if now - started > seconds:
                raise DemoFailed(f"nothing answers at {host}:{port} after {seconds:.0f} s")
            if now - said >= PROGRESS_SECONDS:
                said = now
                click.echo(f"  … still starting, {now - started:.0f} s", err=True)
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """End all programs, the last one started first; kill what does not listen."""
        children = [child.process for child in reversed(self.running)]
        for child in children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)
                child.wait()
        for reading in self.running:
            reading.reader.join(1)


def is_healthy(host: str, port: int) -> bool:
    """Say whether the health address answers 200."""
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _signal(child: subprocess.Popen[str], number: signal.Signals) -> None:
    if child.poll() is None:
        os.killpg(child.pid, number)


def gunicorn(host: str, port: int) -> Iterable[str]:
    """Return the web server's command; no control socket under $HOME."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (
        *("gunicorn", "wsgi:app", "--bind", bind, "--worker-class", "gthread"),
        *("--config", "python:app.demo.serving"),
        *("--workers", "2", "--threads", "4", "--timeout", "30", "--graceful-timeout", "5"),
        *("--max-requests", "20000", "--max-requests-jitter", "2000"),
        *("--no-control-socket", "--log-level", "warning"),
    )

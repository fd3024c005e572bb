"""The demo's processes: start them, watch them, stop them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

PATIENCE_SECONDS = 10
LOOK_SECONDS = 0.2


class DemoFailed(Exception):
    """A part of the demo did not start or died; the message says which."""


def run(environment: Mapping[str, str], *module: str) -> None:
    """Run a program of ours to its end.

    Raises:
        DemoFailed: it ended with an error, which it printed itself.
    """
    done = subprocess.run([sys.executable, "-m", *module], env=dict(environment), check=False)
    if done.returncode:
        raise DemoFailed(f"{' '.join(module)} failed")


@dataclass
class Children:
    """Programs that run until the demo ends; each leads a group of its own."""

    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *module: str) -> None:
        """Start a program; Ctrl-C reaches it only through us."""
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", *module], env=dict(self.environment), start_new_session=True
        )

    def check(self) -> None:
        """Notice a dead program.

        Raises:
            DemoFailed: one has ended by itself.
        """
        for name, child in self.running.items():
            if child.poll() is not None:
                raise DemoFailed(f"{name} ended with status {child.returncode}")

    def wait_until_healthy(self, host: str, port: int, seconds: float) -> None:
        """Wait until the web server answers that all is well.

        Raises:
            DemoFailed: it does not in time, or a program has ended.
        """
        deadline = time.monotonic() + seconds
        while not is_healthy(host, port):
            self.check()
            if time.monotonic() > deadline:
                raise DemoFailed(f"nothing answers at {host}:{port}")
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """End all programs, the last one started first; kill what does not listen."""
        children = list(reversed(self.running.values()))
        for child in children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)
                child.wait()


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


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if child.poll() is None:
        os.killpg(child.pid, number)


def gunicorn(host: str, port: int) -> Sequence[str]:
    """Return the web server's command; an engine per worker, no control socket under $HOME."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (
        *("gunicorn", "wsgi:app", "--bind", bind, "--worker-class", "gthread"),
        *("--workers", "2", "--threads", "4", "--timeout", "30", "--graceful-timeout", "5"),
        *("--max-requests", "20000", "--max-requests-jitter", "2000"),
        *("--no-control-socket", "--log-level", "warning"),
    )

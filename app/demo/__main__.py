"""``python -m app.demo``: the whole product on Zhenba county, in the foreground."""

import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Self

import click

from app import embedded
from app.demo.facts import rows_of
from app.demo.running import Children, DemoFailed, gunicorn, run
from app.kernel import clock
from app.kernel.local_time import local_day

HEALTHY_WITHIN_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """What the environment says about the demo."""

    host: str
    port: int
    home: Path
    database_url: str
    password: str
    day: date | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the variables; see the page on stable handles."""
        day = environment.get("DEMO_DATE", "")
        return cls(
            host=environment.get("HOST") or "127.0.0.1",
            port=int(environment.get("PORT") or 8000),
            home=Path(environment.get("TONGCANG_HOME") or ".tongcang").resolve(),
            database_url=environment.get("DATABASE_URL", ""),
            password=environment.get("DEMO_PASSWORD", ""),
            day=date.fromisoformat(day) if day else None,
        )


def main() -> int:
    """Serve the demo until Ctrl-C; return the exit status."""
    settings = DemoSettings.from_environment(os.environ)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts background jobs deaf to Ctrl-C
        signal.signal(number, _interrupt)
    try:
        _refuse_taken_port(settings)
        settings.home.mkdir(parents=True, exist_ok=True)
        with _database(settings) as url:
            _serve(settings, url)
    except KeyboardInterrupt:
        return 0
    except DemoFailed as failure:
        click.echo(f"The demo stopped: {failure}", err=True)
        return 1
    return 0


def _serve(settings: DemoSettings, url: str) -> None:
    password = settings.password or _kept(settings.home / "demo_password", 9)
    environment = _environment(settings, url, password)
    address = f"http://{settings.host}:{settings.port}"
    run(environment, "flask", "--app", "app.demo.cli:demo_app", "prepare-demo")
    children = Children(environment)
    try:
        children.start("the web server", *gunicorn(settings.host, settings.port))
        children.start("the scheduler", "app.scheduler")
        children.wait_until_healthy(settings.host, settings.port, HEALTHY_WITHIN_SECONDS)
        _announce(address, password)
        while True:
            children.check()
            time.sleep(1)
    finally:
        children.stop()


@contextmanager
def _database(settings: DemoSettings) -> Generator[str]:
    if settings.database_url:
        yield settings.database_url
        return
    with embedded.server(settings.home / "postgres", keep=True) as url:
        yield url


def _environment(settings: DemoSettings, url: str, password: str) -> dict[str, str]:
    day = local_day(clock.now())
    shift = (settings.day or day) - day
    return {
        **os.environ,
        "DATABASE_URL": url,
        "SECRET_KEY": _kept(settings.home / "secret_key", 32),
        "DEMO_PASSWORD": password,
        "DEMO_CLOCK_SECONDS": str(int(shift.total_seconds())),
        "INSECURE_COOKIES": "1",
        "TONGCANG_DEMO": "1",
        "TONGCANG_HOME": str(settings.home),
    }


def _kept(path: Path, size: int) -> str:
    """Return a secret of this installation, made at the first start."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(size))
    return path.read_text().strip()


def _refuse_taken_port(settings: DemoSettings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise DemoFailed(f"port {settings.port} is taken; choose another with PORT") from error


def _announce(address: str, password: str) -> None:
    click.echo(f"\nTongcang 统仓 is at {address}\n\n  {'account':<12}  who")
    places = {row["code"]: row["name"] for row in rows_of("facilities.csv")}
    for person in rows_of("users.csv"):
        click.echo(
            f"  {person['username']:<12}  {person['name']}  {places.get(person['facility'], '')}"
        )
    click.echo(f"\nPassword of all of them: {password}\nCtrl-C stops everything.\n")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

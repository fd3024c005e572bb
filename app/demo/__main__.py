"""``python -m app.demo``: the whole product on Zhenba county, in the foreground."""

import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from app import embedded
from app.demo.facts import rows_of
from app.demo.running import Children, gunicorn
from app.demo.settings import PASSWORD, SECRET_KEY, DemoFailed, DemoSettings, alone_in
from app.kernel import clock
from app.kernel.local_time import local_day

HEALTHY_WITHIN_SECONDS = 600
"""A busy machine may load the county slowly; a child that dies is noticed at once."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Serve the demo until Ctrl-C; return the exit status."""
    for number in ENDING:  # a shell starts background jobs deaf to Ctrl-C
        signal.signal(number, _interrupt)
    try:
        settings = DemoSettings.from_environment(os.environ)
        with alone_in(settings.home):
            _refuse_taken_port(settings)
            with _database(settings) as url:
                _serve(settings, url)
    except KeyboardInterrupt:
        return 0
    except (DemoFailed, embedded.ServerFailed) as failure:
        click.echo(f"\nThe demo stopped: {failure}", err=True)
        return 1
    return 0


def _serve(settings: DemoSettings, url: str) -> None:
    password = settings.password or _kept(settings.home / PASSWORD, 9)
    environment = _environment(settings, url, password)
    platform = _platform(environment)
    children = Children(environment)
    try:
        click.echo("Starting the web server …")
        children.start("the web server", *gunicorn(settings.host, settings.port))
        children.wait_until_healthy(settings.host, settings.port, HEALTHY_WITHIN_SECONDS)
        if platform:
            children.start("the insurance platform's stand-in", *platform)
        children.start("the scheduler", "app.scheduler")
        _announce(f"http://{settings.host}:{settings.port}", password)
        while True:
            children.check()
            time.sleep(1)
    finally:
        for number in ENDING:  # a second Ctrl-C must not leave half of them running
            signal.signal(number, signal.SIG_IGN)
        children.stop()


@contextmanager
def _database(settings: DemoSettings) -> Generator[str]:
    if settings.database_url:
        yield settings.database_url
        return
    click.echo("Starting PostgreSQL …")
    data = settings.home / "postgres"
    embedded.forget_the_dead(data)
    with embedded.server(data, keep=True) as url:
        yield url


def _environment(settings: DemoSettings, url: str, password: str) -> dict[str, str]:
    day = local_day(clock.now())
    shift = (settings.day or day) - day
    return {
        **os.environ,
        "DATABASE_URL": url,
        "SECRET_KEY": _kept(settings.home / SECRET_KEY, 32),
        "DEMO_PASSWORD": password,
        "DEMO_CLOCK_SECONDS": str(int(shift.total_seconds())),
        "INSECURE_COOKIES": "1",
        "TONGCANG_DEMO": "1",
        "TONGCANG_HOME": str(settings.home),
    }


def _platform(environment: dict[str, str]) -> tuple[str, ...]:
    """Return the command of the stand-in, unless a real platform is named; it fails a little."""
    if environment.get("UPLOAD_URL"):
        return ()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment["UPLOAD_URL"] = f"http://127.0.0.1:{port}/insurance"
    environment.setdefault("CODES_URL", f"http://127.0.0.1:{port}/codes")
    behaviour = ("--latency-ms", "60", "--silent", "0.02", "--refused", "0.01", "--late", "0.01")
    return ("tools.platform_simulator", "--port", port, *behaviour)


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

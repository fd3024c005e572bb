"""What the environment says about the demo, and who may use its folder."""

import fcntl
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

LOCK = "demo.lock"
SECRET_KEY, PASSWORD = "secret_key", "demo_password"
KEPT = (SECRET_KEY, PASSWORD, LOCK)
"""The files of the folder, beside those of the database."""


class DemoFailed(Exception):
    """A part of the demo did not start or died; the message says which."""


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
        """Read the variables; see the page on stable handles.

        Raises:
            DemoFailed: one of them is no port or no date.
        """
        day = environment.get("DEMO_DATE", "")
        try:
            return cls(
                host=environment.get("HOST") or "127.0.0.1",
                port=int(environment.get("PORT") or 8000),
                home=Path(environment.get("TONGCANG_HOME") or ".tongcang").resolve(),
                database_url=environment.get("DATABASE_URL", ""),
                password=environment.get("DEMO_PASSWORD", ""),
                day=date.fromisoformat(day) if day else None,
            )
        except ValueError as error:
            raise DemoFailed(f"PORT or DEMO_DATE cannot be read: {error}") from error


@contextmanager
def alone_in(home: Path) -> Generator[None]:
    """Keep every other demo out of the folder; the lock goes with the process, however it ends.

    Raises:
        DemoFailed: another demo runs there.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "?"
            raise DemoFailed(
                f"the demo of {home} is running (process {holder}): stop it first"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield

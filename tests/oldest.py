"""A server of the oldest PostgreSQL we promise to run on, where this machine has its programs."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import URL

from tests import databases

VERSION = 15
FOLDERS = (f"/usr/lib/postgresql/{VERSION}/bin", f"/usr/pgsql-{VERSION}/bin")
"""Where Debian's and the PostgreSQL project's packages put the programs."""
PLAIN_USERS = ("postgres", "nobody")
ROLE = "tongcang"


def programs() -> Path | None:
    """Return the folder of the server's programs; None where there are none of this version."""
    found = shutil.which("postgres", path=os.pathsep.join((*FOLDERS, os.environ.get("PATH", ""))))
    if found is None:
        return None
    said = subprocess.run([found, "--version"], check=True, capture_output=True, text=True).stdout
    return Path(found).resolve().parent if f" {VERSION}." in said else None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server of these programs on a socket and yield the URL of an empty database.

    Nothing of it stays. The programs refuse to run as root, who lends them to a plain user.
    """
    home = mkdtemp(prefix="tongcang-oldest-")
    user = _plain_user()
    if user is not None:
        os.chown(home, user, -1)

    def run(program: str, *arguments: str) -> None:
        command = [str(folder / program), "-D", f"{home}/data", *arguments]
        with Path(home, "said").open("ab") as said:
            subprocess.run(command, check=True, user=user, cwd=home, stdout=said, stderr=said)

    settings = {"listen_addresses": "", "unix_socket_directories": home, "fsync": "off"}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    try:
        run(
            "initdb",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "-U",
            "postgres",
            "-N",
        )
        run("pg_ctl", "start", "--wait", "--timeout", "60", "--options", options)
        try:
            admin = URL.create("postgresql+psycopg", "postgres", database="postgres")
            admin = admin.set(query={"host": home})
            databases.run_ddl(
                admin, f"CREATE ROLE {ROLE} LOGIN", f"CREATE DATABASE {ROLE} OWNER {ROLE}"
            )
            yield databases.text_of(admin.set(username=ROLE, database=ROLE))
        finally:
            run("pg_ctl", "stop", "--wait", "--mode", "fast")
    finally:
        shutil.rmtree(home)


def _plain_user() -> int | None:
    """Return whom root lends the server to; None for everybody else."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return next(known[name] for name in PLAIN_USERS if name in known)

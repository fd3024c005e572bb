"""``python -m app.demo.reset``: remove the demo's data."""

import os
import shutil
import sys

import click

from app import embedded
from app.demo.__main__ import DemoSettings
from app.kernel import migrations
from app.kernel.db import open_engine


def main() -> int:
    """Stop a server that a killed demo left running, and delete its folder."""
    settings = DemoSettings.from_environment(os.environ)
    if settings.database_url:
        engine = open_engine(settings.database_url, statement_seconds=600)
        migrations.downgrade(engine)
        engine.dispose()
    elif (settings.home / "postgres").exists():
        with embedded.server(settings.home / "postgres", keep=False):
            pass
        if (settings.home / "postgres").exists():
            click.echo("The demo is running: stop it first.", err=True)
            return 1
    shutil.rmtree(settings.home, ignore_errors=True)
    click.echo("The demo's data are gone.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

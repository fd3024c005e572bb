"""``python -m app.demo.reset``: remove the demo's data."""

import os
import sys
from contextlib import suppress

import click

from app import embedded
from app.demo.settings import KEPT, DemoFailed, DemoSettings, alone_in
from app.kernel import migrations
from app.kernel.db import open_engine


def main() -> int:
    """Delete what the demo keeps, unless it runs; return the exit status."""
    try:
        settings = DemoSettings.from_environment(os.environ)
        if not settings.home.exists() and not settings.database_url:
            click.echo("The demo has no data here.")
            return 0
        with alone_in(settings.home):
            _remove(settings)
    except DemoFailed as failure:
        click.echo(f"Nothing was removed: {failure}", err=True)
        return 1
    click.echo("The demo's data are gone.")
    return 0


def _remove(settings: DemoSettings) -> None:
    if settings.database_url:
        engine = open_engine(settings.database_url, statement_seconds=600)
        migrations.downgrade(engine)
        engine.dispose()
    else:
        embedded.remove(settings.home / "postgres")
    for name in KEPT:
        (settings.home / name).unlink(missing_ok=True)
    with suppress(OSError):  # a folder that holds something of somebody else stays
        settings.home.rmdir()


if __name__ == "__main__":
    sys.exit(main())

"""The operators' command that loads the demo county."""

import click
from flask import Flask
from flask.cli import with_appcontext

from app.kernel.settings import Settings


@click.command("load-demo")
@with_appcontext
def load_demo() -> None:
    """Load Zhenba county once; a second time changes nothing."""
    # Reading what makes a county is a quarter of a web server's start.
    from app.demo.loading import load  # noqa: PLC0415 - only this command needs it

    load(Settings.from_environment())


def register(app: Flask) -> None:
    """Add the command to ``flask``."""
    app.cli.add_command(load_demo)

"""The operators' command that says what scanned texts are."""

import json
import sys
from collections.abc import Sequence

import click
from flask import Flask

from app.traceability.rules import verdict


@click.command("parse-codes")
def parse_codes() -> None:
    """Say of each line on standard input which code it is, as a line of JSON.

    One line out for each line in, at once, whatever it holds; needs no database.
    """
    answers = sys.stdout.buffer
    # Read as bytes: text streams would end lines at a carriage return within a code, too.
    for line in sys.stdin.buffer:
        text = line.removesuffix(b"\n").decode(errors="replace")
        answers.write(json.dumps(verdict(text), separators=(",", ":")).encode() + b"\n")
        answers.flush()


def is_asked(arguments: Sequence[str]) -> bool:
    """Say whether ``flask --app wsgi …`` was asked for this command."""
    program, *rest = arguments
    return program.rpartition("/")[2] == "flask" and parse_codes.name in rest


def bare_app() -> Flask:
    """Return an application that serves nothing: it has this command, and needs no settings."""
    app = Flask("app")
    app.cli.add_command(parse_codes)
    return app

"""The operators' command that says what scanned texts are."""

import json
import sys

import click

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

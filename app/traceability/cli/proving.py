"""The operators' commands that write a proof about the log, and that check one."""

import json
import sys
from typing import Any

import click
from flask.cli import with_appcontext

from app.kernel.errors import NotFound
from app.kernel.ids import TraceEventId
from app.traceability import schemas, service
from app.traceability.rules.sealing import Checkpoint, CheckpointError
from app.traceability.service import Consistency, Inclusion
from app.web.unit_of_work import transaction


@click.command("prove-trace")
@click.argument("event", type=int, required=False)
@click.option("--site", default="", help="The code of the site whose log has grown.")
@click.option("--seals", type=int, default=1, help="How many seals it had then.")
@with_appcontext
def prove_trace(event: int | None, site: str, seals: int) -> None:
    """Print the proof that EVENT is in its site's log, or that a site's log has only grown."""
    try:
        shape = _growth(site, seals) if event is None else _inclusion(event)
    except NotFound as error:
        raise click.ClickException("there is no such event or seal") from error
    click.echo(json.dumps(shape))


def _inclusion(event: int) -> Any:
    with transaction() as session:
        proof = service.inclusion_of(session, TraceEventId(event))
    return schemas.InclusionSchema().dump(proof)


def _growth(site: str, seals: int) -> Any:
    with transaction() as session:
        proof = service.growth_of(session, service.site_called(session, site), seals)
    return schemas.ConsistencySchema().dump(proof)


@click.command("check-proof")
@click.option("--key", required=True, help="The public key, as trace-key shows it.")
def check_proof(key: str) -> None:
    """Say whether the proof on standard input holds; needs no database."""
    try:
        told = json.load(sys.stdin)
        public = bytes.fromhex(key)
        good = _is_grown(told, public) if "older" in told else _is_included(told, public)
    except (CheckpointError, KeyError, TypeError, ValueError) as error:
        raise click.ClickException("this is no proof") from error
    click.echo("the proof holds" if good else "the proof does not hold")
    if not good:
        raise click.exceptions.Exit(1)


def _is_included(told: dict[str, Any], key: bytes) -> bool:
    proof = Inclusion(
        event_id=told["event_id"],
        seq=told["seq"],
        leaf=bytes.fromhex(told["leaf"]),
        index=told["index"],
        size=told["size"],
        seal_path=[bytes.fromhex(step) for step in told["seal_path"]],
        seal=told["seal"],
        body=bytes.fromhex(told["body"]),
        path=[bytes.fromhex(step) for step in told["path"]],
        checkpoint=Checkpoint.parse(told["checkpoint"]["text"]),
    )
    return service.holds(proof, key)


def _is_grown(told: dict[str, Any], key: bytes) -> bool:
    proof = Consistency(
        older=Checkpoint.parse(told["older"]["text"]),
        newer=Checkpoint.parse(told["newer"]["text"]),
        path=[bytes.fromhex(step) for step in told["path"]],
    )
    return service.grew(proof, key)

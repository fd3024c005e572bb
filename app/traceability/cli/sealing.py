"""The operators' commands that seal the log, hold it against its seals, and prove an event."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter

import click
from flask.cli import with_appcontext
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.db import open_engine
from app.kernel.keyfile import KeyFile
from app.traceability import service
from app.traceability.errors import CheckpointUnknown
from app.traceability.rules.auditing import Fault, Finding, earliest
from app.traceability.service import Keys, Sealed, Verified, Window
from app.web.settings import current_settings
from app.web.unit_of_work import transaction

WORDS = {
    Fault.CHANGED: "an event was changed, or exchanged for another",
    Fault.MISSING: "an event is missing",
    Fault.INSERTED: "an event was inserted that no seal closes",
    Fault.SEAL_MISSING: "a seal is missing",
    Fault.SEAL_CHANGED: "a seal was changed",
    Fault.CUT: "the log ends before the checkpoint",
    Fault.REWRITTEN: "the log up to here is not the one the checkpoint is of",
}


@click.command("seal-trace")
@with_appcontext
def seal_trace() -> None:
    """Seal all events whose transactions have ended; the scheduler does so every minute."""
    key = KeyFile.kept_at(current_settings().trace_key)
    events, turn = 0, Sealed(more=True)
    while turn.more:
        with transaction() as session:
            session.execute(text("SET LOCAL statement_timeout = 0"))
            turn = service.seal_turn(session, key, current_settings().epc_base, now=clock.now())
        events += turn.events
    click.echo(f"{events} events sealed")
    if not turn.settled:
        click.echo("a transaction goes on writing: try again later")
        raise click.exceptions.Exit(1)


@click.command("trace-key")
@with_appcontext
def trace_key() -> None:
    """Show the public half of the key that signs seals, to be kept by those who check."""
    click.echo(KeyFile.kept_at(current_settings().trace_key).public.hex())


@click.command("verify-trace")
@click.option("--checkpoint", "kept", multiple=True, help="A checkpoint off a delivery sheet.")
@click.option("--trust", multiple=True, help="Only this public key counts (see trace-key).")
@click.option("--processes", default=os.cpu_count() or 1, show_default=True)
@with_appcontext
def verify_trace(kept: tuple[str, ...], trust: tuple[str, ...], processes: int) -> None:
    """Hold every site's log against its seals; fail and name the first bad place of each."""
    started = perf_counter()
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        keys = _trusted(service.known_keys(session), trust)
        todo = service.windows(session)
        waiting = service.unsealed(session)
        findings = [found for each in kept if (found := _against(session, each, keys))]
    verdict = service.summed(list(_verified(todo, keys, processes)))
    findings = earliest([*findings, *verdict.findings])
    _tell(findings)
    seconds = perf_counter() - started
    click.echo(
        f"{verdict.events} events in {verdict.seals} seals of {verdict.sites} sites checked in"
        f" {seconds:.1f} s ({verdict.events / seconds:.0f} a second),"
        f" {len(findings)} sites broken, {waiting} events await their seal"
    )
    if findings:
        raise click.exceptions.Exit(1)


def _trusted(keys: Keys, trust: Sequence[str]) -> Keys:
    if not trust:
        return keys
    chosen = {number: key for number, key in keys.public.items() if key.hex() in trust}
    return Keys(chosen, keys.base)


def _against(session: Session, kept: str, keys: Keys) -> Finding | None:
    try:
        return service.check_checkpoint(session, kept, keys)
    except CheckpointUnknown as error:
        raise click.ClickException("this checkpoint was not signed by this installation") from error


def _verified(todo: Sequence[Window], keys: Keys, processes: int) -> Iterator[Verified]:
    """Check the windows, side by side where there are several."""
    if processes == 1 or len(todo) == 1:
        for window in todo:
            with transaction() as session:
                session.execute(text("SET LOCAL statement_timeout = 0"))
                yield service.verify_window(session, window, keys)
        return
    with ProcessPoolExecutor(
        processes, get_context("fork"), _open, (current_settings().database_url,)
    ) as pool:
        yield from pool.map(_verify_one, todo, [keys] * len(todo))


_SESSIONS: list[Session] = []


def _open(url: str) -> None:
    """Give a process a connection of its own."""
    _SESSIONS.append(Session(open_engine(url, statement_seconds=0, pool_size=1)))


def _verify_one(window: Window, keys: Keys) -> Verified:
    with _SESSIONS[0].begin():
        return service.verify_window(_SESSIONS[0], window, keys)


def _tell(findings: Sequence[Finding]) -> None:
    with transaction() as session:
        names = service.names_of_sites(session, {finding.facility_id for finding in findings})
    for finding in findings:
        site = names.get(finding.facility_id, str(finding.facility_id))
        click.echo(f"FAIL  {site}: first bad seq {finding.seq}: {WORDS[finding.fault]}")

"""Commands for whoever runs the installation: ``flask --app wsgi …``."""

from time import perf_counter

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import text

from app.inventory import service as inventory
from app.kernel import migrations
from app.reconciliation.cli import reconcile_codes
from app.savings.cli import prove_savings
from app.traceability.cli import parse_codes
from app.traceability.cli.proving import check_proof, prove_trace
from app.traceability.cli.sealing import seal_trace, trace_key, verify_trace
from app.web.unit_of_work import engine, transaction

OLDEST_SERVER = 150000


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database up to date."""
    migrations.upgrade(engine())
    click.echo(f"schema: {', '.join(sorted(migrations.newest()))}")


@click.command()
@click.argument("role")
@with_appcontext
def grant(role: str) -> None:
    """Let ROLE run the application without owning its tables; run after each migrate."""
    ledgers = migrations.grant(engine(), role)
    click.echo(f"{role} may read and write; {ledgers} tables only grow")


@click.command()
@with_appcontext
def doctor() -> None:
    """Check the connection, the server's version and the schema; fail when one is wrong."""
    with transaction() as session:
        version = int(session.scalars(text("SHOW server_version_num")).one())
        current = migrations.is_current(session)
        superuser = session.scalars(text("SELECT current_setting('is_superuser')")).one() == "on"
    findings = {
        "PostgreSQL 15 or newer": version >= OLDEST_SERVER,
        "migrations are current": current,
        "the database role is no superuser": not superuser,
    }
    for finding, holds in findings.items():
        click.echo(f"{'ok  ' if holds else 'FAIL'}  {finding}")
    if not all(findings.values()):
        raise click.exceptions.Exit(1)


@click.command("verify-ledger")
@with_appcontext
def verify_ledger() -> None:
    """Prove every invariant of the stock ledger; fail and name the first broken rows."""
    started = perf_counter()
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        findings = inventory.prove(session)
    for finding in findings:
        click.echo(
            f"FAIL  {finding.invariant}: {finding.rows} rows, the first is {finding.example}"
        )
    click.echo(f"{len(findings)} broken invariants, proven in {perf_counter() - started:.1f} s")
    if findings:
        raise click.exceptions.Exit(1)


def register(app: Flask) -> None:
    """Add the commands to ``flask``."""
    app.cli.add_command(migrate)
    app.cli.add_command(doctor)
    app.cli.add_command(grant)
    app.cli.add_command(verify_ledger)
    app.cli.add_command(parse_codes)
    for command in (check_proof, prove_trace, seal_trace, trace_key, verify_trace):
        app.cli.add_command(command)
    app.cli.add_command(reconcile_codes)
    app.cli.add_command(prove_savings)

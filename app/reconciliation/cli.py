"""The operators' command that sets codes beside the book."""

import click
from flask.cli import with_appcontext
from sqlalchemy import text

from app.kernel import clock
from app.reconciliation import service
from app.reconciliation.queries.showing import DifferenceFilter, DifferenceRow, list_differences
from app.web.unit_of_work import transaction

MOST_SHOWN = 200
EVERYWHERE = DifferenceFilter(scope=None)


@click.command("reconcile-codes")
@with_appcontext
def reconcile_codes() -> None:
    """Compare live codes with the ledger at every place; fail and name what differs."""
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        outcome = service.reconcile(session, now=clock.now())
        rows = list_differences(session, EVERYWHERE, MOST_SHOWN)
    for row in rows[:MOST_SHOWN]:
        _tell(row)
    click.echo(
        f"{len(outcome.differing)} differences among {outcome.compared} places and lots,"
        f" {outcome.packs} packs, {outcome.base_units} base units,"
        f" compared in {outcome.milliseconds / 1000:.1f} s"
    )
    if outcome.differing:
        raise click.exceptions.Exit(1)


def _tell(row: DifferenceRow) -> None:
    click.echo(
        f"DIFFERS  {row.facility} {row.place_code}  {row.item_name} {row.lot_number}:"
        f" book {row.books}, codes {row.codes}, {row.difference:+d} {row.base_unit}"
    )
    for lead in row.leads:
        what = lead["code"] or lead["document"]
        click.echo(f"         {lead['kind']}: {what} {lead['quantity']} {lead['where']}".rstrip())

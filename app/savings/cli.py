"""``flask --app wsgi prove-savings``: every figure of the proof of savings, computed again."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.kernel import clock
from app.kernel.local_time import local_day
from app.network import service as network
from app.savings import queries, service
from app.savings.errors import NoCostCard
from app.savings.models import SavingsStudy
from app.savings.rules import digest
from app.web.unit_of_work import transaction
from optimizer.routing.savings.report import Report, report
from optimizer.routing.savings.study import Study, figures
from optimizer.routing.savings.wording import lines_of
from optimizer.spreading import pool


@click.command("prove-savings")
@click.option("--days", default=service.USUAL_DAYS, show_default=True, help="planning days")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="the last day; today if not given")
@click.option("--steps", default=service.STEPS, show_default=True, help="search steps of each plan")
@click.option("--seed", default=1, show_default=True)
@click.option("--workers", default=2, show_default=True, help="processes")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="all figures as JSON")
@with_appcontext
def prove_savings(workers: int, out: Path | None, until: datetime | None, **asked: int) -> None:
    """Compute the proof of savings again from the stored deliveries, roads and prices."""
    day = until.date() if until else local_day(clock.now())
    with transaction() as session:
        card = queries.card_in_force(session, day)
        if card is None:
            raise NoCostCard(day.isoformat())
        hub = network.central_pharmacy(session).id
        wanted = SavingsStudy(facility_id=hub, until=day, card_id=card.id, **asked)
        study = service.gather(session, wanted)
    with pool(workers) as executor:
        found = report(study, figures(study, executor, _tell))
    _print(found, study, card.id)
    if out is not None:
        text = json.dumps({"inputs_digest": digest(study), **asdict(found)}, indent=1)
        out.write_text(text + "\n", encoding="utf-8")


def _tell(done: int, of: int) -> bool:
    click.echo(f"\r{done} of {of} plans", nl=done == of, err=True)
    return True


def _print(found: Report, study: Study, card_id: int) -> None:
    for line in lines_of(found):
        click.echo(line)
    click.echo(f"{len(found.days)} days, cost card {card_id}, inputs {digest(study)}")

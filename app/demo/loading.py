"""Migrate, load the county and open its accounts."""

import secrets
from time import perf_counter

import click
from flask import Flask

from app.accounts import service as accounts
from app.demo.load.county import is_loaded, load_county
from app.demo.plan import county_plan
from app.kernel import clock, migrations
from app.kernel.local_time import local_day
from app.kernel.settings import Settings
from app.kpi import service as kpi
from app.web.unit_of_work import engine, transaction


def prepare(app: Flask) -> None:
    """Migrate, load the county once, and let its people use DEMO_PASSWORD."""
    with app.app_context():
        settings = Settings.from_environment()
        migrations.upgrade(engine())
        load(settings)
        with transaction() as session:
            kpi.count_days(session, now=clock.now())
        if settings.demo_password:
            with transaction() as session:
                accounts.set_demo_password(session, settings.demo_password, now=clock.now())


def load(settings: Settings) -> None:
    """Load the county unless it is there; print what was done."""
    started, now = perf_counter(), clock.now()
    with transaction() as session:
        if is_loaded(session):
            click.echo("the demo county is loaded already")
            return
        password = settings.demo_password or secrets.token_urlsafe(9)
        plan = county_plan(settings.demo_date or local_day(now), settings.demo_codes)
        copied = load_county(session, plan, password, now=now).copied
    rows = sum(copied.values())
    click.echo(f"{rows:,} rows in {perf_counter() - started:.1f} s, as of {plan.today}")
    if not settings.demo_password:
        click.echo(f"password of the demo accounts: {password}")

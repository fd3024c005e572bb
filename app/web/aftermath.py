"""What a refusal leaves behind is written after the rollback of all it did."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.web.guard import current_profile
from app.web.unit_of_work import transaction

Keeper = Callable[[Session, Actor, DomainError, datetime], None]
"""``(session, actor, refusal, now)``: writes the refusal's incident down."""


def init_app(app: Flask, keeper: Keeper) -> None:
    """Name who keeps incidents; the web layer knows no domain."""
    app.extensions["aftermath"] = keeper


def remember(session: Session, refusal: DomainError) -> None:
    """Keep the incident of a refusal in a transaction in which its work was undone."""
    profile = current_profile()
    if refusal.incident is None or profile is None:
        return
    keeper: Keeper = current_app.extensions["aftermath"]
    keeper(session, profile.actor, refusal, clock.now())


def remember_alone(refusal: DomainError) -> None:
    """Keep the incident of a refusal whose transaction is over."""
    if refusal.incident is None:
        return
    with transaction() as session:
        remember(session, refusal)

"""The page behind a code: the life line for staff, what the pack is for everybody else."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.kernel import clock, rates
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.kernel.signing import SealVerdict
from app.traceability import service
from app.traceability.rules import Scan, recognise
from app.traceability.service.assuring import contact, verify
from app.traceability.views import telling
from app.traceability.views.rates import LOOKS, MISSES
from app.web.guard import current_profile, public
from app.web.sealing import label_signer
from app.web.unit_of_work import transaction

blueprint = Blueprint("traceability", __name__)
READ = Permission.TRACEABILITY_READ
OURS = re.compile(r"(?:TT|BN|EQ)-?[0-9A-Z-]{4,40}")
"""Totes, bins and machines: nothing a patient holds, and no word of them to strangers."""
SHELVED = re.compile(r"(?:LT|BN|EQ)-[0-9A-Z-]{4,40}")
"""What has a page, and no life line."""


@blueprint.get("/c/<path:code>")
@public
def show_code(code: str) -> ResponseReturnValue:
    """Show staff the life line of a code, and anybody else what the pack is."""
    scan, seal = recognise(code), request.args.get("s", "")
    profile = current_profile()
    if profile is None and OURS.fullmatch(scan.code):
        return redirect(url_for("accounts.show_sign_in", next=request.full_path.rstrip("?")))
    if profile is None or not profile.actor.may(READ):
        return _verified(scan, seal)
    if SHELVED.fullmatch(scan.code):
        return redirect(url_for("search.search", q=scan.code))
    with transaction() as session:
        story = service.tell_story(session, profile.actor, scan.code)
    return render_template(
        "traceability/life.html",
        facts=story.facts,
        chapters=telling.chapters_of(story),
        carriers=telling.carriers_of(story),
        map=telling.map_of(story),
        place_of=telling.place_of,
        judged=_judged(scan, seal, None),
        today=local_day(clock.now()),
    )


def _verified(scan: Scan, seal: str) -> ResponseReturnValue:
    """Answer a stranger; how often they may ask is counted, and misses count once more."""
    now, who = clock.now(), request.remote_addr or ""
    with transaction() as session:
        rates.ask(session, LOOKS, who, now=now)
        found = verify(session, scan, on=local_day(now))
        asked = contact(session)
    if found is None:
        with transaction() as session:
            rates.ask(session, MISSES, who, now=now)
    judged = _judged(scan, seal, () if found is None else found.content)
    if judged is SealVerdict.FOREIGN:
        found = None
    page = render_template(
        "traceability/verify.html",
        found=found,
        judged=judged,
        code=scan.code,
        contact=asked,
        now=now,
    )
    return page, 200 if found else 404


def _judged(scan: Scan, seal: str, content: tuple[str, ...] | None) -> SealVerdict | None:
    """Return what the seal of the label is worth, or None where it has none."""
    if not seal:
        return None
    today = local_day(clock.now())
    return label_signer().judge(seal, scan.code, content, on=today)

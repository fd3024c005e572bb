"""Pages of refused goods, transport records and quarantine."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel import attachments, clock
from app.kernel.actor import Permission
from app.kernel.attachments import AttachmentKind
from app.purchasing import queries, service
from app.purchasing.models import ClaimOutcome, RefusalReason
from app.purchasing.schemas import claims as schemas
from app.purchasing.service import Photos
from app.web.attachments import sent_files, takes_files
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("claims", __name__, url_prefix="/receiving")
READ, RECEIVE = Permission.PURCHASING_READ, Permission.PURCHASING_RECEIVE
ORDER, QUALITY = Permission.PURCHASING_ORDER, Permission.PURCHASING_QUALITY
SHOWS = {
    RefusalReason.DAMAGED: AttachmentKind.DAMAGE,
    RefusalReason.TEMPERATURE: AttachmentKind.TEMPERATURE,
    RefusalReason.NO_PAPERS: AttachmentKind.PAPERS,
}
"""What the photos of refused goods show, by why they were refused."""


@blueprint.get("/claims")
@requires(READ)
def list_claims() -> str:
    """List refused goods, those that are not made good yet unless all are asked for."""
    query, actor = read_query(schemas.ClaimQuerySchema), current_actor()
    cursor = decode(query["cursor"], (int,))
    before, only_open = int(cursor[0]) if cursor else None, query["which"] == "open"
    with transaction() as session:
        rows = queries.list_claims(session, actor, before, PAGE_SIZE, only_open=only_open)
        photos = attachments.list_of(session, service.CLAIM, [row.claim_id for row in rows])
    return render_template(
        "purchasing/claims.html",
        claims=page_of(rows, lambda row: [row.claim_id]),
        query=query,
        outcomes=list(ClaimOutcome),
        photos=photos,
        photo_kinds=list(AttachmentKind),
    )


@blueprint.post("/claims/<reference>/closing")
@requires(ORDER)
@writes
def close_claim(reference: str) -> ResponseReturnValue:
    """Say how the supplier made refused goods good."""
    making = read_form(schemas.MakingSchema)
    with transaction() as session:
        service.close_claim(session, current_actor(), reference, making, now=clock.now())
    return redirect(url_for("claims.list_claims"))


@blueprint.get("/quarantine")
@requires(READ)
def list_quarantine() -> str:
    """List accepted goods that wait until quality releases them."""
    with transaction() as session:
        waiting = queries.list_waiting(session, current_actor())
    return render_template("purchasing/quarantine.html", waiting=waiting)


@blueprint.post("/receipts/<reference>/lines/<int:line_id>/release")
@requires(QUALITY)
@writes
def release(reference: str, line_id: int) -> ResponseReturnValue:
    """Make quarantined goods usable."""
    with transaction() as session:
        service.release_line(session, current_actor(), reference, line_id, now=clock.now())
    flash(_("The goods are released."), "success")
    return redirect(url_for("claims.list_quarantine"))


@blueprint.post("/receipts/<reference>/refusals")
@requires(RECEIVE)
@takes_files
@writes
def refuse(reference: str) -> ResponseReturnValue:
    """Refuse goods of a line, with photos if there are some; a claim keeps both."""
    refusal, actor, now = read_form(schemas.RefusalSchema), current_actor(), clock.now()
    photos = Photos(kind=SHOWS.get(refusal.reason, AttachmentKind.OTHER), files=sent_files())
    with transaction() as session:
        claim = service.refuse_goods(session, actor, reference, refusal, now=now)
        if photos.files:
            service.photograph_claim(session, actor, claim.reference, photos, now=now)
    return _to(reference)


@blueprint.post("/receipts/<reference>/temperatures")
@requires(RECEIVE)
@takes_files
@writes
def keep_temperatures(reference: str) -> ResponseReturnValue:
    """Write the temperatures the goods travelled at, with the recorder's paper or a photo."""
    told, now = schemas.temperatures(read_form(schemas.TemperaturesSchema)), clock.now()
    photos, actor = Photos(kind=AttachmentKind.TEMPERATURE, files=sent_files()), current_actor()
    with transaction() as session:
        service.keep_temperatures(session, actor, reference, told, now=now)
        if photos.files:
            service.photograph_receipt(session, actor, reference, photos, now=now)
    return _to(reference)


@blueprint.post("/suppliers/<code>/quarantine")
@requires(QUALITY)
@writes
def set_quarantine(code: str) -> ResponseReturnValue:
    """Say whether goods of a supplier wait for quality."""
    needed, actor = read_form(schemas.QuarantineSchema)["needed"], current_actor()
    with transaction() as session:
        service.set_quarantine(session, actor, code, needed=needed, now=clock.now())
    return redirect(url_for("contracts.show_supplier", code=code))


def _to(reference: str) -> ResponseReturnValue:
    return redirect(url_for("purchasing.show_receipt", reference=reference))

"""Redirects as programs ask for them and decide about them."""

from typing import Any

from flask_smorest import Blueprint

from app.fulfilment import service
from app.fulfilment.queries import redirects as queries
from app.fulfilment.queries.redirects import RedirectRow
from app.fulfilment.schemas import redirects as schemas
from app.fulfilment.service import Asking, Ruling
from app.kernel import clock
from app.kernel.actor import Permission
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.sealing import label_signer
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "redirects_api",
    __name__,
    url_prefix="/api/v1/redirects",
    description="Totes before the wrong door",
)
READERS = (Permission.REQUISITION_READ,)
ASKERS = (Permission.DELIVERY_RECEIVE,)
DECIDERS = (Permission.REQUISITION_APPROVE,)


@blueprint.get("")
@requires(*READERS)
@blueprint.arguments(schemas.RedirectQuerySchema, location="query")
@blueprint.response(200, schemas.RedirectsSchema)
def list_redirects(query: dict[str, Any]) -> Page[RedirectRow]:
    """List requests, open ones unless all are asked for, the newest first."""
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        rows = queries.list_redirects(
            session, current_actor(), only_open=not query["all"], after=after, size=PAGE_SIZE
        )
    return page_of(rows, lambda row: [row.id])


@blueprint.post("")
@requires(*ASKERS)
@writes
@blueprint.arguments(schemas.AskRedirectSchema)
@blueprint.response(201, schemas.RedirectSchema)
@blueprint.alt_response(409, description="redirect-open")
@blueprint.alt_response(422, description="redirect-forbidden")
def ask_redirect(body: dict[str, str]) -> RedirectRow | None:
    """Ask the centre to let a tote on the road to another facility stay at one's own."""
    actor, asking = current_actor(), Asking(signer=label_signer(), **body)
    with transaction() as session:
        asked = service.ask_redirect(session, actor, asking, now=clock.now())
        return queries.find_redirect(session, actor, asked.reference)


@blueprint.post("/<string:reference>/decide")
@requires(*DECIDERS)
@writes
@blueprint.arguments(schemas.RulingSchema)
@blueprint.response(200, schemas.RedirectSchema)
@blueprint.alt_response(409, description="redirect-decided, tote-state-changed")
def decide_redirect(body: dict[str, Any], reference: str) -> RedirectRow | None:
    """Redirect the tote to the facility that asked, or let it go where it was sent."""
    actor = current_actor()
    with transaction() as session:
        service.decide_redirect(session, actor, reference, Ruling(**body), now=clock.now())
        return queries.find_redirect(session, actor, reference)

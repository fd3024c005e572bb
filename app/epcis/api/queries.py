"""Named queries: kept under a name, asked again by it."""

from flask import Response, jsonify

from app.epcis import schemas
from app.epcis.api.binding import addresses, blueprint, created, page_from, turn_page
from app.epcis.api.events import answer_query
from app.epcis.models import NamedQuery
from app.epcis.service import naming
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.db import Json
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes


@blueprint.get("/queries")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.PageSchema, location="query")
@blueprint.response(200, schemas.QueryDefinitionSchema(many=True))
def list_queries(paging: Json) -> Response:
    """Return the named queries of one's own facility."""
    size = paging["perPage"]
    with transaction() as session:
        after = page_from(paging["nextPageToken"]) or ""
        found = naming.list_queries(session, current_actor(), after, size)
    shown = found[:size]
    last = shown[-1].name if len(found) > size else None
    return turn_page(jsonify([as_definition(query) for query in shown]), last, size)


@blueprint.post("/queries")
@requires(Permission.EPCIS_READ)
@writes
@blueprint.arguments(schemas.QueryDefinitionSchema)
@blueprint.response(201, schemas.QueryDefinitionSchema)
def create_query(definition: Json) -> Response:
    """Keep a query under a name, once it has been read and found right."""
    naming.meaning_of(definition["query"], addresses())
    with transaction() as session:
        named = naming.name_query(
            session, current_actor(), definition["name"], definition["query"], now=clock.now()
        )
    answer = jsonify(as_definition(named))
    return created("queries", named.name, answer, 201)


@blueprint.get("/queries/<name>")
@requires(Permission.EPCIS_READ)
@blueprint.response(200, schemas.QueryDefinitionSchema)
def show_query(name: str) -> Response:
    """Return the definition of a named query."""
    with transaction() as session:
        return jsonify(as_definition(naming.get_query(session, current_actor(), name)))


@blueprint.delete("/queries/<name>")
@requires(Permission.EPCIS_READ)
@writes
@blueprint.response(204)
def forget_query(name: str) -> Response:
    """Forget a named query; subscriptions to it end."""
    with transaction() as session:
        naming.forget_query(session, current_actor(), name, now=clock.now())
    return Response(status=204)


@blueprint.get("/queries/<name>/events")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.PageSchema, location="query")
@blueprint.response(200, schemas.AnswerSchema)
def ask_query(paging: Json, name: str) -> Response:
    """Return the events a named query means now."""
    with transaction() as session:
        named = naming.get_query(session, current_actor(), name)
    return answer_query(naming.meaning_of(named.query, addresses()), paging, name)


def as_definition(named: NamedQuery) -> Json:
    """Return a named query as programs read it."""
    return {"name": named.name, "query": named.query}

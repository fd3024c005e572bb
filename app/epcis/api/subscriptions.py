"""Subscriptions: a subscriber's own address is called when a named query means something new."""

from flask import Response, jsonify

from app.epcis import schemas
from app.epcis.api.binding import blueprint, created, page_from, turn_page
from app.epcis.errors import SubscriptionsNotOffered
from app.epcis.models import Subscription
from app.epcis.rules.destinations import destination_of
from app.epcis.service import subscribing
from app.epcis.service.subscribing import Wish
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.db import Json
from app.kernel.local_time import local
from app.web.guard import current_actor, requires
from app.web.settings import current_settings
from app.web.unit_of_work import transaction
from app.web.writes import writes


@blueprint.get("/queries/<name>/subscriptions")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.PageSchema, location="query")
@blueprint.response(200, schemas.SubscriptionSchema(many=True))
def list_subscriptions(paging: Json, name: str) -> Response:
    """Return the subscriptions to a named query."""
    size = paging["perPage"]
    after = page_from(paging["nextPageToken"]) or 0
    with transaction() as session:
        found = subscribing.list_subscriptions(session, current_actor(), name, (after, size))
    shown = found[:size]
    last = shown[-1].id if len(found) > size else None
    return turn_page(jsonify([as_subscription(one) for one in shown]), last, size)


@blueprint.post("/queries/<name>/subscriptions")
@requires(Permission.EPCIS_READ)
@writes
@blueprint.arguments(schemas.NewSubscriptionSchema)
@blueprint.response(201, schemas.SubscriptionSchema)
def subscribe(wished: Json, name: str) -> Response:
    """Call an address when the query means something new; 501 where no host may be called."""
    hosts = current_settings().epcis_callback_hosts
    if not hosts:
        raise SubscriptionsNotOffered(name)
    destination_of(wished["dest"], hosts)
    wish = Wish(
        dest=wished["dest"],
        token=wished["signatureToken"],
        schedule=wished["schedule"],
        stream=wished["stream"],
        report_if_empty=wished["reportIfEmpty"],
        recorded_from=wished["initialRecordTime"],
    )
    with transaction() as session:
        made = subscribing.subscribe(session, current_actor(), name, wish, now=clock.now())
    path = f"queries/{name}/subscriptions"
    return created(path, made.code, jsonify(as_subscription(made)), 201)


@blueprint.get("/queries/<name>/subscriptions/<subscription_id>")
@requires(Permission.EPCIS_READ)
@blueprint.response(200, schemas.SubscriptionSchema)
def show_subscription(name: str, subscription_id: str) -> Response:
    """Return a subscription, and whether calls reach the subscriber."""
    with transaction() as session:
        found = subscribing.get_subscription(session, current_actor(), name, subscription_id)
    return jsonify(as_subscription(found))


@blueprint.delete("/queries/<name>/subscriptions/<subscription_id>")
@requires(Permission.EPCIS_READ)
@writes
@blueprint.response(204)
def unsubscribe(name: str, subscription_id: str) -> Response:
    """End a subscription."""
    with transaction() as session:
        subscribing.unsubscribe(session, current_actor(), name, subscription_id, now=clock.now())
    return Response(status=204)


def as_subscription(one: Subscription) -> Json:
    """Return a subscription as programs read it, without what it is signed with."""
    moments = {
        "createdAt": one.created_at,
        "initialRecordTime": one.recorded_from,
        "lastNotifiedAt": one.notified_at,
    }
    return {
        "subscriptionID": one.code,
        "queryName": one.query_name,
        "dest": one.dest,
        "reportIfEmpty": one.report_if_empty,
        "failures": one.failures,
        "fault": one.fault,
        **({"schedule": one.schedule} if one.schedule else {"stream": True}),
        **{
            name: local(at).isoformat(timespec="milliseconds") for name, at in moments.items() if at
        },
    }

"""JSON shapes of the dispatcher's desk: changes, what the checker says, versions."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext
from marshmallow import fields, post_load, validate

from app.delivery.schemas.plans import LONGEST_SOLVE_SECONDS
from app.delivery.service.desk import Keeping
from app.delivery.service.planning import USUAL_SECONDS
from app.delivery.service.trial import Edit, TakenMove, Trial
from app.kernel.ids import FacilityId, PlanId
from app.web.messages.delivery import VIOLATIONS
from app.web.schema import ApiSchema, Int, Money, QuerySchema, Text, an_id
from optimizer.routing.violation import Violation

MOST_MOVES = 50
MOST_TOTES = 200
MOST_VERSION = 100_000
MOVE = "^[^>@,]+(,[^>@,]+)*>[^>@,]+@[0-9]{0,4}$"
"""A move in one line, as an address holds it: totes, vehicle, place."""
SECONDS_PER_MINUTE = 60


def _codes(**kwargs: Any) -> fields.List[Any]:
    code = Text(shortest=1, longest=60)
    return fields.List(code, validate=validate.Length(max=MOST_TOTES), **kwargs)


class StopMoveSchema(ApiSchema):
    """Totes of one facility go to a vehicle; ``position`` counts its other stops from 0.

    Without a position they go where they come least late, and then cost least.
    """

    totes = fields.List(
        Text(shortest=1, longest=60), required=True, validate=validate.Length(1, MOST_TOTES)
    )
    vehicle = Text(required=True, shortest=1, longest=60)
    position = Int(load_default=None, allow_none=True, validate=validate.Range(0, 9_999))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> TakenMove:
        return TakenMove(
            totes=tuple(data["totes"]), vehicle=data["vehicle"], position=data["position"]
        )


class WhatIfSchema(ApiSchema):
    """Changes to try, in their order."""

    moves = fields.List(
        fields.Nested(StopMoveSchema), load_default=list, validate=validate.Length(max=MOST_MOVES)
    )


class DraftSchema(WhatIfSchema):
    """Changes to keep as a new version; ``seen`` is the newest version the author knows of."""

    reason = Text(required=True, shortest=1, longest=200)
    seen = Int(required=True, validate=validate.Range(1, MOST_VERSION))


class SearchSchema(DraftSchema):
    """The same, and the search improves the rest: ``lock`` names vehicles, ``hold`` totes."""

    lock = _codes(load_default=list)
    hold = _codes(load_default=list)
    solve_seconds = Int(
        load_default=USUAL_SECONDS, validate=validate.Range(min=1, max=LONGEST_SOLVE_SECONDS)
    )


class PublishSchema(ApiSchema):
    """The version that drives now, as far as the author knows."""

    published = an_id(load_default=None, allow_none=True)


def edit_of(plan_id: int, data: dict[str, Any]) -> Edit:
    """Return the change to a version that a body holds."""
    return Edit(
        plan_id=PlanId(plan_id),
        moves=tuple(data["moves"]),
        lock=tuple(data.get("lock", ())),
        hold=tuple(data.get("hold", ())),
    )


def keeping_of(data: dict[str, Any]) -> Keeping:
    """Return why a change is kept, and what its author knew."""
    return Keeping(
        reason=data["reason"],
        seen=data["seen"],
        solve_seconds=data.get("solve_seconds", USUAL_SECONDS),
    )


def _move_of(text: str) -> TakenMove:
    """Return the move that a line holds: ``TT-1,TT-2>V01@3``; without a number the best place."""
    totes, _, goal = text.partition(">")
    vehicle, _, place = goal.partition("@")
    position = int(place) if place else None
    return TakenMove(totes=tuple(totes.split(",")), vehicle=vehicle, position=position)


def text_of_move(move: TakenMove) -> str:
    """Return a move in one line."""
    place = "" if move.position is None else move.position
    return f"{','.join(move.totes)}>{move.vehicle}@{place}"


def _moves() -> fields.List[Any]:
    line = Text(longest=12_000, pattern=MOVE)
    return fields.List(line, load_default=list, validate=validate.Length(max=MOST_MOVES))


class DeskQuerySchema(QuerySchema):
    """What the desk shows: a day or a version, the moves so far, and one more.

    ``at`` counts from 1, as people do.
    """

    day = fields.Date(load_default=None, allow_none=True)
    plan = an_id(load_default=None, allow_none=True)
    moves = _moves()
    lock = _codes(load_default=list)
    hold = fields.List(Text(shortest=1, longest=12_000), load_default=list)
    what = Text(load_default="", longest=12_000)
    to = Text(load_default="", longest=60)
    at = Int(load_default=None, allow_none=True, validate=validate.Range(1, 9_999))
    undo = Text(load_default="", longest=1)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "moves": [_move_of(line) for line in data["moves"]]}


class DraftFormSchema(SearchSchema):
    """A change to keep, from the desk's form."""

    plan = an_id(required=True)
    moves = _moves()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "moves": [_move_of(line) for line in data["moves"]]}


class CompareQuerySchema(QuerySchema):
    """With which version to compare."""

    other = an_id(required=True)


class ViolationSchema(ApiSchema):
    """One broken rule; ``text`` is for people, in their language."""

    kind = fields.String(required=True)
    vehicle = fields.String(required=True)
    facility = fields.String(required=True)
    tote = fields.String(required=True)
    amount = fields.Integer(required=True)
    text = fields.String(required=True)


class FiguresSchema(ApiSchema):
    """A plan in figures. Money is yuan."""

    vehicles = fields.Integer(required=True)
    stops = fields.Integer(required=True)
    totes = fields.Integer(required=True, attribute="orders")
    left = fields.Integer(required=True)
    metres = fields.Integer(required=True)
    seconds = fields.Integer(required=True)
    cost = Money(attribute="cost.total_fen", required=True)
    late_stops = fields.Integer(required=True)
    late_seconds = fields.Integer(required=True)


class VerdictSchema(ApiSchema):
    """What a change would come to; nothing was changed."""

    is_sound = fields.Boolean(required=True)
    violations = fields.List(fields.Nested(ViolationSchema), required=True)
    before = fields.Nested(FiguresSchema, required=True, attribute="was")
    after = fields.Nested(FiguresSchema, required=True, attribute="now")
    cost_change = Money(attribute="cost_change_fen", required=True)


class VersionSchema(ApiSchema):
    """A version of a day's plan."""

    id = fields.Integer(required=True)
    version = fields.Integer(required=True)
    basis_id = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    runs = fields.Integer(required=True)
    metres = fields.Integer(required=True)
    cost = Money(attribute="cost_fen", required=True)
    late_seconds = fields.Integer(required=True)


def verdict_of(trial: Trial) -> dict[str, Any]:
    """Return the checker's verdict with its sentences."""
    return {
        "is_sound": not trial.broken,
        "violations": list(violations_in_words(trial)),
        "was": trial.was,
        "now": trial.now,
        "cost_change_fen": trial.now.cost.total_fen - trial.was.cost.total_fen,
    }


def violations_in_words(trial: Trial) -> Iterator[dict[str, Any]]:
    """Yield every broken rule with the names people know."""
    codes = {str(crew.vehicle.vehicle_id): crew.vehicle.code for crew in trial.inputs.crews}
    totes = {str(tote.tote_id): tote.code for tote in trial.inputs.totes}
    for one in trial.broken:
        yield {
            "kind": one.kind.value,
            "vehicle": codes.get(one.vehicle_id or "", ""),
            "facility": _place_of(trial, one),
            "tote": totes.get(one.order_id or "", ""),
            "amount": one.amount,
            "text": _sentence(trial, one, totes),
        }


def _sentence(trial: Trial, one: Violation, totes: dict[str, str]) -> str:
    sentence = VIOLATIONS.get(one.kind.value)
    if sentence is None:
        return str(one)
    return gettext(sentence) % {
        "vehicle": trial.plates.get(one.vehicle_id or "", ""),
        "site": _place_of(trial, one),
        "tote": totes.get(one.order_id or "", ""),
        "minutes": -(-one.amount // SECONDS_PER_MINUTE),
        "kg": f"{one.amount / 1000:,.1f}",
        "litres": f"{one.amount / 1000:,.1f}",
    }


def _place_of(trial: Trial, one: Violation) -> str:
    order = trial.problem.order_by_id.get(one.order_id or "")
    site_id = one.site_id or (order.site_id if order else "")
    if not site_id:
        return ""
    facility_id = FacilityId(int(site_id))
    depot = trial.inputs.depot
    return depot.name if facility_id == depot.facility_id else trial.inputs.place(facility_id).name

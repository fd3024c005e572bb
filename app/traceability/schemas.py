"""JSON shapes of codes and their life line."""

from typing import Any

from marshmallow import fields

from app.traceability.models import BizStep, Disposition, LotHold, UnitLevel
from app.web.schema import ApiSchema, Int, Moment


class LifeEventSchema(ApiSchema):
    """Something that happened to a code; ``via`` is the container it shared it with."""

    step = fields.Enum(BizStep, by_value=True, required=True)
    disposition = fields.Enum(Disposition, by_value=True, required=True)
    event_time = Moment(required=True)
    recorded_at = Moment(required=True)
    facility = fields.String(attribute="facility_name", required=True)
    place = fields.String(attribute="place_name", required=True, allow_none=True)
    by = fields.String(attribute="actor_name", required=True)
    document = fields.String(required=True)
    reason = fields.String(required=True)
    quantity = Int(required=True)
    via = fields.String(required=True, allow_none=True)


class ContainerSchema(ApiSchema):
    """A container in which a code lay, itself or inside another (``depth`` 2 and more)."""

    code = fields.String(required=True)
    level = fields.Enum(UnitLevel, by_value=True, required=True)
    depth = Int(required=True)
    since = Moment(required=True)
    until = Moment(required=True, allow_none=True)


class UnitSchema(ApiSchema):
    """A coded thing with its life line, in the order things were recorded."""

    code = fields.String(attribute="facts.code", required=True)
    item_name = fields.String(attribute="facts.item_name", required=True, allow_none=True)
    strength = fields.String(attribute="facts.strength", required=True, allow_none=True)
    maker = fields.String(attribute="facts.maker", required=True, allow_none=True)
    base_unit = fields.String(attribute="facts.base_unit", required=True, allow_none=True)
    lot_id = Int(attribute="facts.lot_id", required=True, allow_none=True)
    lot_number = fields.String(attribute="facts.lot_number", required=True, allow_none=True)
    expires_on = fields.Date(attribute="facts.expires_on", required=True, allow_none=True)
    hold = fields.Enum(
        LotHold, by_value=True, attribute="facts.hold", required=True, allow_none=True
    )
    capacity = Int(attribute="facts.capacity", required=True)
    consumed = Int(attribute="facts.consumed", required=True)
    disposition = fields.Enum(
        Disposition, by_value=True, attribute="facts.disposition", required=True
    )
    events = fields.List(fields.Nested(LifeEventSchema), required=True)
    containers = fields.List(fields.Nested(ContainerSchema), attribute="stays", required=True)


class Hex(fields.String):
    """Bytes, written in hexadecimal."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(value.hex(), attr, obj, **kwargs)


class CheckpointSchema(ApiSchema):
    """What a site's log was at its newest seal; ``text`` is signed and can be kept anywhere."""

    facility_id = Int(required=True)
    seals = Int(required=True)
    events = Int(attribute="seq", required=True)
    sealed_at = Moment(required=True)
    head = Hex(required=True)
    tree = Hex(required=True)
    text = fields.Function(lambda kept: kept.text(), required=True, metadata={"type": "string"})


class InclusionSchema(ApiSchema):
    """The way from an event to a checkpoint, hash by hash (RFC 6962)."""

    event_id = Int(required=True)
    seq = Int(required=True)
    leaf = Hex(required=True)
    index = Int(required=True)
    size = Int(required=True)
    seal_path = fields.List(Hex(), required=True)
    seal = Int(required=True)
    body = Hex(required=True)
    path = fields.List(Hex(), required=True)
    checkpoint = fields.Nested(CheckpointSchema, required=True)


class ConsistencySchema(ApiSchema):
    """The way from an older checkpoint to the newest (RFC 6962)."""

    older = fields.Nested(CheckpointSchema, required=True)
    newer = fields.Nested(CheckpointSchema, required=True)
    path = fields.List(Hex(), required=True)

"""JSON shapes of machines, their blocks and power log."""

from typing import Any

from marshmallow import fields, post_load

from app.catalogue.models import Modality
from app.equipment.models import BlockKind, DeviceStatus, Funding, PowerState
from app.equipment.service import BlockRequest
from app.web.schema import ApiSchema, Moment, Text


class DeviceSchema(ApiSchema):
    """A shared machine."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    centre = fields.String(required=True)
    modality = fields.Enum(Modality, by_value=True, required=True)
    model = fields.String(required=True)
    ae_title = fields.String(required=True)
    has_injector = fields.Boolean(required=True)
    licensed_until = fields.Date(required=True)
    funding = fields.Enum(Funding, by_value=True, required=True)
    status = fields.Enum(DeviceStatus, by_value=True, required=True)


class DevicesSchema(ApiSchema):
    """All machines of the county."""

    rows = fields.List(fields.Nested(DeviceSchema), required=True)


class BlockRequestSchema(ApiSchema):
    """Time a machine is to be set aside, and why."""

    kind = fields.Enum(BlockKind, by_value=True, required=True)
    start = Moment(required=True)
    end = Moment(required=True)
    reason = Text(required=True, shortest=1, longest=300)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> BlockRequest:
        return BlockRequest(**data)


class BlockSchema(ApiSchema):
    """A block as stored."""

    id = fields.Integer(required=True)
    device_id = fields.Integer(required=True)
    kind = fields.Enum(BlockKind, by_value=True, required=True)
    start = Moment(attribute="starts_at", required=True)
    end = Moment(attribute="ends_at", required=True)
    ended_at = Moment(required=True, allow_none=True)
    reason = fields.String(required=True)


class PowerSchema(ApiSchema):
    """A machine was switched on or off."""

    state = fields.Enum(PowerState, by_value=True, required=True)


class PowerEntrySchema(ApiSchema):
    """An entry of the power log."""

    id = fields.Integer(required=True)
    device_id = fields.Integer(required=True)
    state = fields.Enum(PowerState, by_value=True, required=True)
    happened_at = Moment(required=True)

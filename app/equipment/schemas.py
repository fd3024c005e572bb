"""JSON shapes of machines, their blocks and power log."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, post_load

from app.catalogue.models import Modality
from app.equipment.models import BlockKind, DeviceStatus, Funding, PowerState
from app.equipment.service import BlockRequest
from app.kernel.local_time import LOCAL
from app.web.schema import ApiSchema, Moment, Text, an_id

LOCAL_MINUTE = "%Y-%m-%dT%H:%M"
FIRST_YEAR, LAST_YEAR = 2000, 2100


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


def check_century(moment: datetime) -> None:
    """Refuse years that no calendar of ours holds."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValidationError("a year between 2000 and 2100")


class BlockFormSchema(ApiSchema):
    """The same from a page, in local times of one day or several."""

    device_id = an_id(required=True)
    kind = fields.Enum(BlockKind, by_value=True, required=True)
    start = fields.NaiveDateTime(required=True, format=LOCAL_MINUTE, validate=check_century)
    end = fields.NaiveDateTime(required=True, format=LOCAL_MINUTE, validate=check_century)
    reason = Text(required=True, shortest=1, longest=300)


def block_of(given: dict[str, Any]) -> BlockRequest:
    """Return what a loaded form asks for, with its local times as moments."""
    start, end = (given[name].replace(tzinfo=LOCAL).astimezone(UTC) for name in ("start", "end"))
    return BlockRequest(kind=given["kind"], start=start, end=end, reason=given["reason"])

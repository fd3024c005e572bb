"""JSON and form shapes of suppliers and contracts."""

from typing import Any

from marshmallow import fields, post_load

from app.purchasing.models import ContractState
from app.purchasing.rules import ContractKind, LicenceKind
from app.purchasing.schemas.orders import packs, supplier_code
from app.purchasing.service import Agreed, Licence
from app.web.schema import ApiSchema, Int, Money, QuerySchema, Text, an_amount, an_id


class SupplierRowSchema(ApiSchema):
    """A supplier in a list; ``first_expiry`` is the day its next licence runs out."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    city = fields.String(required=True)
    phone = fields.String(required=True)
    is_demo = fields.Boolean(required=True)
    first_expiry = fields.Date(required=True, allow_none=True)
    contracts = Int(required=True)
    open_orders = Int(required=True)


class SuppliersSchema(ApiSchema):
    """All suppliers."""

    rows = fields.List(fields.Nested(SupplierRowSchema), required=True)


class LicenceSchema(ApiSchema):
    """A licence of a supplier; the last day is still valid."""

    kind = fields.Enum(LicenceKind, by_value=True, required=True)
    number = Text(shortest=1, longest=60, required=True)
    expires_on = fields.Date(required=True)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> Licence:
        return Licence(**data)


class SupplierDetailSchema(ApiSchema):
    """A supplier with its licences."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    city = fields.String(required=True)
    phone = fields.String(required=True)
    is_demo = fields.Boolean(required=True)
    licences = fields.List(fields.Nested(LicenceSchema), required=True)


class ContractQuerySchema(QuerySchema):
    """Which contracts to list."""

    kind = fields.Enum(ContractKind, by_value=True, load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


class ContractRowSchema(ApiSchema):
    """A contract in a list; ``percent`` is the share of its value executed."""

    reference = fields.String(required=True)
    name = fields.String(required=True)
    supplier = fields.String(required=True)
    supplier_code = fields.String(required=True)
    kind = fields.Enum(ContractKind, by_value=True, required=True)
    state = fields.Enum(ContractState, by_value=True, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    is_demo = fields.Boolean(required=True)
    lines = Int(required=True)
    agreed = Money(attribute="agreed_fen", required=True)
    executed = Money(attribute="executed_fen", required=True)
    percent = Int(required=True, allow_none=True)


class ContractsSchema(ApiSchema):
    """A page of contracts."""

    rows = fields.List(fields.Nested(ContractRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AgreedRowSchema(ApiSchema):
    """An item of a contract; ``price`` and packs are of sales packs."""

    item_id = Int(required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    pack_unit = fields.String(required=True)
    price = Money(attribute="price_fen", required=True)
    agreed_packs = Int(required=True)
    on_order_packs = Int(required=True)
    executed_packs = Int(required=True)
    percent = Int(required=True, allow_none=True)


class ContractDetailSchema(ContractRowSchema):
    """A contract with its items."""

    items = fields.List(fields.Nested(AgreedRowSchema), required=True)


class NewContractSchema(ApiSchema):
    """A contract to begin; both days are included."""

    name = Text(shortest=1, longest=100, required=True)
    supplier_code = supplier_code(required=True)
    kind = fields.Enum(ContractKind, by_value=True, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)


class AgreedSchema(ApiSchema):
    """The price and volume of an item; a price of 0 takes the item out of the draft."""

    item_id = an_id(required=True)
    price = an_amount(required=True)
    packs = packs(load_default=0)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> Agreed:
        return Agreed(item_id=data["item_id"], price_fen=data["price"], packs=data["packs"])

"""Roles and what each may do; a policy page, not a table."""

from enum import StrEnum

from app.kernel.actor import Permission as P


class Role(StrEnum):
    """What a person is at a facility."""

    ADMIN = "admin"
    BUYER = "buyer"
    CLINIC = "clinic"
    DIRECTOR = "director"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    IMAGING = "imaging"
    PHARMACIST = "pharmacist"
    QUALITY = "quality"
    STOREKEEPER = "storekeeper"
    VILLAGE = "village"


_CENTRE = {P.COUNTY_READ, P.CATALOGUE_READ, P.INVENTORY_READ, P.JOB_READ, P.TRACEABILITY_READ}
_CLINIC = {
    P.BILLING_READ,
    P.BOOKING_CREATE,
    P.BOOKING_READ,
    P.CATALOGUE_READ,
    P.DELIVERY_RECEIVE,
    P.DISPENSING_DISPENSE,
    P.INVENTORY_CONSUME,
    P.INVENTORY_READ,
    P.REQUISITION_READ,
    P.REQUISITION_WRITE,
    P.TRACEABILITY_READ,
}

PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.ADMIN: frozenset({P.ACCOUNT_MANAGE, P.JOB_READ, P.CATALOGUE_READ}),
    Role.BUYER: frozenset(_CENTRE | {P.PURCHASING_READ}),
    Role.CLINIC: frozenset(_CLINIC),
    Role.DIRECTOR: frozenset(
        _CENTRE
        | {
            P.BILLING_READ,
            P.BOOKING_READ,
            P.DELIVERY_READ,
            P.KPI_READ,
            P.PURCHASING_READ,
            P.REQUISITION_READ,
        }
    ),
    Role.DISPATCHER: frozenset(_CENTRE | {P.DELIVERY_PLAN, P.DELIVERY_READ, P.REQUISITION_READ}),
    Role.DRIVER: frozenset({P.DELIVERY_DRIVE}),
    Role.IMAGING: frozenset(
        {P.BILLING_READ, P.BOOKING_CREATE, P.BOOKING_PERFORM, P.BOOKING_READ, P.CATALOGUE_READ}
    ),
    Role.PHARMACIST: frozenset(
        _CENTRE
        | {
            P.DELIVERY_READ,
            P.PURCHASING_READ,
            P.REQUISITION_APPROVE,
            P.REQUISITION_PICK,
            P.REQUISITION_READ,
        }
    ),
    Role.QUALITY: frozenset(
        _CENTRE | {P.PURCHASING_READ, P.REQUISITION_COSIGN, P.REQUISITION_READ, P.TRACEABILITY_HOLD}
    ),
    Role.STOREKEEPER: frozenset(
        _CENTRE | {P.PURCHASING_READ, P.PURCHASING_RECEIVE, P.REQUISITION_PICK, P.REQUISITION_READ}
    ),
    Role.VILLAGE: frozenset(_CLINIC),
}
"""Role → what it may do. Centre roles read the county: stock is moved to where it is needed."""


def permissions_of(roles: frozenset[Role]) -> frozenset[P]:
    """Return everything the roles allow together."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))

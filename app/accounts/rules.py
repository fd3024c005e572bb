"""Roles and what each may do, a policy page and not a table; and the brake on sign-in."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.kernel.actor import Permission as May


class Role(StrEnum):
    """What a person is at a facility; ``epcis`` and ``supplier`` are other people's systems."""

    ADMIN = "admin"
    BUYER = "buyer"
    CLINIC = "clinic"
    DIRECTOR = "director"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    EPCIS = "epcis"
    IMAGING = "imaging"
    PHARMACIST = "pharmacist"
    QUALITY = "quality"
    STOREKEEPER = "storekeeper"
    SUPPLIER = "supplier"
    VILLAGE = "village"


_CENTRE = {
    May.COUNTY_READ,
    May.CATALOGUE_READ,
    May.EPCIS_READ,
    May.INVENTORY_READ,
    May.JOB_READ,
    May.TRACEABILITY_READ,
}
_CLINIC = {
    May.ALERT_HANDLE,
    May.BILLING_READ,
    May.BOOKING_CREATE,
    May.BOOKING_READ,
    May.CATALOGUE_READ,
    May.CONTROLLED_COSIGN,
    May.CONTROLLED_READ,
    May.COUNTING_APPROVE,
    May.COUNTING_COUNT,
    May.DELIVERY_RECEIVE,
    May.DISPENSING_DISPENSE,
    May.DISPOSAL_PROPOSE,
    May.DISPOSAL_SIGN,
    May.EPCIS_READ,
    May.INVENTORY_CLOSE,
    May.INVENTORY_CONSUME,
    May.INVENTORY_CORRECT,
    May.INVENTORY_READ,
    May.RECALL_COLLECT,
    May.RECALL_RESOLVE,
    May.LABEL_PRINT,
    May.REPLENISHMENT_PLAN,
    May.REQUISITION_READ,
    May.REQUISITION_WRITE,
    May.TRACEABILITY_READ,
    May.TRANSFER_ASK,
    May.TRANSFER_DECIDE,
    May.UPLOADS_READ,
}

PERMISSIONS: dict[Role, frozenset[May]] = {
    Role.ADMIN: frozenset({May.ACCOUNT_MANAGE, May.JOB_READ, May.CATALOGUE_READ}),
    Role.BUYER: frozenset(
        _CENTRE
        | {
            May.CATALOGUE_WRITE,
            May.PURCHASING_ORDER,
            May.PURCHASING_READ,
            May.REPLENISHMENT_PLAN,
        }
    ),
    Role.CLINIC: frozenset(_CLINIC),
    Role.DIRECTOR: frozenset(
        _CENTRE
        | {
            May.BILLING_READ,
            May.BOOKING_READ,
            May.CONTROLLED_READ,
            May.DELIVERY_READ,
            May.KPI_READ,
            May.PURCHASING_READ,
            May.RECALL_READ,
            May.REQUISITION_READ,
            May.SAVINGS_PROVE,
            May.UPLOADS_READ,
        }
    ),
    Role.DISPATCHER: frozenset(
        _CENTRE | {May.DELIVERY_PLAN, May.DELIVERY_READ, May.REQUISITION_READ}
    ),
    Role.DRIVER: frozenset({May.DELIVERY_DRIVE}),
    Role.EPCIS: frozenset({May.EPCIS_CAPTURE, May.EPCIS_READ}),
    Role.IMAGING: frozenset(
        {
            May.BILLING_READ,
            May.BILLING_REVERSE,
            May.BOOKING_CREATE,
            May.BOOKING_PERFORM,
            May.BOOKING_READ,
            May.CATALOGUE_READ,
            May.LABEL_PRINT,
        }
    ),
    Role.PHARMACIST: frozenset(
        _CENTRE
        | {
            May.ALERT_HANDLE,
            May.CATALOGUE_WRITE,
            May.CONTROLLED_COSIGN,
            May.CONTROLLED_READ,
            May.COUNTING_APPROVE,
            May.COUNTING_COUNT,
            May.DELIVERY_READ,
            May.DISPOSAL_PROPOSE,
            May.DISPOSAL_SIGN,
            May.INVENTORY_OPEN,
            May.INVENTORY_CLOSE,
            May.INVENTORY_CORRECT,
            May.LABEL_PRINT,
            May.PURCHASING_APPROVE,
            May.PURCHASING_COSIGN,
            May.PURCHASING_READ,
            May.RECALL_COLLECT,
            May.RECALL_COSIGN,
            May.RECALL_READ,
            May.REPLENISHMENT_PLAN,
            May.REQUISITION_APPROVE,
            May.REQUISITION_PICK,
            May.REQUISITION_READ,
            May.TRANSFER_ASK,
            May.TRANSFER_DECIDE,
            May.UPLOADS_MEND,
            May.UPLOADS_READ,
        }
    ),
    Role.QUALITY: frozenset(
        _CENTRE
        | {
            May.ALERT_HANDLE,
            May.CONTROLLED_COSIGN,
            May.CONTROLLED_READ,
            May.COUNTING_APPROVE,
            May.DISPOSAL_PROPOSE,
            May.DISPOSAL_SIGN,
            May.INVENTORY_CORRECT,
            May.LABEL_PRINT,
            May.PURCHASING_COSIGN,
            May.PURCHASING_QUALITY,
            May.PURCHASING_READ,
            May.RECALL_COLLECT,
            May.RECALL_COSIGN,
            May.RECALL_LEAD,
            May.RECALL_READ,
            May.RECALL_RESOLVE,
            May.REQUISITION_COSIGN,
            May.REQUISITION_READ,
            May.TRACEABILITY_HOLD,
            May.UPLOADS_MEND,
            May.UPLOADS_READ,
        }
    ),
    Role.STOREKEEPER: frozenset(
        _CENTRE
        | {
            May.ALERT_HANDLE,
            May.CONTROLLED_READ,
            May.COUNTING_COUNT,
            May.DISPOSAL_PROPOSE,
            May.LABEL_PRINT,
            May.PURCHASING_READ,
            May.PURCHASING_RECEIVE,
            May.RECALL_COLLECT,
            May.RECALL_READ,
            May.REQUISITION_PICK,
            May.REQUISITION_READ,
            May.TRANSFER_ASK,
            May.TRANSFER_DECIDE,
        }
    ),
    Role.SUPPLIER: frozenset({May.EPCIS_CAPTURE}),
    Role.VILLAGE: frozenset(_CLINIC),
}
"""Role → what it may do. Centre roles read the county: stock is moved to where it is needed."""


def permissions_of(roles: frozenset[Role]) -> frozenset[May]:
    """Return everything the roles allow together."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


WINDOW = timedelta(minutes=15)
MOST_OF_PAIR, MOST_OF_USERNAME, MOST_OF_ADDRESS = 5, 20, 60
"""Failures within the window before further attempts are refused unseen.

The pair is strict; the user name alone is lenient, or a stranger could lock a colleague
out; the address is lenient too, because a whole clinic shares one.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Failed sign-ins within the window, by what they have in common."""

    pair: int
    username: int
    address: int


def seconds_to_wait(failures: Failures) -> int:
    """Return how long to refuse further attempts; 0 lets the next one through."""
    braked = (
        failures.pair >= MOST_OF_PAIR
        or failures.username >= MOST_OF_USERNAME
        or failures.address >= MOST_OF_ADDRESS
    )
    return int(WINDOW.total_seconds()) if braked else 0

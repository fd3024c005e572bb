"""Who acts, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum

from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, UserId


class Permission(StrEnum):
    """What an edge may ask for, ``domain:action``; keep sorted."""

    ACCOUNT_MANAGE = "account:manage"
    ALERT_HANDLE = "alert:handle"
    BILLING_READ = "billing:read"
    BILLING_REVERSE = "billing:reverse"
    BOOKING_CREATE = "booking:create"
    BOOKING_PERFORM = "booking:perform"
    BOOKING_READ = "booking:read"
    CATALOGUE_READ = "catalogue:read"
    COUNTING_APPROVE = "counting:approve"
    COUNTING_COUNT = "counting:count"
    COUNTY_READ = "county:read"
    DELIVERY_DRIVE = "delivery:drive"
    DELIVERY_PLAN = "delivery:plan"
    DELIVERY_READ = "delivery:read"
    DELIVERY_RECEIVE = "delivery:receive"
    CATALOGUE_WRITE = "catalogue:write"
    CONTROLLED_COSIGN = "controlled:cosign"
    CONTROLLED_READ = "controlled:read"
    DISPENSING_DISPENSE = "dispensing:dispense"
    DISPOSAL_PROPOSE = "disposal:propose"
    DISPOSAL_SIGN = "disposal:sign"
    EPCIS_CAPTURE = "epcis:capture"
    EPCIS_READ = "epcis:read"
    INVENTORY_CLOSE = "inventory:close"
    INVENTORY_CONSUME = "inventory:consume"
    INVENTORY_OPEN = "inventory:open"
    INVENTORY_CORRECT = "inventory:correct"
    INVENTORY_READ = "inventory:read"
    JOB_READ = "job:read"
    KPI_READ = "kpi:read"
    LABEL_PRINT = "label:print"
    PURCHASING_APPROVE = "purchasing:approve"
    PURCHASING_COSIGN = "purchasing:cosign"
    PURCHASING_ORDER = "purchasing:order"
    PURCHASING_QUALITY = "purchasing:quality"
    PURCHASING_READ = "purchasing:read"
    PURCHASING_RECEIVE = "purchasing:receive"
    RECALL_COLLECT = "recall:collect"
    RECALL_COSIGN = "recall:cosign"
    RECALL_LEAD = "recall:lead"
    RECALL_READ = "recall:read"
    RECALL_RESOLVE = "recall:resolve"
    REPLENISHMENT_PLAN = "replenishment:plan"
    REQUISITION_APPROVE = "requisition:approve"
    REQUISITION_COSIGN = "requisition:cosign"
    REQUISITION_PICK = "requisition:pick"
    REQUISITION_READ = "requisition:read"
    REQUISITION_WRITE = "requisition:write"
    SAVINGS_PROVE = "savings:prove"
    TRACEABILITY_HOLD = "traceability:hold"
    TRACEABILITY_READ = "traceability:read"
    TRANSFER_ASK = "transfer:ask"
    TRANSFER_DECIDE = "transfer:decide"
    UPLOADS_MEND = "uploads:mend"
    UPLOADS_READ = "uploads:read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The signed-in person on whose behalf a service acts.

    ``facility_ids`` are the facilities they may act for: their own and, at a township
    health centre, its village clinics.
    """

    user_id: UserId
    name: str
    facility_id: FacilityId
    facility_ids: frozenset[FacilityId]
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        """Say whether the actor holds ``permission``."""
        return permission in self.permissions

    def sees(self, *facilities: FacilityId | None) -> bool:
        """Say whether a thing of any of these facilities is visible to the actor."""
        return self.may(Permission.COUNTY_READ) or any(
            facility in self.facility_ids for facility in facilities
        )

    def must_act_for(self, facility_id: FacilityId, subject: str) -> None:
        """Refuse to touch another facility's thing, without saying that it exists.

        Raises:
            NotFound: the facility is not one the actor may act for.
        """
        if facility_id not in self.facility_ids:
            raise NotFound(subject)

"""What edges and other domains may ask of fulfilment."""

from app.fulfilment.service.advising import Advice, advise
from app.fulfilment.service.approving import Approval, approve
from app.fulfilment.service.availability import (
    Availability,
    AvailabilityQuery,
    county_availability,
    find_totals,
)
from app.fulfilment.service.carrying import (
    ReleasedTote,
    hand_over_tote,
    list_released_totes,
    load_tote,
    release_again,
    return_tote,
)
from app.fulfilment.service.confirming import Arrived, Confirmation, confirm
from app.fulfilment.service.deciding import LineDecision
from app.fulfilment.service.declining import reject, withdraw
from app.fulfilment.service.dissolving import Dissolving, dissolve
from app.fulfilment.service.drafting import (
    DraftEdit,
    NewRequisition,
    add_item,
    cancel,
    create,
    keep_as_template,
    save,
    submit,
)
from app.fulfilment.service.filling import close as close_tote
from app.fulfilment.service.filling import take_out
from app.fulfilment.service.finding import (
    Label,
    get_arriving_tote,
    get_own_requisition,
    get_requisition,
    get_task,
    get_tote,
    trust_tote,
)
from app.fulfilment.service.lapsing import lapse
from app.fulfilment.service.lines import of as lines_of
from app.fulfilment.service.lines import to_base_units
from app.fulfilment.service.noting import DeliveryNote, delivery_note
from app.fulfilment.service.overdue import raise_overdue
from app.fulfilment.service.overriding import LotChoice, Swap, lots_to_swap, swap_lot
from app.fulfilment.service.photographing import (
    DISCREPANCY,
    discrepancy_subject,
    photograph_discrepancy,
)
from app.fulfilment.service.picking import (
    CountPick,
    Picked,
    ScanPick,
    pick_counted,
    pick_scanned,
)
from app.fulfilment.service.promising import demand_for
from app.fulfilment.service.redirecting import Asking, Ruling, ask_redirect, decide_redirect
from app.fulfilment.service.refilling import (
    Frozen,
    freeze_and_refill,
    lock_promised,
    refill_losing,
)
from app.fulfilment.service.reopening import Reopened, reopen
from app.fulfilment.service.replenishing import pipeline, plan_site
from app.fulfilment.service.retaking import take_back_tote
from app.fulfilment.service.sealing import Count, check, seal
from app.fulfilment.service.settling import Closing, close_discrepancy, get_discrepancy
from app.fulfilment.service.shortfall import finish, reallocate, report_short
from app.fulfilment.service.showing import LineView, show_line, show_lines

__all__ = [
    "DISCREPANCY",
    "Advice",
    "Approval",
    "Arrived",
    "Asking",
    "Availability",
    "AvailabilityQuery",
    "Closing",
    "Confirmation",
    "Count",
    "CountPick",
    "DeliveryNote",
    "Dissolving",
    "DraftEdit",
    "Frozen",
    "Label",
    "LineDecision",
    "LineView",
    "LotChoice",
    "NewRequisition",
    "Picked",
    "ReleasedTote",
    "Reopened",
    "Ruling",
    "ScanPick",
    "Swap",
    "add_item",
    "advise",
    "approve",
    "ask_redirect",
    "cancel",
    "check",
    "close_discrepancy",
    "close_tote",
    "confirm",
    "county_availability",
    "create",
    "decide_redirect",
    "delivery_note",
    "demand_for",
    "discrepancy_subject",
    "dissolve",
    "find_totals",
    "finish",
    "freeze_and_refill",
    "get_arriving_tote",
    "get_discrepancy",
    "get_own_requisition",
    "get_requisition",
    "get_task",
    "get_tote",
    "hand_over_tote",
    "keep_as_template",
    "lapse",
    "lines_of",
    "list_released_totes",
    "load_tote",
    "lock_promised",
    "lots_to_swap",
    "photograph_discrepancy",
    "pick_counted",
    "pick_scanned",
    "pipeline",
    "plan_site",
    "raise_overdue",
    "reallocate",
    "refill_losing",
    "reject",
    "release_again",
    "reopen",
    "report_short",
    "return_tote",
    "save",
    "seal",
    "show_line",
    "show_lines",
    "submit",
    "swap_lot",
    "take_back_tote",
    "take_out",
    "to_base_units",
    "trust_tote",
    "withdraw",
]

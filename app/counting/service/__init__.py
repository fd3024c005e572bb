"""Use cases of counting: plan, open, count, review, approve."""

from app.counting.service.adding import FoundLot, add_found_lot
from app.counting.service.approving import Approval, approve
from app.counting.service.comparing import Stray
from app.counting.service.entering import CountEvent, Entered, Outcome, enter
from app.counting.service.opening import (
    NewCount,
    cancel,
    get_sheet,
    open_count,
    own_sheet,
    start,
)
from app.counting.service.planning import (
    change_policy,
    classes_of,
    policy_of,
    propose,
    propose_all,
)
from app.counting.service.reviewing import (
    Difference,
    ask_recount,
    differences,
    finish,
    seen,
)
from app.counting.service.sheeting import Tally, countable_lines, enter_sheet
from app.counting.service.signing import cosigner

__all__ = [
    "Approval",
    "CountEvent",
    "Difference",
    "Entered",
    "FoundLot",
    "NewCount",
    "Outcome",
    "Stray",
    "Tally",
    "add_found_lot",
    "approve",
    "ask_recount",
    "cancel",
    "change_policy",
    "classes_of",
    "cosigner",
    "countable_lines",
    "differences",
    "enter",
    "enter_sheet",
    "finish",
    "get_sheet",
    "open_count",
    "own_sheet",
    "policy_of",
    "propose",
    "propose_all",
    "seen",
    "start",
]

"""Use cases of recalls: start, see, collect, call back, report, close, lift, set the limits."""

from app.recall.service.calling import Call, call_back, pointers_of, resolve
from app.recall.service.closing import Closing, close
from app.recall.service.collecting import Collecting, collect
from app.recall.service.finding import get_task, own_task
from app.recall.service.lifting import Lifting, lift
from app.recall.service.limiting import change_limits
from app.recall.service.reporting import report_done, see
from app.recall.service.showing import account_of, pointed, show_task, visible_holders
from app.recall.service.starting import Order, start

__all__ = [
    "Call",
    "Closing",
    "Collecting",
    "Lifting",
    "Order",
    "account_of",
    "call_back",
    "change_limits",
    "close",
    "collect",
    "get_task",
    "lift",
    "own_task",
    "pointed",
    "pointers_of",
    "report_done",
    "resolve",
    "see",
    "show_task",
    "start",
    "visible_holders",
]

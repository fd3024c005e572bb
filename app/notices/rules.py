"""What people are told of, and whom it concerns: a policy page, not a table."""

from enum import StrEnum

from app.accounts.rules import Role


class NoticeKind(StrEnum):
    """What a notice is about (提醒类别)."""

    NEAR_EXPIRY = "near_expiry"
    LOW_STOCK = "low_stock"
    OVER_STOCK = "over_stock"
    PROPOSALS = "proposals"
    PROMISE_LAPSED = "promise_lapsed"
    TRANSFER_LAPSED = "transfer_lapsed"
    TRACE_ALERT = "trace_alert"
    TRACE_ALARM = "trace_alarm"
    CODES_DIFFER = "codes_differ"
    RECALL = "recall"
    RECALL_DRILL = "recall_drill"


_SHELF = frozenset({Role.CLINIC, Role.VILLAGE, Role.PHARMACIST})
CONCERNED: dict[NoticeKind, frozenset[Role]] = {
    NoticeKind.NEAR_EXPIRY: _SHELF | {Role.STOREKEEPER},
    NoticeKind.LOW_STOCK: _SHELF | {Role.BUYER},
    NoticeKind.OVER_STOCK: _SHELF,
    NoticeKind.PROPOSALS: frozenset({Role.CLINIC, Role.VILLAGE}),
    NoticeKind.PROMISE_LAPSED: _SHELF,
    NoticeKind.TRANSFER_LAPSED: _SHELF,
    NoticeKind.TRACE_ALERT: _SHELF | {Role.STOREKEEPER},
    NoticeKind.TRACE_ALARM: frozenset({Role.QUALITY}),
    NoticeKind.CODES_DIFFER: _SHELF | {Role.STOREKEEPER, Role.QUALITY},
    NoticeKind.RECALL: _SHELF | {Role.STOREKEEPER, Role.QUALITY},
    NoticeKind.RECALL_DRILL: _SHELF | {Role.STOREKEEPER, Role.QUALITY},
}
"""Kind → roles at the facility itself, or at the health centre above a village clinic."""

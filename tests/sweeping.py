"""People who may do everything, at their own facilities, among one of everything."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from app.accounts.queries import SignedIn
from app.kernel import clock
from app.kernel.actor import Permission
from tests.clients import client_of
from tests.edges import Edge, send, shapes_of
from tests.factories.world import World

ARGUMENTS = {
    ("alerts", "alert_id"): "alert",
    ("approvals", "reference"): "requisition",
    ("availability", "item_id"): "item",
    ("blocks", "block_id"): "block",
    ("balances", "balance_id"): "balance",
    ("bills", "reference"): "bill",
    ("bookings", "reference"): "booking",
    ("c", "code"): "code",
    ("capture", "capture_id"): "capture",
    ("call-backs", "call_back_id"): "call-back",
    ("charges", "charge_id"): "charge",
    ("claims", "reference"): "claim",
    ("conditions", "condition_id"): "road condition",
    ("contracts", "reference"): "contract",
    ("controlled", "item_id"): "item",
    ("controlled-registers", "item_id"): "item",
    ("counting", "reference"): "count",
    ("counts", "reference"): "count",
    ("destructions", "reference"): "destruction",
    ("devices", "device_id"): "device",
    ("discrepancies", "reference"): "discrepancy",
    ("dispensings", "reference"): "dispensing",
    ("events", "event_id"): "told event",
    ("exam-items", "exam_item_id"): "exam",
    ("facilities", "facility_id"): "facility",
    ("imaging", "reference"): "booking",
    ("cards", "item_id"): "item",
    ("imports", "reference"): "import",
    ("invoices", "reference"): "supplier's invoice",
    ("items", "item_id"): "item",
    ("jobs", "job_id"): "job",
    ("labels", "reference"): "label print",
    ("lots", "lot_id"): "lot",
    ("notices", "notice_id"): "notice",
    ("orders", "reference"): "order",
    ("patients", "patient_id"): "patient",
    ("pick-tasks", "reference"): "pick list",
    ("picking", "reference"): "pick list",
    ("plans", "plan_id"): "plan",
    ("postings", "posting_id"): "posting",
    ("purchase-orders", "reference"): "order",
    ("plans", "reference"): "purchase plan",
    ("purchase-plans", "reference"): "purchase plan",
    ("recall-tasks", "task_id"): "recall task",
    ("recalls", "reference"): "recall",
    ("receipts", "code"): "tote",
    ("receipts", "reference"): "receipt",
    ("redirects", "reference"): "redirect",
    ("requisitions", "reference"): "requisition",
    ("runs", "reference"): "run",
    ("settlements", "reference"): "settlement",
    ("supplier-invoices", "reference"): "supplier's invoice",
    ("supplier-claims", "reference"): "claim",
    ("supplier-returns", "reference"): "supplier return",
    ("subscriptions", "subscription_id"): "subscription",
    ("suppliers", "code"): "supplier",
    ("totes", "code"): "tote",
    ("trace-events", "event_id"): "trace event",
    ("transfers", "reference"): "transfer",
    ("messages", "upload_id"): "upload",
    ("settlement-parts", "reference"): "dispensing",
    ("units", "code"): "code",
    ("uploads", "upload_id"): "upload",
    ("users", "user_id"): "user",
    ("write-offs", "reference"): "write-off",
}
"""What the arguments of addresses name, by the word before them."""
PARTS = {
    "difference_id": 1,
    "event_type": "ObjectEvent",
    "kind": "opening",
    "line_id": 1,
    "name": "2026-10",
    "position": 1,
    "rest": "06901234567892",
    "scan_id": 1,
    "seals": 1,
    "sequence": 1,
    "value": "urn:uuid:1",
}
"""Arguments that say which part or kind of what stands before them."""
OWNED_FIELDS = {
    "balance_id": "balance",
    "facility": "facility code",
    "facility_code": "facility code",
    "facility_id": "facility",
    "invoices": "supplier's invoice",
    "credits": "supplier return",
    "order_reference": "order",
    "patient_id": "patient",
    "tote_code": "tote",
}
"""Fields of bodies and queries that name what has an owner."""
SHARED_FIELDS = {
    "code": "code",
    "device_id": "device",
    "holder_id": "facility",
    "other_id": "facility",
    "exam_item_id": "exam",
    "item": "item code",
    "item_code": "item code",
    "item_id": "item",
    "operator_id": "user",
    "origin_id": "facility",
    "substitute": "item code",
    "supplier_code": "supplier",
    "target_id": "facility",
}
"""Fields that name what the county shares: any clinic books any machine, asks any holder."""
OTHER_FIELDS = {
    "client_event_id": "the client's own key",
    "id_number": "a citizen's number",
    "content_id": "a part of the transfer of the address",
    "lot_id": "a filter of one's own card",
    "place_id": "the same",
    "reason_code": "why, not which",
    "line_id": "a part of the document of the address",
    "order_line_id": "the same",
    "place_code": "a bin of the document's own facility",
    "study_id": "a proof of savings: the county's, for directors",
}
NAMED_FIELDS = {*OWNED_FIELDS, *SHARED_FIELDS, *OTHER_FIELDS}
NAMED = {name for _, name in ARGUMENTS} | NAMED_FIELDS
NAMING = re.compile(r"(_id|code|reference|facility|run)$")
OWNERS = ("clinic", "storekeeper", "imaging", "driver")
Names = dict[str, Any]


class Sweep:
    """Asks in anybody's name, and undoes what an answer did."""

    def __init__(self, app: Flask, connection: Connection, world: World) -> None:
        self.app = app
        self.connection = connection
        self.world = world
        self.shapes = shapes_of(app)
        self.clients = {name: client_of(app, name) for name in ("outsider", *OWNERS)}

    def ask(self, username: str, edge: Edge, names: Names) -> TestResponse:
        """Make a request that names these things, and undo what it did."""
        undone = self.connection.begin_nested()
        try:
            return send(self.clients[username], edge, names, self.shapes)
        finally:
            undone.rollback()

    def arguments(self, edge: Edge) -> dict[str, str]:
        """Return the kinds of what the address names, by argument."""
        named = [each for each in edge.arguments if each[1] not in PARTS]
        unknown = [each for each in named if each not in ARGUMENTS]
        assert unknown == [], f"{edge}: say in tests/sweeping.py and world.py what this names"
        return {name: ARGUMENTS[word, name] for word, name in named}

    def fields(self, edge: Edge) -> list[str]:
        """Return the fields of the edge's body or query; each that names something is known."""
        shape = self.shapes.get(edge.endpoint)
        names = sorted(shape.load_fields) if shape else []
        unknown = [name for name in names if NAMING.search(name) and name not in NAMED_FIELDS]
        assert unknown == [], f"{edge}: say in tests/sweeping.py what this names"
        return names

    def names(self, edge: Edge, **chosen: Any) -> Names:
        """Return a name for everything the edge wants: the first there is, where none is chosen."""
        kinds = {**SHARED_FIELDS, **(OWNED_FIELDS if edge.writes else {}), **self.arguments(edge)}
        given = {name: self.world.names[kind][0] for name, kind in kinds.items()}
        if not edge.writes:
            given = {name: given[name] for name in given if name in self.wanted(edge)}
        parts = {name: PARTS[name] for _, name in edge.arguments if name in PARTS}
        return {**parts, **given, **chosen}

    def wanted(self, edge: Edge) -> set[str]:
        """Return what an address that is read cannot do without."""
        shape = self.shapes.get(edge.endpoint)
        fields = shape.load_fields.items() if shape else ()
        return {*self.arguments(edge), *(name for name, field in fields if field.required)}


def may(app: Flask, monkeypatch: pytest.MonkeyPatch, *, without: Permission | None = None) -> None:
    """Let everybody do everything at their own facility: what is refused, scope refuses."""
    known: Callable[..., SignedIn | None] = app.extensions["authenticate"]
    everything = frozenset(Permission) - {without}

    @cache
    def powerful(token: str, kind: str) -> SignedIn | None:
        with app.extensions["sessions"]() as session:
            found = known(session, token, kind, now=clock.now())
        return found and replace(found, actor=replace(found.actor, permissions=everything))

    def remembered(_session: object, token: str, kind: str, **_now: object) -> SignedIn | None:
        return powerful(token, kind)

    monkeypatch.setitem(app.extensions, "authenticate", remembered)

"""No address tells an outsider facility what others have; a new address is swept by itself."""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.kernel.actor import Permission
from tests.edges import Edge, edges
from tests.factories.world import KINDS
from tests.fingerprint import changed, fingerprint
from tests.sweeping import OWNED_FIELDS, OWNERS, Sweep, may

COUNTY_KINDS = {
    "contract": "one centre buys for all",
    "exam": "the county has one tariff",
    "facility": "members know each other's addresses, roads and delivery days",
    "item": "the county has one catalogue; figures shown with it are one's own, or of all",
    "lot": "quality holds a lot wherever it lies; its rows are one's own",
    "road condition": "roads are the county's, and so is what is wrong with them",
    "supplier": "one centre buys for all",
    "user": "administrators keep the accounts of the whole county",
}
"""What addresses name that every facility may be told of; and why."""
COUNTY_FIELDS = {
    "accounts.create_user facility_id": "administrators keep the accounts of the whole county",
    "accounts_api.create_user facility_id": "the same",
    "imports.upload facility_id": "the file comes first: tests/integration/test_imports.py",
    "imports_api.upload facility_id": "the same",
    "transfers_api.ask facility_id": "fields exclude each other: integration/test_transfers.py",
    "network_api.list_legs facility_id": "roads are known to all",
}
"""Fields that name a facility one need not act for; and why."""
OWNED_THERE = {"equipment.set_aside": {"device_id": "device"}}
"""Fields that name what the county shares, where only its owner may act on it."""
PACK_IN_HAND = "what is scanned lies before one; the answer says where it is recorded"
OWN = {
    "accounts.change_own_password": "one's own password",
    "accounts.choose_locale": "one's own language",
    "accounts.sign_in": "anybody may sign in",
    "accounts.sign_out": "one's own session",
    "accounts_api.create_token": "anybody may sign in",
    "accounts_api.revoke_token": "one's own token",
    "contracts.draft_contract": "a contract is the county's",
    "contracts_api.draft_contract": "the same",
    "counting.change_policy": "how one's own facility counts",
    "counting_api.enter": "each event names a count; another's is refused as not found",
    "delivery.request_plan": "plans the day of one's own depot",
    "delivery_api.request_plan": "the same",
    "destructions.destroy": "each line names a write-off; another's is refused as not found",
    "destructions_api.destroy": "the same",
    "dispatch.keep_draft": "the form names a plan; another's is not found: test_delivery_desk.py",
    "dispatch.search_again": "the same",
    "dispensing.dispense_part": PACK_IN_HAND,
    "dispensing_api.dispense": PACK_IN_HAND,
    "driver_api.record_scans": "each event names a run; another's is refused as not found",
    "labels.print_labels": "another's receipt or code is not found: web/test_labelling.py",
    "epcis_api.capture": "what one's own facility is told",
    "epcis_api.capture_event": "the same",
    "epcis_api.create_query": "a query of one's own facility",
    "epcis_api.forget_query": "the same",
    "epcis_api.subscribe": "no host may be called here",
    "notices.mark_all_read": "one's own notices",
    "notices_api.mark_all_read": "the same",
    "orders.draft_order": "an order of one's own facility",
    "plans.make_plan": "a plan of one's own facility",
    "plans_api.make_plan": "the same",
    "purchase_orders_api.draft_order": "an order of one's own facility",
    "patients_api.register_patient": "registers with one's own facility",
    "recalls.change_limits": "the county's time limits",
    "recalls.start": "quality recalls a lot wherever it lies",
    "recalls_api.start": "the same",
    "reserving.register_patient": "the same",
    "roads.enter_condition": "the county's roads",
    "roads.enter_sheet": "the same",
    "roads.set_terrain": "the same",
    "savings.approve_card": "the county's prices",
    "savings.request_study": "a study of one's own depot",
    "transfers.ask_pull_back": "who reads the county asks any holder to send goods on",
    "transfers_api.ask_pull_back": "the same",
    "bills.make_bill": "a bill of one's own facility",
    "bills_api.make_bill": "the same",
    "uploads.retry_all": "of a cause, the messages one may see",
    "uploads_api.retry_all": "the same",
}
"""Writes that name nobody's document; and why."""

RULE_NAMED = {
    "dispensing.undo": "who holds another facility's pack learns the rule, nothing of the document",
    "dispensing_api.undo": "the same",
}
"""Writes that answer 409 with the rule that forbids them elsewhere; and why."""
CENTRAL = {
    "quarantine.release_unit": "quality decides on the packs of the whole county",
    "quarantine.set_unit_apart": "the same",
    "quarantine_api.release_unit": "the same",
    "quarantine_api.set_unit_apart": "the same",
    "alerts.close_alert": "quality closes the alerts of the whole county",
    "alerts.take_alert": "the same",
    "alerts_api.close_alert": "the same",
    "alerts_api.take_alert": "the same",
    "counting.approve": "whoever reads the county's stock may approve what a clinic counted",
    "counting.ask_recount": "the same",
    "counting_api.approve": "the same",
    "counting_api.ask_recount": "the same",
    "recalls.close": "a recall is the county's, whoever of it leads",
    "recalls.lift": "the same",
    "recalls_api.close": "the same",
    "recalls_api.lift": "the same",
    "bills.note_outcome": "the centre's pharmacists hand in the county's bills",
    "bills_api.note_outcome": "the same",
    "uploads.name_facility": "the centre's pharmacists enter what the insurance calls a member",
    "uploads.retry": "the centre's pharmacists tell the county's messages again",
    "uploads_api.retry": "the same",
}
"""Writes that reading the county is enough for; and why."""
NOT_YET = {
    "controlled": "no item of the world is a controlled medicine",
    "controlled_api": "the same",
    "counting.download_result": "there is no result before the approval",
    "plans.adjust": "names lines of the plan, which is empty",
    "planning": "nothing is planned for an item nobody used",
    "replenishment_api": "the same",
    "transfers.give_back": "nothing is lent",
    "transfers_api.give_back": "the same",
}
"""Edges, alone or by blueprint, for which the world is not old enough; and why."""


def text_of(answer: TestResponse) -> str:
    text: str = answer.data.decode(errors="replace")
    return text


def said(answer: TestResponse, name: Any) -> tuple[int, str]:
    """Return what an answer tells, whatever the thing asked for was called."""
    told = re.sub(rf"\b{name}\b", "…", text_of(answer))
    return answer.status_code, re.sub(r"<[^>]+>|\s+", " ", told)


def owned_by(sweep: Sweep, edge: Edge) -> dict[str, str]:
    """Return what an edge names that has an owner: kinds by argument or field."""
    owned = OWNED_FIELDS | OWNED_THERE.get(edge.endpoint, {})
    fields = {name: owned[name] for name in sweep.fields(edge) if name in owned}
    kinds = sweep.arguments(edge)
    mine = {name: kind for name, kind in kinds.items() if kind not in COUNTY_KINDS}
    return mine | {
        name: kind
        for name, kind in fields.items()
        if f"{edge.endpoint} {name}" not in COUNTY_FIELDS
    }


def test_what_others_have_does_not_exist_for_an_outsider(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every edge and every name it takes: 404, in the same words as for what nobody has."""
    may(sweep.app, monkeypatch, without=Permission.COUNTY_READ)
    before = fingerprint(sweep.connection)
    told, hidden = [], 0
    for edge in edges(sweep.app):
        if edge.endpoint in RULE_NAMED:
            continue
        for name, kind in owned_by(sweep, edge).items():
            missing = KINDS[kind][1]
            nowhere = sweep.ask("outsider", edge, sweep.names(edge, **{name: missing}))
            for existing in {sweep.world.names[kind][0], sweep.world.names[kind][-1]}:
                hidden += 1
                there = sweep.ask("outsider", edge, sweep.names(edge, **{name: existing}))
                if there.status_code != 404 or said(there, existing) != said(nowhere, missing):
                    told.append(f"{edge} {name}: {there.status_code} or {nowhere.status_code}")

    assert told == []
    assert hidden > 150
    assert changed(before, fingerprint(sweep.connection)) == []


def test_who_reads_the_county_changes_nothing_of_others(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    may(sweep.app, monkeypatch)
    before = fingerprint(sweep.connection)
    writes = [edge for edge in edges(sweep.app) if edge.writes and edge.endpoint not in CENTRAL]
    statuses = {
        f"{edge} {name}": sweep.ask("outsider", edge, sweep.names(edge)).status_code
        for edge in writes
        for name in owned_by(sweep, edge)
    }

    named = {f"{edge} reference" for edge in writes if edge.endpoint in RULE_NAMED}
    assert {name: statuses.pop(name) for name in named} == dict.fromkeys(named, 409)
    assert {name: status for name, status in statuses.items() if status != 404} == {}
    assert changed(before, fingerprint(sweep.connection)) == []


def test_every_address_is_found_by_its_owners(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same requests, made by those the things belong to, are no 404."""
    may(sweep.app, monkeypatch)
    lost = [
        str(edge)
        for edge in edges(sweep.app)
        if not {edge.endpoint, edge.endpoint.split(".")[0]} & set(NOT_YET)
        and sweep.arguments(edge)
        and not found_by_somebody(sweep, edge)
    ]

    assert lost == []


def found_by_somebody(sweep: Sweep, edge: Edge) -> bool:
    (name, kind), *_ = sweep.arguments(edge).items()
    return any(
        sweep.ask(owner, edge, sweep.names(edge, **{name: existing})).status_code != 404
        for existing in sweep.world.names[kind]
        for owner in OWNERS
    )


def test_no_list_shows_an_outsider_what_others_have(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    may(sweep.app, monkeypatch, without=Permission.COUNTY_READ)
    lists = [edge for edge in edges(sweep.app) if not edge.writes and not edge.arguments]
    shown: dict[str, set[str]] = {}
    for username in ("outsider", "clinic"):
        pages = [sweep.ask(username, edge, sweep.names(edge)) for edge in lists]
        texts = [text_of(page) for page in pages]
        shown[username] = {one for one in sweep.world.secrets if any(one in text for text in texts)}

    assert shown["outsider"] == set()
    assert len(shown["clinic"]) > 10


def test_every_write_names_whose_thing_it_changes(sweep: Sweep) -> None:
    """A new write that names nothing is listed with its reason, and so is one for the county."""
    writes = [edge for edge in edges(sweep.app) if edge.writes]
    county = {name.split()[0] for name in COUNTY_FIELDS}
    nobodys = {
        edge.endpoint
        for edge in writes
        if not owned_by(sweep, edge) and not sweep.arguments(edge) and edge.endpoint not in county
    }

    assert nobodys == set(OWN)

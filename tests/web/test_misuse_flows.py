"""The rows of docs/misuse.md about receiving, packing, the road and devices, over the real edge."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.capture.models import CallBack
from app.catalogue.models import Item, StorageClass
from app.fulfilment import service as fulfilment
from app.inventory import service as inventory
from app.inventory.models import StockBalance
from app.kernel import clock
from app.purchasing import service as purchasing
from app.purchasing.models import Receipt
from app.purchasing.rules import Temperatures
from app.purchasing.service import NoticeLine, PackCode, ScanRequest
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Lot, LotHold
from app.traceability.service import Happening
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import CARTON, a_label, a_notice, an_order, announced, pack_code
from tests.factories.requisitions import a_sealed_tote, handed_over
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.misuse import ALERTED, APART, Leaves, alert_of, give, told

SERIAL = "(01)06901234567892(21)7"
STORED = {"captured_event", "capture_answer", "capture_device"}
"""A device's act stays on record with its answer, whatever that is."""


Stage = tuple[Session, Cast]


@pytest.fixture
def stage(session: Session, cast: Cast) -> Stage:
    return session, cast


@pytest.fixture
def lot(session: Session, cast: Cast) -> Lot:
    """A carton of three packs of 24 on Yudu's shelf."""
    item = an_item(session, coded=True)
    lot = packs_on_shelf(session, cast.actor("clinic"), item, packs=3, carton=CARTON)
    session.commit()
    return lot


def a_receipt(session: Session, cast: Cast, item: Item, code: str = "") -> Receipt:
    """Open a receipt of announced packs, of one whose GS1 code is known where it is given."""
    keeper = cast.actor("storekeeper")
    order = an_order(session, keeper, (item, 240))
    if code:
        packs = [PackCode(code=code, carton_code=None, capacity=24)]
        line = NoticeLine(item_id=item.id, label=a_label("A1"), quantity=24, packs=packs)
        purchasing.take_notice(session, keeper, order, [line], now=NOW)
    else:
        announced(session, keeper, order, a_notice(item))
    return purchasing.open_receipt(session, keeper, order.reference, now=NOW)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("]d20106901234567892217\x1d17271231\x1d10B2", "lot-mismatch"),
        ("]d20106901234567892217\x1d17281231\x1d10A1", "expiry-mismatch"),
    ],
)
def test_6_a_relabelled_pack_is_refused_and_set_apart(
    client_as: ClientAs, stage: Stage, leaves: Leaves, *, label: str, code: str
) -> None:
    session, cast = stage
    receipt = a_receipt(session, cast, an_item(session, coded=True), SERIAL)
    session.commit()
    keeper, path = client_as("storekeeper"), f"/api/v1/receipts/{receipt.reference}/scans"
    with leaves(*APART):
        assert told(keeper.post(path, json={"code": label})) == (409, code)
    assert alert_of(session, code).level == 2
    good = "]d20106901234567892217\x1d17271231\x1d10A1"
    with leaves():
        assert told(keeper.post(path, json={"code": good})) == (423, "quality-hold")


def test_11_what_was_never_sent_or_more_than_that_is_not_received(
    client_as: ClientAs, session: Session, cast: Cast, leaves: Leaves
) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    tote = handed_over(session, cast, a_sealed_tote(session, cast, {item: 48}))
    session.commit()
    clinic = client_as("clinic")

    def confirm(**arrived: object) -> tuple[int, str]:
        body = {"tote_code": tote.code, "arrived": [{"position": 1, **arrived}]}
        with leaves():
            return told(clinic.post("/api/v1/receipts", json=body))

    assert confirm(received=49) == (409, "over-receipt")
    assert confirm(missing=[pack_code(9)]) == (409, "not-shipped-here")
    assert fulfilment.raise_overdue(session, now=NOW + timedelta(hours=25)) == 1
    assert alert_of(session, "missing-in-transit").level == 2


def test_12_a_carton_and_its_pack_do_not_stand_in_one_document(
    client_as: ClientAs, session: Session, cast: Cast, lot: Lot, leaves: Leaves
) -> None:
    clinic = client_as("clinic")
    path = a_draft(clinic, session, lot, 72)
    with leaves():
        mixed = clinic.post(path, json={"codes": f"{CARTON} {pack_code(1)}"})
    assert told(mixed) == (422, "parent-child-mix")


def test_13_an_opened_carton_is_scanned_pack_by_pack(
    client_as: ClientAs, session: Session, cast: Cast, lot: Lot, leaves: Leaves
) -> None:
    clinic = client_as("clinic")
    assert give(clinic).status_code == 201
    assert traceability.get_unit(session, CARTON).is_open
    path = a_draft(clinic, session, lot, 48)
    with leaves():
        whole = clinic.post(path, json={"codes": CARTON})
    assert told(whole) == (409, "carton-incomplete")


def a_draft(client: FlaskClient, session: Session, lot: Lot, quantity: int) -> str:
    """Draft a write-off of the lot; return where it is handed in."""
    balance = session.scalars(
        select(StockBalance.id).where(StockBalance.lot_id == lot.id, ~StockBalance.outside)
    ).one()
    goods = {"balance_id": [balance], "quantity": [str(quantity)]}
    drafted = client.post("/api/v1/write-offs", json={"reason": "damaged", **goods})
    assert drafted.status_code == 201, drafted.text
    return f"/api/v1/write-offs/{(drafted.json or {})['write_off']['reference']}/submission"


def captured(client: FlaskClient, number: int, act: str, **more: object) -> dict[str, Any]:
    """Let a device tell of one act an hour ago; return its answer."""
    event = {
        "device_seq": number,
        "client_event_id": f"misuse-act-{number}",
        "act": act,
        "event_time": (clock.now() - timedelta(hours=1)).isoformat(),
        **more,
    }
    body = {"device": "pda-1", "events": [event]}
    answer = client.post("/api/v1/captures", json=body)
    assert answer.status_code == 207
    (one,) = (answer.json or {})["events"]
    return dict(one)


def test_14_nothing_lies_in_two_containers_or_in_itself(
    client_as: ClientAs, session: Session, cast: Cast, lot: Lot, leaves: Leaves
) -> None:
    actor, clinic = cast.actor("clinic"), client_as("clinic")
    place = traceability.place_of(session, [traceability.get_unit(session, CARTON).id])
    happening = Happening(
        step=BizStep.PACKING,
        disposition=Disposition.IN_STOCK,
        facility_id=actor.facility_id,
        place_id=next(iter(place.values())),
        document="PACK",
        event_time=NOW,
        recorded_at=NOW,
    )
    for code in ("TT-20261123-0101", "TT-20261123-0102"):
        traceability.new_tote(session, actor, code, happening)
    session.commit()
    first = captured(clinic, 1, "pack", codes=[CARTON], container="TT-20261123-0101")
    with leaves(*STORED):
        second = captured(clinic, 2, "pack", codes=[CARTON], container="TT-20261123-0102")
    with leaves(*STORED):
        cycle = captured(
            clinic, 3, "pack", codes=["TT-20261123-0101"], container="TT-20261123-0101"
        )

    assert first["status"] == 201
    assert (second["status"], second["code"]) == (409, "already-packed")
    assert (cycle["status"], cycle["code"]) == (422, "cycle")


@pytest.mark.parametrize("meanwhile", ["dispensed", "recalled"])
def test_19_what_a_device_gave_and_others_gave_or_recalled_meanwhile_is_kept(
    client_as: ClientAs, stage: Stage, lot: Lot, leaves: Leaves, *, meanwhile: str
) -> None:
    session, cast = stage
    if meanwhile == "dispensed":
        give(client_as("clinic"))
    else:
        hold = (LotHold.RECALL, "杂质超标")
        inventory.freeze_lot(session, cast.actor("quality"), lot.id, hold, now=NOW)
        session.commit()
    attempt = {"alert_attempt"} if meanwhile == "dispensed" else set()
    with leaves(*STORED, *ALERTED, *attempt, "call_back"):
        answer = captured(client_as("clinic"), 1, "dispense", codes=[pack_code(1)])

    assert (answer["status"], answer["outcome"]) == (202, "conflict-later")
    assert alert_of(session, "conflict-later").level == 4
    assert session.scalars(select(CallBack.code)).all() == [pack_code(1)]


@pytest.mark.parametrize("rule", ["ahead", "before-made", "travel"])
def test_20_a_time_that_cannot_be_is_refused(
    client_as: ClientAs, stage: Stage, lot: Lot, leaves: Leaves, *, rule: str
) -> None:
    session, cast = stage
    moment = clock.now() + timedelta(minutes=6 if rule == "ahead" else -20)
    if rule == "before-made":
        lot.made_on = date(2026, 11, 24)
    if rule == "travel":
        seen_far_away(session, cast)
    session.commit()
    with leaves(*STORED):
        answer = captured(
            client_as("clinic"),
            1,
            "dispense",
            codes=[pack_code(1)],
            event_time=moment.isoformat(),
        )
    assert (answer["status"], answer["code"]) == (422, "time-invalid")


def seen_far_away(session: Session, cast: Cast) -> None:
    """Let Yanchang, a day's walk away, see a pack ten minutes before the device gave it."""
    cast.yanchang.latitude = cast.yudu.latitude + 0.9
    happening = Happening(
        step=BizStep.COUNTING,
        disposition=Disposition.IN_STOCK,
        facility_id=cast.yanchang.id,
        document="PD-FAR",
        event_time=clock.now() - timedelta(minutes=30),
        recorded_at=clock.now(),
    )
    unit = traceability.get_unit(session, pack_code(1))
    traceability.observe(session, cast.actor("clinic2"), [unit], happening)


def test_20_a_late_act_that_can_be_is_taken_and_marked(client_as: ClientAs, lot: Lot) -> None:
    answer = captured(client_as("clinic"), 1, "dispense", codes=[pack_code(1)])
    assert (answer["status"], answer["late"]) == (201, True)


def test_25_goods_that_were_not_kept_cool_are_refused_and_set_apart(
    client_as: ClientAs, session: Session, cast: Cast, leaves: Leaves
) -> None:
    keeper = cast.actor("storekeeper")
    receipt = a_receipt(session, cast, an_item(session, coded=True, storage=StorageClass.COLD))
    purchasing.scan(session, keeper, receipt.reference, ScanRequest(code=CARTON), now=NOW)
    silent = Temperatures(lowest=30, highest=60, readings=9, gap=12)
    purchasing.keep_temperatures(session, keeper, receipt.reference, silent, now=NOW)
    purchasing.finish_count(session, keeper, receipt.reference)
    session.commit()
    path = f"/api/v1/receipts/{receipt.reference}/acceptance"
    with leaves(*APART):
        assert told(client_as("storekeeper").post(path, json={})) == (409, "cold-chain-break")
    assert alert_of(session, "cold-chain-break").level == 3

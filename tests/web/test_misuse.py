"""The rows of docs/misuse.md that a scan over HTTP can meet: the answer, and what it leaves."""

from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass
from app.inventory import service as inventory
from app.kernel.ids import ItemId
from app.traceability import service as traceability
from app.traceability.models import Disposition, LotHold
from tests.conftest import ClientAs
from tests.factories.cast import PASSWORD, Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import CARTON, pack_code
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.misuse import ALERTED, APART, GIVE, Leaves, alert_of, give, told


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    """Three packs of 24 in a carton on Yudu's shelf."""
    item = an_item(session, coded=True)
    packs_on_shelf(session, cast.actor("clinic"), item, packs=3, carton=CARTON)
    session.commit()
    return item


def test_1_the_same_scan_within_ten_seconds_gets_the_first_answer(
    client_as: ClientAs, item: Item, leaves: Leaves
) -> None:
    client = client_as("clinic")
    scan = {"device": "PDA-1", "document": "RX-1"}
    first = give(client, **scan)
    with leaves():
        again = give(client, **scan)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json is not None
    assert (again.json["answer"], again.json["outcome"]) == ("already-done", "duplicate")
    assert again.json["replay"] is True
    assert again.json["reference"] == (first.json or {})["reference"]
    for other in ({**scan, "document": "RX-2"}, {**scan, "device": "PDA-2"}, {}):
        assert told(give(client, **other)) == (409, "dispensed-here")
    with time_machine.travel(NOW + timedelta(minutes=1)):
        assert told(give(client, **scan)) == (409, "dispensed-here")


def test_2_a_repeat_here_warns_twice_and_alarms_the_third_time(
    client_as: ClientAs, session: Session, item: Item, leaves: Leaves
) -> None:
    client = client_as("clinic")
    reference = (give(client).json or {})["reference"]
    for attempt in (1, 2):
        with leaves("alert_attempt"):
            warned = give(client)
        assert told(warned) == (409, "dispensed-here")
        body = warned.json or {}
        assert (body["attempt"], body["reference"]) == (attempt, reference)
        assert "clinic 某" in body["detail"]
        assert (body["undo"]["allowed"], body["undo"]["reference"]) == (True, reference)
    with leaves("alert_attempt", *ALERTED):
        assert told(give(client)) == (409, "dispensed-here")

    assert alert_of(session, "dispensed-here").level == 2


def test_3_a_pack_given_elsewhere_is_set_apart_and_alarms(
    client_as: ClientAs, session: Session, item: Item, leaves: Leaves
) -> None:
    reference = (give(client_as("clinic")).json or {})["reference"]
    client = client_as("outsider")
    with leaves(*APART):
        refused = give(client)

    assert told(refused) == (409, "dispensed-elsewhere")
    assert "疑似" in (refused.json or {})["detail"]
    assert alert_of(session, "dispensed-elsewhere").level == 4
    assert traceability.get_unit(session, pack_code(1)).disposition is Disposition.QUARANTINE
    with leaves():
        assert told(give(client)) == (423, "quality-hold")
    undo = f"{GIVE}/{reference}/undo"
    assert told(client_as("clinic").post(undo, json={"reason": "扫错"}))[1] == "undo-not-allowed"
    quality, path = client_as("quality"), f"/api/v1/units/{pack_code(1)}/release"
    decided = {"reason": "患者转院，实物核对无误"}
    with leaves():
        assert told(quality.post(path, json=decided)) == (403, "second-person-required")
    signed = {"username": "pharmacist", "password": PASSWORD}
    released = quality.post(path, json={**decided, "second": signed})
    assert (released.json or {})["disposition"] == "dispensed"


def test_5_a_pack_of_another_drug_is_refused_with_both_names(
    client_as: ClientAs, session: Session, item: Item, leaves: Leaves
) -> None:
    other = an_item(session, "布洛芬片")
    session.commit()
    with leaves():
        refused = give(client_as("clinic"), item_id=other.id)

    assert told(refused) == (422, "wrong-item")
    body = refused.json or {}
    assert (body["item"], body["expected"]) == (item.name, "布洛芬片")


def test_8_expired_goods_stay_and_near_ones_warn_with_what_to_take_first(
    client_as: ClientAs, session: Session, cast: Cast, item: Item, leaves: Leaves
) -> None:
    lot_id = traceability.get_unit(session, pack_code(1)).lot_id
    assert lot_id is not None
    last = traceability.get_lot(session, lot_id).expires_on
    sooner = a_lot(session, item, "S1", expires=last - timedelta(30))
    stocked(session, cast.actor("clinic"), sooner, 24)
    session.commit()
    with time_machine.travel(_noon(last)):
        given = give(client_as("clinic")).json or {}
    with time_machine.travel(_noon(last + timedelta(1))):
        client = client_as("clinic")
        with leaves():
            assert told(give(client, pack_code(2))) == (409, "expired")

    assert [one["code"] for one in given["warnings"]] == ["near-expiry"]
    assert given["warnings"][0]["data"]["days"] == 0
    with time_machine.travel(_noon(last - timedelta(60))):
        early = give(client_as("clinic"), pack_code(3)).json or {}
    assert [one["code"] for one in early["warnings"]] == ["near-expiry", "take-first"]
    assert early["warnings"][1]["data"]["lot"] == "S1"


@pytest.mark.usefixtures("item")
@pytest.mark.parametrize("hold", [LotHold.RECALL, LotHold.QUALITY])
def test_9_a_held_lot_is_locked(
    client_as: ClientAs, session: Session, cast: Cast, leaves: Leaves, hold: LotHold
) -> None:
    code = {LotHold.RECALL: "recalled", LotHold.QUALITY: "quality-hold"}[hold]
    unit = traceability.get_unit(session, pack_code(1))
    quality = cast.actor("quality")
    assert unit.lot_id is not None
    inventory.freeze_lot(session, quality, unit.lot_id, (hold, "性状异常"), now=NOW)
    session.commit()
    with leaves():
        refused = give(client_as("clinic"))

    assert told(refused) == (423, code)
    body = refused.json or {}
    assert (body["reason"], body["since_local"]) == ("性状异常", "2026-11-23 09:00")


def test_15_a_broken_pack_tells_what_is_left(
    client_as: ClientAs, item: Item, leaves: Leaves
) -> None:
    client = client_as("clinic")
    within = give(client, quantity=20).json or {}
    with leaves():
        beyond = give(client, quantity=5)
    give(client, quantity=4)
    with leaves():
        empty = give(client, quantity=1)

    assert within["remaining"] == 4
    for refused, left, taken in ((beyond, 4, 20), (empty, 0, 24)):
        assert told(refused) == (409, "exhausted")
        body = refused.json or {}
        assert (body["left"], body["taken"], body["capacity"]) == (left, taken, 24)


def test_16_goods_that_are_not_broken_up_are_given_whole(
    client_as: ClientAs, session: Session, item: Item, leaves: Leaves
) -> None:
    session.execute(update(Item).where(Item.id == item.id).values(split_allowed=False))
    session.commit()
    with leaves():
        assert told(give(client_as("clinic"), quantity=1)) == (422, "split-not-allowed")
    assert give(client_as("clinic")).status_code == 201


def test_17_a_repeat_with_other_content_is_a_conflict(
    client_as: ClientAs, session: Session, item: Item, leaves: Leaves
) -> None:
    client = client_as("clinic")
    first = give(client, client_event_id="E-1")
    with leaves():
        again = give(client, client_event_id="E-1")
    with leaves(*ALERTED):
        other = give(client, pack_code(2), client_event_id="E-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json or {})["replay"] is True
    assert told(other) == (409, "idempotency-conflict")
    assert alert_of(session, "idempotency-conflict").level == 3


def test_24_controlled_medicines_need_two_people(
    client_as: ClientAs, session: Session, cast: Cast, leaves: Leaves
) -> None:
    item = an_item(session, "盐酸吗啡片", coded=True, special=SpecialClass.NARCOTIC)
    packs_on_shelf(session, cast.actor("clinic"), item)
    session.commit()
    prescription = {"number": "MZ1", "patient": "王某某", "prescriber": "赵医生"}
    client = client_as("clinic")
    with leaves():
        alone = give(client, prescription=prescription)
        assert told(alone) == (403, "second-person-required")
        twice = give(
            client,
            prescription=prescription,
            second={"username": "clinic", "password": PASSWORD},
        )
        assert told(twice) == (403, "second-person-required")


def test_26_an_undo_names_the_rule_that_forbids_it(
    client_as: ClientAs, session: Session, item: Item, leaves: Leaves
) -> None:
    client = client_as("clinic")
    path = f"{GIVE}/{(give(client).json or {})['reference']}/undo"

    def rule(who: FlaskClient) -> str:
        with leaves():
            refused = who.post(path, json={"reason": "扫错"})
        assert told(refused) == (409, "undo-not-allowed")
        return str((refused.json or {})["rule"])

    assert rule(client_as("outsider")) == "other-site"
    with time_machine.travel(NOW + timedelta(days=11)):
        assert rule(client_as("clinic")) == "too-late"
    undone = client.post(path, json={"reason": "扫错"})
    assert undone.status_code == 201
    assert rule(client) == "undone-before"
    path = f"{GIVE}/{(undone.json or {})['reference']}/undo"
    assert rule(client) == "is-an-undo"
    assert give(client).status_code == 201


def test_27_an_invented_code_is_refused_and_a_real_one_questions_the_list(
    client_as: ClientAs, session: Session, item: Item, leaves: Leaves
) -> None:
    listed = an_item(session, "纱布")
    session.commit()
    client = client_as("clinic")
    with leaves():
        refused = give(client, "00000000000000000000", item_id=listed.id)
    assert told(refused) == (422, "placeholder-refused")
    session.execute(update(Item).where(Item.id == item.id).values(is_coded=False))
    session.commit()

    assert give(client, item_id=ItemId(item.id)).status_code == 201
    assert alert_of(session, "no-code-list-questioned").level == 1


def _noon(day: date) -> str:
    return f"{day.isoformat()}T12:00:00+08:00"

"""The rows of docs/misuse.md that belong to receiving, packing, delivery and the road."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts.models import Alert
from app.catalogue.models import PackClass, PackScheme, StorageClass
from app.fulfilment import service as fulfilment
from app.fulfilment.errors import OverReceipt, WrongDestination
from app.fulfilment.service import Arrived, Confirmation
from app.kernel.actor import Actor
from app.kernel.errors import DomainError, NotFound
from app.purchasing import service as purchasing
from app.purchasing.errors import ColdChainBroken
from app.purchasing.models import Receipt
from app.purchasing.rules import Temperatures
from app.purchasing.service import NoticeLine, PackCode, ScanRequest
from app.quality import service as quality
from app.traceability import service as traceability
from app.traceability.errors import (
    CartonIncomplete,
    Cycle,
    ExpiryMismatch,
    LotMismatch,
    NotShippedHere,
    PackSetApart,
    ParentChildMix,
    PlaceholderRefused,
    StateForbids,
    WrongItem,
)
from app.traceability.models import BizStep, Disposition, Unit, UnitHold
from app.traceability.service import PacksWanted
from tests.factories.cast import Cast
from tests.factories.packs import CARTON, happening, pack_code
from tests.factories.packs import received as received_packs
from tests.factories.receiving import CARTON as ANNOUNCED_CARTON
from tests.factories.receiving import a_label, a_notice, an_order, announced
from tests.factories.requisitions import a_key, a_sealed_tote, handed_over
from tests.factories.stock import NOW, a_lot, an_item, spot, stocked
from tests.fingerprint import changed, fingerprint

SERIAL = "(01)06901234567892(21)7"
KEPT = {"alert", "notice", "unit", "unit_hold", "trace_event"}
Refused = Callable[..., DomainError]


@pytest.fixture
def keeper(cast: Cast) -> Actor:
    return cast.actor("storekeeper")


@pytest.fixture
def refused(session: Session) -> Refused:
    """Do what must be refused, keep its incident as the edge does, say what changed."""

    def attempt(
        actor: Actor, kind: type[DomainError], act: Callable[[], object], *leaves: str
    ) -> DomainError:
        session.flush()
        before = fingerprint(session.connection())
        with pytest.raises(kind) as refusal, session.begin_nested():
            act()
        session.expire_all()
        quality.keep_incident(session, actor, refusal.value, NOW)
        session.flush()
        assert set(changed(before, fingerprint(session.connection()))) == set(leaves)
        return refusal.value

    return attempt


@pytest.fixture
def labelled(session: Session, keeper: Actor) -> Receipt:
    """A receipt of one announced pack whose GS1 code carries a serial."""
    item = an_item(session, coded=True)
    order = an_order(session, keeper, (item, 24))
    packs = [PackCode(code=SERIAL, carton_code=None, capacity=24)]
    line = NoticeLine(item_id=item.id, label=a_label("A1"), quantity=24, packs=packs)
    purchasing.take_notice(session, keeper, order, [line], now=NOW)
    return purchasing.open_receipt(session, keeper, order.reference, now=NOW)


def scan(session: Session, keeper: Actor, receipt: Receipt, code: str) -> object:
    return purchasing.scan(session, keeper, receipt.reference, ScanRequest(code=code), now=NOW)


RELABELLED: dict[str, type[LotMismatch]] = {
    "]d20106901234567892217\x1d17271231\x1d10B2": LotMismatch,
    "]d20106901234567892217\x1d17281231\x1d10A1": ExpiryMismatch,
}


@pytest.mark.parametrize("label", RELABELLED)
def test_6_a_relabelled_pack_is_set_apart(
    session: Session, keeper: Actor, labelled: Receipt, refused: Refused, label: str
) -> None:
    kind = RELABELLED[label]
    refusal = refused(keeper, kind, lambda: scan(session, keeper, labelled, label), *KEPT)

    alert = session.scalars(select(Alert)).one()
    assert (alert.kind, alert.level, alert.code) == (refusal.code, 2, SERIAL)
    good = "]d20106901234567892217\x1d17271231\x1d10A1"
    refused(keeper, PackSetApart, lambda: scan(session, keeper, labelled, good))
    traceability.release(session, keeper, SERIAL, "标签核对无误", now=NOW)
    scan(session, keeper, labelled, good)
    hold = session.scalars(select(UnitHold)).one()
    assert (hold.was, hold.decision) == (Disposition.ANNOUNCED, "标签核对无误")


def test_5_a_class_of_another_drug_is_a_wrong_item(
    session: Session, keeper: Actor, refused: Refused
) -> None:
    item, other = an_item(session, coded=True), an_item(session, "布洛芬片", coded=True)
    for number, one in ((1, item), (2, other)):
        session.add(
            PackClass(
                scheme=PackScheme.CN20,
                class_key=f"833000{number}",
                item_id=one.id,
                level=1,
                packs=1,
                is_demo=True,
            )
        )
    order = an_order(session, keeper, (item, 240))
    announced(session, keeper, order, a_notice(item))
    receipt = purchasing.open_receipt(session, keeper, order.reference, now=NOW)
    for code, scanned in (("83300021234567890123", other.name), ("8444000" + "1" * 13, "8444000")):
        refusal = refused(keeper, WrongItem, lambda code=code: scan(session, keeper, receipt, code))
        assert (refusal.data["item"], refusal.data["expected"]) == (scanned, item.name)


def test_10_a_tote_at_the_wrong_door_and_11_what_was_never_sent(
    session: Session, cast: Cast, keeper: Actor, refused: Refused
) -> None:
    item = an_item(session)
    stocked(session, keeper, a_lot(session, item), 480)
    tote = a_sealed_tote(session, cast, {item: 48})
    stranger, clinic = cast.actor("outsider"), cast.actor("clinic")

    def confirm(who: Actor, *arrived: Arrived) -> object:
        told = Confirmation(tote_code=tote.code, arrived=arrived, key=a_key())
        return fulfilment.confirm(session, who, told, now=NOW)

    refused(stranger, NotFound, lambda: confirm(stranger))
    handed_over(session, cast, tote)
    wrong = refused(stranger, WrongDestination, lambda: confirm(stranger))
    assert wrong.data["facility"] == "渔渡镇"
    refused(clinic, OverReceipt, lambda: confirm(clinic, Arrived(position=1, received=49)))
    strange = Arrived(position=1, missing=(pack_code(9),))
    refused(clinic, NotShippedHere, lambda: confirm(clinic, strange))

    assert fulfilment.raise_overdue(session, now=NOW + timedelta(hours=23)) == 0
    assert fulfilment.raise_overdue(session, now=NOW + timedelta(hours=25)) == 1
    assert fulfilment.raise_overdue(session, now=NOW + timedelta(hours=26)) == 0
    alert = session.scalars(select(Alert)).one()
    assert (alert.kind, alert.level, alert.document) == ("missing-in-transit", 2, tote.code)
    session.refresh(alert)
    assert alert.times == 2


def test_12_carton_and_pack_in_one_document_and_13_an_opened_carton(
    session: Session, keeper: Actor, refused: Refused
) -> None:
    item = an_item(session, coded=True)
    lot = a_lot(session, item)
    packs = received_packs(session, keeper, lot, item)
    shelf = spot(session, keeper.facility_id).place_id
    wanted = [PacksWanted(line=1, item_name=item.name, place_id=shelf, lot_id=lot.id, quantity=96)]

    def match(*codes: str) -> object:
        return traceability.match_packs(session, codes, wanted)

    mixed = refused(keeper, ParentChildMix, lambda: match(CARTON, packs[0].code))
    assert mixed.data["child"] == packs[0].code
    assert match(CARTON)
    told = happening(keeper, BizStep.UNPACKING, shelf)
    traceability.unpack(session, keeper, packs[:1], shelf, told)
    refused(keeper, CartonIncomplete, lambda: match(CARTON, packs[0].code))
    assert match(*(pack.code for pack in packs))


def test_14_no_container_lies_in_itself_or_too_deep(
    session: Session, keeper: Actor, refused: Refused
) -> None:
    item = an_item(session, coded=True)
    received_packs(session, keeper, a_lot(session, item), item)
    bin_ = spot(session, keeper.facility_id).place_id
    told = happening(keeper, BizStep.PACKING, bin_)
    totes = [traceability.new_tote(session, keeper, f"TT-{n}", told) for n in range(3)]
    carton = traceability.get_unit(session, CARTON)

    def put(child: Unit, parent: Unit) -> None:
        traceability.pack(session, keeper, ([child], parent), told)

    put(totes[0], totes[1])
    cycle = refused(keeper, Cycle, lambda: put(totes[1], totes[0]))
    assert cycle.data["rule"] == "in-itself"
    put(totes[1], totes[2])
    deep = refused(keeper, Cycle, lambda: put(carton, totes[0]))
    assert deep.data["rule"] == "too-deep"
    put(carton, totes[1])


def test_25_goods_that_were_not_kept_cool_are_set_apart(
    session: Session, cast: Cast, keeper: Actor, refused: Refused
) -> None:
    item = an_item(session, coded=True, storage=StorageClass.COLD)
    order = an_order(session, keeper, (item, 240))
    announced(session, keeper, order, a_notice(item))
    receipt = purchasing.open_receipt(session, keeper, order.reference, now=NOW)
    scan(session, keeper, receipt, ANNOUNCED_CARTON)
    silent = Temperatures(lowest=30, highest=60, readings=9, gap=12)
    purchasing.keep_temperatures(session, keeper, receipt.reference, silent, now=NOW)
    purchasing.finish_count(session, keeper, receipt.reference)

    broken = refused(
        keeper,
        ColdChainBroken,
        lambda: purchasing.accept(session, keeper, receipt.reference, None, now=NOW),
        *KEPT,
    )

    assert (broken.code, broken.data["gap"]) == ("cold-chain-break", 12)
    alert = session.scalars(select(Alert)).one()
    assert (alert.level, alert.document) == (3, receipt.reference)


def test_27_a_notice_with_invented_codes_is_refused(
    session: Session, keeper: Actor, refused: Refused
) -> None:
    item = an_item(session, "纱布")
    order = an_order(session, keeper, (item, 24))

    def notice(code: str) -> None:
        packs = [PackCode(code=code, carton_code=None, capacity=24)]
        line = NoticeLine(item_id=item.id, label=a_label("A1"), quantity=24, packs=packs)
        purchasing.take_notice(session, keeper, order, [line], now=NOW)

    refused(keeper, PlaceholderRefused, lambda: notice("8" + "0" * 19))
    notice("83001234471920385561")
    assert session.scalars(select(Alert.kind)).one() == "no-code-list-questioned"


def test_a_step_that_is_not_listed_changes_nothing_and_quarantine_travels_along(
    session: Session, keeper: Actor, refused: Refused
) -> None:
    item = an_item(session, coded=True)
    (pack, other, *_) = received_packs(session, keeper, a_lot(session, item), item)
    shelf = spot(session, keeper.facility_id).place_id

    def move(unit: Unit, became: Disposition) -> None:
        told = happening(keeper, BizStep.STORING, shelf, became=became)
        traceability.move(session, keeper, [unit], (shelf, shelf), told)

    move(pack, Disposition.DESTROYED)
    refused(keeper, StateForbids, lambda: move(pack, Disposition.IN_STOCK))
    cause = traceability.Cause(kind="lot-mismatch")
    assert traceability.set_apart(session, keeper, other.id, cause, now=NOW)
    assert not traceability.set_apart(session, keeper, other.id, cause, now=NOW)
    move(other, Disposition.IN_STOCK)
    assert traceability.get_unit(session, other.code).disposition is Disposition.QUARANTINE

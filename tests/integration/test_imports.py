import hashlib
from collections.abc import Sequence
from datetime import date
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.errors import SecondPersonNeeded, SecondPersonRefused
from app.accounts.service import Credentials
from app.catalogue.models import Item, PackClass, SpecialClass
from app.exchange import service
from app.exchange.errors import ImportChanged, ImportedBefore, ImportNotReady, ImportTargetMissing
from app.exchange.models import ImportState, SheetImport
from app.exchange.rules import FaultCode, ImportKind
from app.exchange.service import Upload
from app.fulfilment import service as fulfilment
from app.fulfilment.rules import Source
from app.fulfilment.service import NewRequisition
from app.inventory import service as inventory
from app.inventory.models import PostingKind, StockMove, StockPosting
from app.kernel import history
from app.kernel.errors import DomainError, NotFound
from app.kernel.ids import FacilityId
from app.kernel.sheets import Cell
from app.traceability.models import Lot
from tests.factories.cast import PASSWORD, Cast
from tests.factories.sheets import HEADINGS, a_sheet
from tests.factories.stock import NOW, an_item
from tests.racing import at_once

OPENING = ["药品编码*", "药品名称", "批号*", "有效期至*", "数量（最小单位）*"]
REQUISITION = HEADINGS[ImportKind.REQUISITION]


def sent(
    kind: ImportKind,
    headings: Sequence[str],
    *rows: Sequence[Cell],
    facility_id: FacilityId | None = None,
    target: str = "",
) -> Upload:
    sheet = a_sheet(headings, *rows)
    return Upload(
        kind=kind,
        file_name="表.xlsx",
        digest=hashlib.sha256(repr(sheet).encode()).hexdigest(),
        sheet=sheet,
        facility_id=facility_id,
        target=target,
    )


def faults(found: SheetImport) -> list[tuple[int, str, FaultCode]]:
    return [(one.row, one.column, one.code) for one in service.view_of(found).faults]


def an_item_row(code: str, **cells: Cell) -> list[Cell]:
    usual: dict[str, Cell] = {
        "药品编码": code,
        "药品名称": "布洛芬缓释胶囊",
        "类别": "药品",
        "规格": "0.3g",
        "最小单位": "粒",
        "包装单位": "盒",
        "每包装数量": 20,
        "按追溯码管理": "否",
    }
    filled = usual | cells
    return [filled.get(heading) for heading in HEADINGS[ImportKind.ITEMS]]


def test_new_items_come_in_and_old_ones_change(session: Session, cast: Cast) -> None:
    old = an_item(session, "阿莫西林胶囊")
    actor = cast.actor("pharmacist")
    price: dict[str, Cell] = dict.fromkeys(HEADINGS[ImportKind.ITEMS])
    price |= {"药品编码": old.code, "单价（元/包装）": "10.50"}
    upload = sent(
        ImportKind.ITEMS,
        HEADINGS[ImportKind.ITEMS],
        an_item_row("NEW-1", **{"商品码（69 码）": "6901234567892"}),
        list(price.values()),
    )

    found = service.upload(session, actor, upload, now=NOW)
    assert session.scalar(select(Item.id).where(Item.code == "NEW-1")) is None
    service.confirm(session, actor, found.reference, now=NOW)

    new = session.scalars(select(Item).where(Item.code == "NEW-1")).one()
    assert (new.pinyin, new.units_per_pack, new.is_demo) == ("blfhsjn", 20, False)
    assert session.scalars(select(PackClass.class_key)).all() == ["6901234567892"]
    assert old.price_fen == 1050
    (change,) = history.list_changes(session, "item", old.id)
    assert (change.before, change.after) == ({"price_fen": 960}, {"price_fen": 1050})


def test_bad_items_are_all_told_and_nothing_changes(session: Session, cast: Cast) -> None:
    old = an_item(session)
    actor = cast.actor("buyer")
    upload = sent(
        ImportKind.ITEMS,
        HEADINGS[ImportKind.ITEMS],
        an_item_row("NEW-1", 规格=None, 类别="食品"),
        an_item_row(old.code, 每包装数量=12, 药品名称=old.name),
        an_item_row("NEW-2"),
        an_item_row("NEW-2", **{"单价（元/包装）": "贵"}),
        an_item_row("NEW-3", 规格=None),
    )

    found = service.upload(session, actor, upload, now=NOW)

    assert found.state is ImportState.REFUSED
    assert faults(found)[:2] == [
        (2, "类别", FaultCode.NOT_ONE_OF),
        (3, "规格", FaultCode.FIXED),
    ]
    assert (3, "每包装数量", FaultCode.FIXED) in faults(found)
    assert (5, "单价（元/包装）", FaultCode.NOT_MONEY) in faults(found)
    assert (6, "规格", FaultCode.MISSING) in faults(found)
    with pytest.raises(ImportNotReady), session.begin_nested():
        service.confirm(session, actor, found.reference, now=NOW)
    assert session.scalar(select(func.count()).select_from(Item)) == 1


def test_opening_stock_is_one_posting_with_its_lots(session: Session, cast: Cast) -> None:
    gauze = an_item(session, "纱布")
    morphine = an_item(session, "吗啡注射液", special=SpecialClass.NARCOTIC)
    actor = cast.actor("pharmacist")
    upload = sent(
        ImportKind.OPENING,
        OPENING,
        [gauze.code, "纱布", "a1", "2028-06-30", 480],
        [morphine.code, None, "B2", date(2027, 5, 1), "２０"],
        facility_id=cast.yudu.id,
    )

    found = service.upload(session, actor, upload, now=NOW)
    assert session.scalar(select(func.count()).select_from(Lot)) == 0
    with pytest.raises(SecondPersonNeeded), session.begin_nested():
        service.confirm(session, actor, found.reference, now=NOW)
    stranger = Credentials(username="quality", password=PASSWORD, address="")
    with pytest.raises(SecondPersonRefused), session.begin_nested():
        service.confirm(session, actor, found.reference, stranger, now=NOW)
    there = Credentials(username="clinic", password=PASSWORD, address="")
    service.confirm(session, actor, found.reference, there, now=NOW)

    posting = session.scalars(select(StockPosting)).one()
    assert (posting.kind, posting.document) == (PostingKind.OPENING, found.reference)
    assert posting.second_user_id == cast.actor("clinic").user_id
    levels = inventory.stock_levels(
        session, cast.yudu.id, [gauze.id, morphine.id], today=NOW.date()
    )
    assert [levels[item.id].available for item in (gauze, morphine)] == [480, 20]
    assert session.scalars(select(Lot.lot_number).order_by(Lot.id)).all() == ["A1", "B2"]
    assert inventory.prove(session) == []


def test_bad_opening_rows_are_all_told(session: Session, cast: Cast) -> None:
    gauze, coded = an_item(session, "纱布"), an_item(session, "胰岛素", coded=True)
    upload = sent(
        ImportKind.OPENING,
        [*OPENING, "生产日期", "库位"],
        ["没有", None, "A", "2028-06-30", 1],
        [coded.code, None, "A", "2028-06-30", 1],
        [gauze.code, "棉签", "A", "2028-06-30", 1, "2029-01-01", "X-9"],
        [gauze.code, None, "B", "2028-06-30", 1],
        [gauze.code, None, "B", "2028-06-30", 2],
        facility_id=cast.yudu.id,
    )

    found = service.upload(session, cast.actor("pharmacist"), upload, now=NOW)

    assert faults(found) == [
        (2, "药品编码", FaultCode.UNKNOWN_ITEM),
        (3, "药品编码", FaultCode.CODED),
        (4, "药品名称", FaultCode.OTHER_NAME),
        (4, "生产日期", FaultCode.EXPIRED_EARLY),
        (4, "库位", FaultCode.UNKNOWN_PLACE),
        (6, "批号", FaultCode.TWICE),
    ]
    assert session.scalar(select(func.count()).select_from(StockMove)) == 0


def test_the_same_file_is_imported_once(session: Session, cast: Cast) -> None:
    gauze = an_item(session, "纱布")
    actor = cast.actor("pharmacist")
    upload = sent(
        ImportKind.OPENING,
        OPENING,
        [gauze.code, None, "A1", "2028-06-30", 5],
        facility_id=cast.yudu.id,
    )
    first, second = (service.upload(session, actor, upload, now=NOW) for _ in range(2))

    service.confirm(session, actor, first.reference, now=NOW)

    with pytest.raises(ImportNotReady), session.begin_nested():
        service.confirm(session, actor, first.reference, now=NOW)
    with pytest.raises(ImportedBefore), session.begin_nested():
        service.confirm(session, actor, second.reference, now=NOW)
    with pytest.raises(ImportedBefore), session.begin_nested():
        service.upload(session, actor, upload, now=NOW)
    assert session.scalar(select(func.count()).select_from(StockPosting)) == 1


def test_what_changed_since_the_preview_is_told(session: Session, cast: Cast) -> None:
    gauze = an_item(session, "纱布")
    actor = cast.actor("pharmacist")
    upload = sent(
        ImportKind.OPENING,
        OPENING,
        [gauze.code, "纱布", "A1", "2028-06-30", 5],
        facility_id=cast.yudu.id,
    )
    found = service.upload(session, actor, upload, now=NOW)
    gauze.name = "医用纱布"
    session.flush()

    with pytest.raises(ImportChanged), session.begin_nested():
        service.confirm(session, actor, found.reference, now=NOW)


def test_requisition_lines_go_onto_the_draft(session: Session, cast: Cast) -> None:
    gauze, swabs, gone = (an_item(session, name) for name in ("纱布", "棉签", "停用品"))
    gone.is_stocked = False
    actor = cast.actor("clinic")
    new = NewRequisition(facility_id=cast.yudu.id, source=Source.EMPTY, asked={gauze.code: 24})
    draft = fulfilment.create(session, actor, new, now=NOW)
    bad = sent(
        ImportKind.REQUISITION,
        REQUISITION,
        [gone.code, None, 1],
        [gauze.code, None, 0],
        target=draft.reference,
    )
    good = sent(
        ImportKind.REQUISITION,
        REQUISITION,
        [gauze.code, "纱布", 3],
        [swabs.code, None, 2],
        target=draft.reference,
    )

    refused = service.upload(session, actor, bad, now=NOW)
    found = service.upload(session, actor, good, now=NOW)
    service.confirm(session, actor, found.reference, now=NOW)

    assert faults(refused) == [
        (2, "药品编码", FaultCode.NOT_OFFERED),
        (3, "请领数量（包装）", FaultCode.NOT_POSITIVE),
    ]
    lines = fulfilment.lines_of(session, draft.id)
    assert [(line.item_code, line.asked) for line in lines] == [(gauze.code, 72), (swabs.code, 48)]


@pytest.mark.parametrize(
    ("who", "kind", "refusal"),
    [
        ("clinic", ImportKind.ITEMS, NotFound),
        ("storekeeper", ImportKind.OPENING, NotFound),
        ("pharmacist", ImportKind.REQUISITION, NotFound),
        ("clinic", ImportKind.REQUISITION, ImportTargetMissing),
        ("pharmacist", ImportKind.OPENING, ImportTargetMissing),
    ],
)
def test_who_may_bring_in_what(
    session: Session, cast: Cast, who: str, kind: ImportKind, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        service.upload(session, cast.actor(who), sent(kind, HEADINGS[kind], ["x"]), now=NOW)


def test_of_two_confirmations_one_counts(rivals: sessionmaker[Session], racing_cast: Cast) -> None:
    actor = racing_cast.actor("pharmacist")
    with rivals.begin() as session:
        gauze = an_item(session, "纱布")
        upload = sent(
            ImportKind.OPENING,
            OPENING,
            [gauze.code, None, "A1", "2028-06-30", 5],
            facility_id=racing_cast.yudu.id,
        )
        twins = [service.upload(session, actor, upload, now=NOW).reference for _ in range(2)]

    def confirm(reference: str) -> bool:
        try:
            with rivals.begin() as session:
                service.confirm(session, actor, reference, now=NOW)
        except (ImportNotReady, ImportedBefore):
            return False
        return True

    assert sum(at_once(*(partial(confirm, twin) for twin in twins), rivals=4)) == 1
    with rivals() as session:
        assert session.scalar(select(func.count()).select_from(StockPosting)) == 1

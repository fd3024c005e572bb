"""Goods without trace codes are counted by the GS1 labels on their boxes."""

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item, PackClass, PackScheme
from app.purchasing import service as purchasing
from app.purchasing.errors import LabelIncomplete, LotNotAnnounced, UndoTooLate
from app.purchasing.models import Receipt, RefusalReason, ScanOutcome
from app.purchasing.service import Count, Refusal, ScanRequest, TypedLot
from app.traceability.errors import (
    LotExpired,
    LotMismatch,
    MalformedCode,
    UnknownCode,
    WrongItem,
)
from tests.factories.cast import Cast
from tests.factories.receiving import a_label, a_notice, an_order, announced, lines_of
from tests.factories.stock import NOW, an_item

GTIN, CARTON_GTIN, OTHER = "06901234567892", "16901234567899", "06901234567885"
LABEL = f"]d201{GTIN}17271231" + "10A1"


def numbered(session: Session, item: Item, key: str, packs: int = 1) -> None:
    session.add(
        PackClass(
            scheme=PackScheme.GOODS,
            class_key=key,
            item_id=item.id,
            level=1 if packs == 1 else 2,
            packs=packs,
            is_demo=True,
        )
    )
    session.flush()


@pytest.fixture
def receipt(session: Session, cast: Cast) -> Receipt:
    """240 of lot A1 are announced of goods with a 69 code; a carton of it holds ten packs."""
    actor = cast.actor("storekeeper")
    item = an_item(session, "医用纱布块")
    numbered(session, item, GTIN[1:])
    numbered(session, item, CARTON_GTIN, packs=10)
    order = an_order(session, actor, (item, 480))
    announced(session, actor, order, a_notice(item))
    return purchasing.open_receipt(session, actor, order.reference, now=NOW)


def scan(session: Session, cast: Cast, receipt: Receipt, code: str) -> purchasing.Scanned:
    actor = cast.actor("storekeeper")
    return purchasing.scan(session, actor, receipt.reference, ScanRequest(code=code), now=NOW)


def test_boxes_of_a_lot_look_alike_and_count_each(
    session: Session, cast: Cast, receipt: Receipt
) -> None:
    scan(session, cast, receipt, LABEL)
    scan(session, cast, receipt, f"(01){GTIN}(10)A1(30)3")
    answer = scan(session, cast, receipt, f"https://id.example/01/{CARTON_GTIN}/10/a1")

    assert answer.line.first_count == (1 + 3 + 10) * 24
    assert answer.scan.outcome is ScanOutcome.ACCEPTED


def test_a_box_with_a_serial_counts_once(session: Session, cast: Cast, receipt: Receipt) -> None:
    first = scan(session, cast, receipt, f"{LABEL}\x1d21S1")
    again = scan(session, cast, receipt, f"(01){GTIN}(10)A1(21)S1")

    assert (again.line.first_count, again.scan.outcome) == (24, ScanOutcome.DUPLICATE)
    assert scan(session, cast, receipt, f"{LABEL}\x1d21S2").line.first_count == 48

    actor = cast.actor("storekeeper")
    purchasing.undo_scan(session, actor, receipt.reference, first.scan.id)
    assert scan(session, cast, receipt, f"{LABEL}\x1d21S1").line.first_count == 48


def test_a_logistic_unit_counts_what_is_inside_it(
    session: Session, cast: Cast, receipt: Receipt
) -> None:
    answer = scan(session, cast, receipt, pallet(5))

    assert answer.line.first_count == 5 * 24
    assert scan(session, cast, receipt, pallet(5)).scan.outcome is ScanOutcome.DUPLICATE


def pallet(packs: int) -> str:
    return "]C100369012345678901239" + f"02{GTIN}37{packs}\x1d10A1"


def test_a_scanner_that_ate_the_separator_is_understood(
    session: Session, cast: Cast, receipt: Receipt
) -> None:
    assert scan(session, cast, receipt, f"{LABEL}21SER7").line.first_count == 24


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (f"01{GTIN[:-1]}3", UnknownCode),
        (f"]d201{GTIN}17271331", MalformedCode),
        (f"]d201{GTIN}17281231" + "10A1", LotMismatch),
        (f"]d201{GTIN}17261122" + "10A1", LotExpired),
        (f"]d201{GTIN}17281231" + "10B7", LotNotAnnounced),
        (f"]d201{GTIN}10B7", LabelIncomplete),
        (GTIN[1:], LabelIncomplete),
        (f"]d201{OTHER}17271231" + "10A1", WrongItem),
    ],
)
def test_a_label_that_does_not_count_is_told(
    session: Session, cast: Cast, receipt: Receipt, code: str, refusal: type[Exception]
) -> None:
    numbered(session, an_item(session, "别的货"), OTHER[1:])

    with pytest.raises(refusal):
        scan(session, cast, receipt, code)

    assert lines_of(session, receipt)[0].first_count is None


def test_what_a_label_says_fills_the_form_for_a_new_lot(
    session: Session, cast: Cast, receipt: Receipt
) -> None:
    actor, reference = cast.actor("storekeeper"), receipt.reference
    with pytest.raises(LotNotAnnounced) as refused:
        scan(session, cast, receipt, f"]d201{GTIN}17280200" + "10b-7")
    fill = refused.value.data["fill"]
    assert isinstance(fill, dict)
    assert (fill["lot_number"], fill["expires_on"], fill["quantity"]) == ("B-7", "2028-02-29", 24)

    label = a_label("B-7")
    typed = TypedLot(
        order_line_id=fill["order_line_id"], label=label, expected=48, quantity=fill["quantity"]
    )
    purchasing.add_lot(session, actor, reference, typed, now=NOW)
    answer = scan(session, cast, receipt, f"(01){GTIN}(10)B-7")

    assert (answer.line.first_count, answer.line.expected) == (48, 48)


def test_a_typed_count_takes_the_place_of_scanned_ones(
    session: Session, cast: Cast, receipt: Receipt
) -> None:
    actor, reference = cast.actor("storekeeper"), receipt.reference
    serial = scan(session, cast, receipt, f"{LABEL}\x1d21S1")
    count = Count(line_id=serial.line.id, quantity=96)

    purchasing.count_line(session, actor, reference, count)

    assert lines_of(session, receipt)[0].first_count == 96
    assert scan(session, cast, receipt, f"{LABEL}\x1d21S1").line.first_count == 120


def test_a_scan_whose_goods_were_refused_is_not_undone(
    session: Session, cast: Cast, receipt: Receipt
) -> None:
    actor, reference = cast.actor("storekeeper"), receipt.reference
    answer = scan(session, cast, receipt, LABEL)
    refusal = Refusal(line_id=answer.line.id, reason=RefusalReason.DAMAGED, quantity=12)
    purchasing.refuse_goods(session, actor, reference, refusal, now=NOW)

    with pytest.raises(UndoTooLate):
        purchasing.undo_scan(session, actor, reference, answer.scan.id)

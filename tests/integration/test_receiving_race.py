from sqlalchemy.orm import Session, sessionmaker

from app.kernel.errors import DomainError
from app.purchasing import service as purchasing
from app.purchasing.models import Receipt
from app.purchasing.service import ScanRequest
from tests.factories.cast import Cast
from tests.factories.receiving import (
    CARTON,
    a_notice,
    an_order,
    announced,
    lines_of,
    pack_code,
)
from tests.factories.stock import NOW, an_item
from tests.racing import at_once

RIVALS = 16


def a_receipt(rivals: sessionmaker[Session], cast: Cast) -> Receipt:
    actor = cast.actor("storekeeper")
    with rivals.begin() as session:
        item = an_item(session, coded=True)
        order = an_order(session, actor, (item, 240))
        announced(session, actor, order, a_notice(item))
        return purchasing.open_receipt(session, actor, order.reference, now=NOW)


def scan(rivals: sessionmaker[Session], cast: Cast, receipt: Receipt, code: str) -> str:
    actor = cast.actor("storekeeper")
    try:
        with rivals.begin() as session:
            request = ScanRequest(code=code)
            answer = purchasing.scan(session, actor, receipt.reference, request, now=NOW)
            return answer.scan.outcome.value
    except DomainError as refusal:
        return refusal.code


def test_sixteen_scans_of_a_carton_count_it_once(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    receipt = a_receipt(rivals, racing_cast)

    answers = at_once(lambda: scan(rivals, racing_cast, receipt, CARTON), rivals=RIVALS)

    assert sorted(answers) == ["accepted"] + ["duplicate"] * (RIVALS - 1)
    with rivals() as session:
        assert lines_of(session, receipt)[0].first_count == 240


def test_a_carton_and_its_packs_at_once_never_count_twice(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    receipt = a_receipt(rivals, racing_cast)
    codes = iter([CARTON, *(pack_code(number) for number in range(1, 11))] * 2)

    at_once(lambda: scan(rivals, racing_cast, receipt, next(codes)), rivals=RIVALS)

    with rivals() as session:
        (line,) = lines_of(session, receipt)
    assert line.first_count is not None
    assert line.first_count <= line.expected
    assert line.first_count % 24 == 0


def test_one_of_two_acceptances_enters_the_book(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    receipt = a_receipt(rivals, racing_cast)
    actor = racing_cast.actor("storekeeper")
    scan(rivals, racing_cast, receipt, CARTON)
    with rivals.begin() as session:
        purchasing.finish_count(session, actor, receipt.reference)

    def accept() -> str:
        try:
            with rivals.begin() as session:
                purchasing.accept(session, actor, receipt.reference, None, now=NOW)
                return "accepted"
        except DomainError as refusal:
            return refusal.code

    answers = at_once(accept, rivals=4)

    assert sorted(answers) == ["accepted"] + ["receipt-state-changed"] * 3

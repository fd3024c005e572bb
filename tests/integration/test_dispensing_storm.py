"""A thousand codes, ten wishes for each at once from four processes: each is given once.

Half of the packs are given whole; of the others parts are wished that together are more than
they hold. `pytest -m storm` runs it all. The naive control stands in test_stock_race.
"""

import logging
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.accounts import service as accounts
from app.accounts.models import TokenKind
from app.dispensing.models import Dispensing, DispensingLine
from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.actor import Actor
from app.reconciliation import service as reconciliation
from app.traceability import service as traceability
from app.traceability.models import BizStep, TraceEvent, Unit
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import pack_code
from tests.factories.stock import an_item
from tests.factories.trace_log import BASE, KEY
from tests.giving import Books, Rush, give_at_once

WISHES, PACK = 10, 24
LARGEST_PART = 9
"""Ten parts of at least three are more than a pack holds, whatever chance draws."""
REFUSALS = {"dispensed-here", "exhausted"}
LOG = logging.getLogger(__name__)
Sessions = sessionmaker[Session]
Part = tuple[str, int]


def wishes_for(codes: int) -> dict[str, tuple[int | None, ...]]:
    """Wish for each other pack as a whole, and for parts of those between."""
    chance = random.Random(codes)
    return {
        pack_code(number): tuple(
            chance.randint(3, LARGEST_PART) if number % 2 else None for _ in range(WISHES)
        )
        for number in range(1, codes + 1)
    }


def laid_out(rivals: Sessions, clinic: Actor, codes: int) -> str:
    """Lay packs on the clinic's shelf; return the token to ask for them with."""
    with rivals.begin() as session:
        packs_on_shelf(session, clinic, an_item(session, coded=True), packs=codes)
        return accounts.issue_token(session, clinic.user_id, TokenKind.API, now=clock.now()).text


@pytest.mark.parametrize(
    ("codes", "processes"),
    [
        pytest.param(8, 2, id="eight"),
        pytest.param(1_000, 4, marks=pytest.mark.storm, id="thousand"),
    ],
)
def test_of_ten_wishes_at_once_for_a_pack_only_what_it_holds_is_given(
    rivals: Sessions, racing_cast: Cast, racing_url: str, codes: int, processes: int
) -> None:
    clinic = racing_cast.actor("clinic")
    wishes = wishes_for(codes)
    token = laid_out(rivals, clinic, codes)

    books = give_at_once(Rush(url=racing_url, token=token, wishes=wishes), processes=processes)

    parts = [part for book in books for part in given_by(book)]
    given = totals(parts)
    refused = Counter(code for book in books for *_, code in book.refused)
    LOG.info("%s given of %s packs, refused %s", len(parts), codes, dict(refused))
    assert set(given) == set(wishes)
    assert set(refused) <= REFUSALS
    assert len(parts) + refused.total() == codes * WISHES
    assert all(given[code] == PACK for code, wish in wishes.items() if None in wish)
    assert_fits(books, given)
    with rivals.begin() as session:
        assert_kept(session, parts)


def given_by(book: Books) -> list[Part]:
    return [(code, quantity) for code, told in book.given.items() for quantity in told]


def totals(parts: Sequence[Part]) -> Counter[str]:
    """Return what was given of each pack."""
    given = Counter[str]()
    for code, quantity in parts:
        given[code] += quantity
    return given


def assert_fits(books: Sequence[Books], given: Counter[str]) -> None:
    """No pack gave more than it held, and no wish was refused that would have fitted."""
    assert max(given.values()) <= PACK
    for book in books:
        for code, wish, *_ in book.refused:
            assert (wish or PACK) > PACK - given[code]


def assert_kept(session: Session, parts: Sequence[Part]) -> None:
    """Documents, events, states, ledger and seals all tell what the clients were told."""
    lines = session.execute(
        select(Unit.code, DispensingLine.quantity)
        .join(DispensingLine, DispensingLine.unit_id == Unit.id)
        .join(Dispensing, Dispensing.id == DispensingLine.dispensing_id)
    )
    events = session.execute(
        select(Unit.code, TraceEvent.quantity)
        .join(Unit, Unit.id == TraceEvent.unit_id)
        .where(TraceEvent.step == BizStep.DISPENSING)
    )
    taken = session.execute(select(Unit.code, Unit.consumed).where(Unit.consumed > 0))
    told = Counter(parts)
    assert Counter((code, quantity) for code, quantity in lines) == told
    assert Counter((code, quantity) for code, quantity in events) == told
    assert session.scalar(select(func.count()).select_from(Dispensing)) == len(parts)
    assert {row.code: row.consumed for row in taken} == totals(parts)
    assert inventory.prove(session) == []
    assert list(reconciliation.reconcile(session, now=clock.now()).differing) == []
    traceability.seal_turn(session, KEY, BASE, now=clock.now())
    verdict = traceability.verify_log(session, traceability.known_keys(session))
    assert verdict.seals
    assert verdict.findings == []

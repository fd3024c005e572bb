"""The page of a code: chapters, containers, corrections and holds, in few statements."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.inventory.models import PlaceKind
from app.kernel.actor import Actor
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, LotHold, TraceCorrection
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.packs import CARTON, happening, pack_code, received
from tests.factories.stock import NOW, a_lot, an_item, spot
from tests.queries import QueryCount


@pytest.fixture
def keeper(cast: Cast) -> Actor:
    return cast.actor("storekeeper")


@pytest.fixture
def pack(session: Session, keeper: Actor) -> str:
    """A pack that came in a carton and went into a tote, and onto a vehicle."""
    item = an_item(session, coded=True)
    packs = received(session, keeper, a_lot(session, item), item)
    bin_ = spot(session, keeper.facility_id).place_id
    told = happening(keeper, BizStep.PACKING, bin_)
    tote = traceability.new_tote(session, keeper, "TT-0001", told)
    traceability.pack(session, keeper, (packs[:1], tote), happening(keeper, BizStep.PICKING, bin_))
    staging = spot(session, keeper.facility_id, PlaceKind.STAGING).place_id
    told = happening(keeper, BizStep.LOADING, staging, became=Disposition.IN_TRANSIT)
    traceability.move(session, keeper, [tote], (bin_, staging), told)
    session.commit()
    return pack_code(1)


def test_a_program_reads_the_containers_of_a_code(client_as: ClientAs, pack: str) -> None:
    told = client_as("storekeeper").get(f"/api/v1/units/{pack}").json

    assert told is not None
    found = [(one["code"], one["level"], one["depth"]) for one in told["containers"]]
    assert found == [(CARTON, "carton", 1), ("TT-0001", "tote", 1)]
    assert [one["until"] is None for one in told["containers"]] == [False, True]


def test_the_page_tells_holds_and_corrections_as_such(
    client_as: ClientAs, session: Session, cast: Cast, pack: str
) -> None:
    quality = cast.actor("quality")
    lot_id = traceability.get_unit(session, pack).lot_id
    assert lot_id is not None
    traceability.hold_lot(session, quality, lot_id, (LotHold.QUALITY, "外观异常"), now=NOW)
    events = traceability.life_line(session, quality, pack).events
    wrong, right = events[-2].event_id, events[-1].event_id
    session.add(TraceCorrection(event_id=right, corrects_id=wrong))
    session.commit()

    page = client_as("storekeeper").get(f"/c/{pack}").text

    for word in ("外观异常", "已被更正", "更正记录", CARTON, "TT-0001", "县内流转路线"):
        assert word in page


def test_the_page_asks_little(
    client_as: ClientAs, pack: str, count_queries: Callable[[], QueryCount]
) -> None:
    client = client_as("storekeeper")
    client.get(f"/c/{pack}")

    with count_queries() as queries:
        client.get(f"/c/{pack}")

    who_asks_and_the_bell = 3
    assert queries.count <= 5 + who_asks_and_the_bell, queries.statements

"""A recall of 50,000 coded packs over 40 sites, in nested cartons: the hold, and who holds what.

Packs lie in cartons, cartons on shelves or in totes; a tenth was given to patients. Beside the
lot lie four times as many packs of others. The floor is one hand-written statement that reads
the codes of the lot's packs and nothing else. ``SIZE=small`` runs a tenth of it.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from app import embedded
from app.accounts.models import UserAccount
from app.catalogue.models import Item, ItemKind, PackScheme, StorageClass
from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel import migrations
from app.kernel.actor import Actor, Permission
from app.kernel.db import open_engine
from app.kernel.ids import FacilityId, LotId, PlaceId
from app.kernel.rows import insert_rows
from app.network.models import Facility, FacilityKind
from app.recall import queries
from app.recall import service as recalls
from app.recall.models import Recall
from app.recall.rules import RecallClass, RecallKind
from app.recall.service import Order
from app.traceability import service as traceability
from app.traceability.models import Disposition, Unit, UnitLevel
from app.traceability.service import LotKey

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
IN_CARTON, PACK, CHUNK = 50, 24, 10_000
OTHERS, ROUNDS = 4, 5
HOLD_SECONDS, FIND_SECONDS = 0.2, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many sites hold how many packs each; a tenth of them went to patients."""

    sites: int = 40
    packs: int = 1250

    @property
    def given(self) -> int:
        """Packs of a site that went to patients."""
        return self.packs // 10


Sessions = sessionmaker[Session]
Site = tuple[FacilityId, PlaceId, PlaceId]


def report(_data: Path | None) -> None:
    """Print the table, from an embedded server of its own that forces every commit to disk."""
    size = Size(packs=125) if os.environ.get("SIZE") == "small" else Size()
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded.server(Path(folder) / "data", keep=True) as url,
    ):
        engine = open_engine(url, statement_seconds=600)
        migrations.upgrade(engine)
        sessions = sessionmaker(engine, expire_on_commit=False)
        began = perf_counter()
        actor, lot_ids = _lay(sessions, size)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
            plain.execute(text("ANALYZE"))
        total = size.sites * size.packs
        print(f"Recall: {total:,} packs of a lot at {size.sites} sites, {OTHERS * total:,} others,")
        print(f"laid in {perf_counter() - began:.0f} s")
        _measure(sessions, actor, lot_ids)
        engine.dispose()


def _measure(sessions: Sessions, actor: Actor, lot_ids: Sequence[LotId]) -> None:
    """Recall another lot first: a server has compiled its statements long ago."""
    lot_id = lot_ids[0]
    floors, finds = [], []
    for _ in range(ROUNDS):
        with sessions.begin() as session:
            floors.append(_floor(session, lot_id))
            began = perf_counter()
            found = queries.find_holders(session, [lot_id])
            finds.append(perf_counter() - began)
    _, cold = _recall(sessions, actor, lot_ids[1])
    recall, started = _recall(sessions, actor, lot_id)
    with sessions() as session:
        began = perf_counter()
        recalls.account_of(session, queries.get_recall(session, recall.id))
        account = perf_counter() - began
    print(
        f"found: {len(found.held)} places, {len(found.packs):,} packs, {len(found.given):,} given"
    )
    print("        ms     allowed  what")
    print(f"{started * 1e3:10,.0f}  {HOLD_SECONDS * 1e3:10,.0f}  hold committed, all holders told")
    print(f"{recall.held_ms:10,}           –  of which until the lot's row was taken")
    print(f"{cold * 1e3:10,.0f}           –  the same, the first one after the process began")
    print(f"{median(finds) * 1e3:10,.0f}  {FIND_SECONDS * 1e3:10,.0f}  full list of holders")
    print(f"{median(floors) * 1e3:10,.0f}           –  floor: the codes of the lot's packs alone")
    print(f"{account * 1e3:10,.0f}           –  the account that closes it")


def _recall(sessions: Sessions, actor: Actor, lot_id: LotId) -> tuple[Recall, float]:
    order = Order(
        lot_ids=[lot_id],
        kind=RecallKind.RECALL,
        recall_class=RecallClass.FIRST,
        reason="bench",
        instruction="bench",
    )
    with sessions() as session:
        began = perf_counter()
        recall = recalls.start(session, actor, order, now=NOW)
        session.commit()
        return recall, perf_counter() - began


def _floor(session: Session, lot_id: LotId) -> float:
    began = perf_counter()
    session.execute(select(Unit.code, Unit.capacity).where(Unit.lot_id == lot_id)).all()
    return perf_counter() - began


def _lay(sessions: Sessions, size: Size) -> tuple[Actor, list[LotId]]:
    with sessions.begin() as session:
        actor = _people(session, size)
        item = _item(session)
        lots = [_lot(session, item, number) for number in range(OTHERS + 1)]
        sites = [_site(session, facility_id) for facility_id in sorted(actor.facility_ids)]
        for site in sites:
            _stock(session, actor, site, lots, size)
    for lot_number, lot_id in enumerate(lots):
        for number, site in enumerate(sites):
            with sessions.begin() as session:
                _packs(session, (item, lot_id), (lot_number * len(sites) + number, site), size)
    with sessions.begin() as session:
        for number, site in enumerate(sites):
            _given(session, actor, (item, lots[0]), (number, site), size)
    return actor, lots


def _people(session: Session, size: Size) -> Actor:
    rows = [_facility(number) for number in range(size.sites)]
    session.add_all(rows)
    session.flush()
    user = UserAccount(
        username="bench", password_hash="", name="bench", facility_id=rows[0].id, is_demo=True
    )
    session.add(user)
    session.flush()
    return Actor(
        user_id=user.id,
        name="bench",
        facility_id=rows[0].id,
        facility_ids=frozenset(row.id for row in rows),
        permissions=frozenset(Permission),
    )


def _facility(number: int) -> Facility:
    kind = FacilityKind.TOWNSHIP_CLINIC if number else FacilityKind.CENTRAL_PHARMACY
    return Facility(
        code=f"F{number}",
        name=f"F{number}",
        short_name=f"F{number}",
        pinyin=f"f{number}",
        kind=kind,
        township="T",
        latitude=32.5,
        longitude=107.9,
        position_source="",
        population_source="",
        name_source="",
    )


def _item(session: Session) -> Item:
    item = Item(
        code="I1",
        kind=ItemKind.MEDICINE,
        name="I1",
        dose_form="",
        strength="",
        pinyin="i1",
        base_unit="x",
        pack_unit="x",
        units_per_pack=PACK,
        storage_class=StorageClass.AMBIENT,
        maker="M",
        price_fen=100,
        weight_grams=1,
        volume_cm3=1,
        is_coded=True,
        is_stocked=True,
        is_demo=True,
        source="",
    )
    session.add(item)
    session.flush()
    return item


def _lot(session: Session, item: Item, number: int) -> LotId:
    expires = date(2027, 12, 31)
    identity = LotKey(item_id=item.id, maker="M", lot_number=f"L{number}", expires_on=expires)
    return traceability.find_or_add_lot(session, identity).id


def _site(session: Session, facility_id: FacilityId) -> Site:
    shelf = inventory.stock_place(session, facility_id)
    patient = inventory.place_for(session, facility_id, PlaceKind.PATIENT)
    return facility_id, shelf.id, patient.id


def _stock(session: Session, actor: Actor, site: Site, lots: Sequence[LotId], size: Size) -> None:
    """Let the goods come from the supplier, and a tenth of the first lot go to patients."""
    facility_id, shelf, patient = site
    supplier = inventory.place_for(session, facility_id, PlaceKind.SUPPLIER).id
    came = PostingRequest(
        kind=PostingKind.OPENING,
        key=f"came-{facility_id}",
        facility_id=facility_id,
        document="BENCH",
        occurred_at=NOW,
        movements=[
            Movement(
                lot_id=lot_id,
                quantity=size.packs * PACK,
                source=Spot(supplier, facility_id),
                target=Spot(shelf, facility_id),
            )
            for lot_id in lots
        ],
    )
    inventory.post(session, actor, came, now=NOW)
    went = Movement(
        lot_id=lots[0],
        quantity=size.given * PACK,
        source=Spot(shelf, facility_id),
        target=Spot(patient, facility_id),
    )
    left = replace(came, kind=PostingKind.DISPENSE, key=f"left-{facility_id}", movements=[went])
    inventory.post(session, actor, left, now=NOW)


def _packs(session: Session, what: tuple[Item, LotId], at: tuple[int, Site], size: Size) -> None:
    """Lay cartons of packs on a site's shelf, each second carton inside a tote."""
    (item, lot_id), (number, (_, shelf, patient)) = what, at
    first = number * size.packs
    common = {"scheme": PackScheme.CN20, "consumed": 0, "is_open": False, "revision": 0}
    here = common | {"disposition": Disposition.IN_STOCK, "capacity": 0}
    of_lot = {"item_id": item.id, "lot_id": lot_id, "level": UnitLevel.CARTON}
    tote = here | {"item_id": None, "lot_id": None, "level": UnitLevel.TOTE}
    tote |= {"code": f"TOTE{number:06d}", "parent_id": None, "place_id": shelf}
    (tote_id,) = session.scalars(insert_rows(Unit, [tote]).returning(Unit.id)).all()
    cartons = [
        here
        | of_lot
        | {
            "code": f"8888000{first + start:013d}C",
            "parent_id": tote_id if start // IN_CARTON % 2 else None,
            "place_id": None if start // IN_CARTON % 2 else shelf,
        }
        for start in range(0, size.packs, IN_CARTON)
    ]
    ids = session.scalars(insert_rows(Unit, cartons).returning(Unit.id)).all()
    in_carton = here | of_lot | {"level": UnitLevel.PACK, "capacity": PACK, "place_id": None}
    gone = {"disposition": Disposition.DISPENSED, "parent_id": None, "place_id": patient}
    packs = [
        in_carton
        | {"code": f"8999000{first + one:013d}", "parent_id": ids[one // IN_CARTON]}
        | (gone if one < size.given else {})
        for one in range(size.packs)
    ]
    for start in range(0, len(packs), CHUNK):
        session.execute(insert_rows(Unit, packs[start : start + CHUNK]))


def _given(
    session: Session,
    actor: Actor,
    what: tuple[Item, LotId],
    at: tuple[int, Site],
    size: Size,
) -> None:
    """Write the documents of what went to patients."""
    (item, lot_id), (number, (facility_id, _, _)) = what, at
    papers = [
        {
            "reference": f"DP-20261122-{number:02d}{one:05d}",
            "facility_id": facility_id,
            "kind": DispensingKind.DISPENSE,
            "note": "",
            "tag": "routine",
            "user_id": actor.user_id,
            "happened_at": NOW,
        }
        for one in range(size.given)
    ]
    ids = session.scalars(insert_rows(Dispensing, papers).returning(Dispensing.id)).all()
    lines = [
        {"dispensing_id": key, "item_id": item.id, "lot_id": lot_id, "quantity": PACK}
        for key in ids
    ]
    session.execute(insert_rows(DispensingLine, lines))

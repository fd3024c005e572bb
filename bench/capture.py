"""A million announced codes, a carton of 400 by one scan, and what offline devices tell.

The floor of a capture is a bare request of the same size: the same acts told again, which are
only found and answered. ``SIZE=small`` announces a tenth.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import psutil
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app import embedded
from app.accounts import service as accounts
from app.accounts.models import RoleGrant, TokenKind, UserAccount
from app.accounts.queries import find_signed_in
from app.accounts.rules import Role
from app.capture import service as capture
from app.capture.rules import Act
from app.capture.service import Batch, Told
from app.catalogue.models import Item, ItemKind, StorageClass
from app.factory import create_app
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel import clock, migrations
from app.kernel.actor import Actor
from app.kernel.db import open_engine
from app.kernel.ids import FacilityId, LotId, PlaceId, UserId
from app.kernel.settings import Settings
from app.network.models import Facility, FacilityKind
from app.purchasing import service as purchasing
from app.purchasing.models import Supplier, SupplierLicence
from app.purchasing.rules import Label, LicenceKind
from app.purchasing.service import NoticeLine, OrderedItem, OrderRequest, PackCode
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition
from app.traceability.service import AnnouncedPack, Happening, LotKey

IN_CARTON, PACK, CARTONS = 400, 24, 20
ACTS, BATCHES = 1_000, 4
SIGNING = "of the benchmark, and long enough to sign with"
FAR = date(2028, 12, 31)
Sessions = sessionmaker[Session]


def report(_data: Path | None) -> None:
    """Print the table, from an embedded server of its own that forces every commit to disk."""
    packs = 100_000 if os.environ.get("SIZE") == "small" else 1_000_000
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded.server(Path(folder) / "data", keep=True) as url,
    ):
        engine = open_engine(url, statement_seconds=600)
        migrations.upgrade(engine)
        sessions = sessionmaker(engine, expire_on_commit=False)
        keeper, item = _people(sessions)
        print("        took     allowed  what")
        _scans(sessions, url, keeper, item)
        _captures(sessions, keeper, item)
        _announcement(sessions, (keeper, item), packs)
        engine.dispose()


def _scans(sessions: Sessions, url: str, keeper: Actor, item: Item) -> None:
    """Count cartons of 400 through the HTTP API, one scan each."""
    with sessions.begin() as session:
        reference = _receipt(session, keeper, item)
        token = accounts.issue_token(session, keeper.user_id, TokenKind.API, now=clock.now())
    app = create_app(Settings(database_url=url, secret_key=SIGNING, secure_cookies=False))
    with app.test_client() as client:
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token.text}"
        times = [_scan(client, reference, number) for number in range(CARTONS)]
    print(f"{median(times) * 1e3:9.1f} ms      100 ms  a carton of 400 received by one scan")


def _scan(client: FlaskClient, reference: str, number: int) -> float:
    began = perf_counter()
    told = {"code": _carton(number)}
    answer = client.post(f"/api/v1/receipts/{reference}/scans", json=told)
    taken = perf_counter() - began
    if (answer.json or {}).get("quantity") != IN_CARTON * PACK:
        raise RuntimeError(answer.text)
    return taken


def _receipt(session: Session, keeper: Actor, item: Item) -> str:
    now = clock.now()
    supplier = Supplier(
        code="S1", name="S1", city="", latitude=33.0, longitude=107.0, position_source="", phone=""
    )
    session.add(supplier)
    session.flush()
    session.add_all(
        SupplierLicence(supplier_id=supplier.id, kind=kind, number="1", expires_on=FAR)
        for kind in LicenceKind
    )
    wanted = OrderRequest(
        supplier_id=supplier.id,
        facility_id=keeper.facility_id,
        expected_on=now.date(),
        lines=[OrderedItem(item_id=item.id, packs=CARTONS * IN_CARTON, price_fen=100)],
    )
    order = purchasing.draft_order(session, keeper, wanted, now=now)
    purchasing.submit_order(session, keeper, order.reference, now=now)
    other = replace(keeper, user_id=_user(session, "other", keeper.facility_id))
    purchasing.approve_order(session, other, order.reference, now=now)
    purchasing.send_order(session, keeper, order.reference, now=now)
    notice = [_notice(item, number) for number in range(CARTONS)]
    purchasing.take_notice(session, keeper, order, notice, now=now)
    return purchasing.open_receipt(session, keeper, order.reference, now=now).reference


def _notice(item: Item, number: int) -> NoticeLine:
    codes = [
        PackCode(code=_pack(1, code), carton_code=_carton(number), capacity=PACK)
        for code in range(number * IN_CARTON, (number + 1) * IN_CARTON)
    ]
    label = Label(maker="M", lot_number=f"N{number}", expires_on=FAR)
    return NoticeLine(item_id=item.id, label=label, quantity=IN_CARTON * PACK, packs=codes)


def _captures(sessions: Sessions, keeper: Actor, item: Item) -> None:
    """Let a device tell of packs it gave, a thousand at a time, and of all of them again."""
    began = clock.now() - timedelta(hours=6)
    with sessions.begin() as session:
        _shelve(session, keeper, item, ACTS * BATCHES)
    fresh, again = [], []
    for number in range(BATCHES):
        acts = list(_gifts(number, began))
        fresh.append(_sent(sessions, keeper, acts))
        again.append(_sent(sessions, keeper, acts))
    rate, busy = (ACTS / median(times) for times in zip(*fresh, strict=True))
    floor, _ = (ACTS / median(times) for times in zip(*again, strict=True))
    print(f"{rate:9,.0f} /s    2,000 /s  validated unit events: packs given, a pack an act")
    print(f"{busy:9,.0f} /s           –  the same by processor time, ours and the database's")
    print(f"{floor:9,.0f} /s           –  floor: the same acts again, found and answered")


def _gifts(batch: int, began: datetime) -> Iterator[Told]:
    for number in range(batch * ACTS + 1, (batch + 1) * ACTS + 1):
        yield Told(
            device_seq=number,
            client_event_id=f"bench-act-{number}",
            act=Act.DISPENSE,
            event_time=began + timedelta(seconds=number),
            codes=(_pack(2, number - 1),),
        )


def _sent(sessions: Sessions, keeper: Actor, acts: Sequence[Told]) -> tuple[float, float]:
    """Return the seconds a batch took by the clock, and of both processors."""
    with sessions() as session:
        session.begin()
        backend = psutil.Process(session.scalars(select(func.pg_backend_pid())).one())
        started, worked = perf_counter(), process_time() + _worked(backend)
        told = Batch(device="bench", acts=acts)
        answers = capture.capture(session, keeper, told, now=clock.now())
        session.commit()
        taken = perf_counter() - started, process_time() + _worked(backend) - worked
    if any(answer.refusal for answer in answers):
        raise RuntimeError(answers[0].refusal)
    return taken


def _worked(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return spent.user + spent.system


def _shelve(session: Session, keeper: Actor, item: Item, packs: int) -> None:
    """Lay packs on the shelf, by code and in the book."""
    shelf = inventory.stock_place(session, keeper.facility_id)
    supplier = inventory.place_for(session, keeper.facility_id, PlaceKind.SUPPLIER)
    lot_id = _announce(session, keeper, item, (2, packs, False))
    units = traceability.get_units(session, [_pack(2, number) for number in range(packs)])
    earlier = clock.now() - timedelta(hours=7)
    told = _happening(keeper, BizStep.STORING, shelf.id, earlier)
    route = (supplier.id, shelf.id)
    traceability.move(session, keeper, list(units.values()), route, told)
    came = PostingRequest(
        kind=PostingKind.OPENING,
        key="bench",
        facility_id=keeper.facility_id,
        document="BENCH",
        occurred_at=earlier,
        movements=[
            Movement(
                lot_id=lot_id,
                quantity=packs * PACK,
                source=Spot(supplier.id, keeper.facility_id),
                target=Spot(shelf.id, keeper.facility_id),
            )
        ],
    )
    inventory.post(session, keeper, came, now=clock.now())


def _announcement(sessions: Sessions, what: tuple[Actor, Item], packs: int) -> None:
    keeper, item = what
    with sessions.begin() as session:
        began = perf_counter()
        _announce(session, keeper, item, (3, packs, True))
    taken = perf_counter() - began
    print(f"{taken:9.1f} s   {packs * 120 / 1e6:8.0f} s  {packs:,} codes announced with parents")


def _announce(session: Session, keeper: Actor, item: Item, what: tuple[int, int, bool]) -> LotId:
    kind, packs, in_cartons = what
    supplier = inventory.place_for(session, keeper.facility_id, PlaceKind.SUPPLIER)
    identity = LotKey(item_id=item.id, maker="M", lot_number=f"L{kind}", expires_on=FAR)
    lot = traceability.find_or_add_lot(session, identity)
    codes = [
        AnnouncedPack(
            code=_pack(kind, number),
            carton_code=_pack(kind + 5, number // IN_CARTON) if in_cartons else None,
            item_id=item.id,
            lot_id=lot.id,
            capacity=PACK,
        )
        for number in range(packs)
    ]
    told = _happening(keeper, BizStep.ANNOUNCING, supplier.id, clock.now() - timedelta(hours=8))
    told = replace(told, disposition=Disposition.ANNOUNCED)
    traceability.announce(session, keeper, codes, told)
    return lot.id


def _happening(keeper: Actor, step: BizStep, place: PlaceId, at: datetime) -> Happening:
    return Happening(
        step=step,
        disposition=Disposition.IN_STOCK,
        facility_id=keeper.facility_id,
        place_id=place,
        document="BENCH",
        event_time=at,
        recorded_at=at,
    )


def _pack(kind: int, number: int) -> str:
    return f"899900{kind}{number:013d}"


def _carton(number: int) -> str:
    return _pack(9, number)


def _people(sessions: Sessions) -> tuple[Actor, Item]:
    with sessions.begin() as session:
        centre = Facility(
            code="C1",
            name="C1",
            short_name="C1",
            pinyin="c1",
            kind=FacilityKind.CENTRAL_PHARMACY,
            township="T",
            latitude=32.5,
            longitude=107.9,
            position_source="",
            population_source="",
            name_source="",
        )
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
        session.add_all((centre, item))
        session.flush()
        user_id = _user(session, "bench", centre.id)
        (person,) = filter(None, [find_signed_in(session, user_id)])
        return person.actor, item


def _user(session: Session, name: str, facility_id: FacilityId) -> UserId:
    user = UserAccount(
        username=name, password_hash="", name=name, facility_id=facility_id, is_demo=True
    )
    session.add(user)
    session.flush()
    session.add_all(
        RoleGrant(user_id=user.id, facility_id=facility_id, role=role)
        for role in (Role.STOREKEEPER, Role.CLINIC)
    )
    session.flush()
    return user.id

"""Ten thousand acts of offline devices, three in ten sent twice, shuffled, the server killed.

Whatever is lost with a server is sent again; afterwards packs and stock must be what the ordered
run leaves. `pytest -m storm` runs it; the small one without a server is in test_capture.
"""

import json
import logging
import random
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import URL, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.accounts import service as accounts
from app.accounts.models import TokenKind
from app.capture import service as capture
from app.capture.models import CapturedEvent
from app.capture.rules import Act
from app.capture.service import Batch, Told
from app.inventory import service as inventory
from app.inventory.models import Place, StockBalance
from app.kernel import clock
from app.kernel.actor import Actor
from app.kernel.db import open_engine
from app.traceability.models import Unit
from tests import databases
from tests.factories.cast import Cast, the_cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import a_bin, pack_code
from tests.factories.stock import an_item
from tests.integration.test_killed_server import Server

Sessions = sessionmaker[Session]
LOG = logging.getLogger(__name__)
EACH = 20
"""Packs a device handles one after the other before it does the next thing with them."""
Sent = tuple[str, Told]


def packed(session: Session, cast: Cast, packs: int) -> Actor:
    """Lay packs on the clinic's shelf."""
    clinic = cast.actor("clinic")
    packs_on_shelf(session, clinic, an_item(session, coded=True), packs=packs)
    a_bin(session, clinic.facility_id, "B-01")
    return clinic


def days(began: datetime, devices: int, each: int) -> Iterator[Sent]:
    """Each device moves its packs, opens them, moves them back, gives more, counts."""
    for device in range(devices):
        number = 0
        for start in range(device * each, (device + 1) * each, EACH):
            packs = range(start + 1, start + EACH + 1)
            for act, quantity, place in (
                (Act.MOVE, None, "B-01"),
                (Act.DISPENSE, 5, ""),
                (Act.MOVE, None, "MAIN"),
                (Act.DISPENSE, 7, ""),
                (Act.COUNT, None, ""),
            ):
                for pack in packs:
                    number += 1
                    yield (
                        f"storm-{device}",
                        Told(
                            device_seq=number,
                            client_event_id=f"storm-{device}-{number}",
                            act=act,
                            event_time=began + timedelta(seconds=number),
                            codes=(pack_code(pack),),
                            quantity=quantity,
                            place=place,
                        ),
                    )


@pytest.fixture
def web(racing_url: str, tmp_path: Path) -> Iterator[Server]:
    running = Server(racing_url, tmp_path / "log")
    yield running
    running.kill()


def state(session: Session) -> list[tuple[object, ...]]:
    """Return what became of every pack, and what lies where."""
    packs = session.execute(
        select(Unit.code, Unit.consumed, Unit.disposition, Place.code)
        .outerjoin(Place, Place.id == Unit.place_id)
        .order_by(Unit.code)
    )
    stock = session.execute(
        select(Place.code, StockBalance.on_hand)
        .join(Place, Place.id == StockBalance.place_id)
        .order_by(Place.code, StockBalance.lot_id)
    )
    return [tuple(row) for row in (*packs, *stock)]


def chunks(acts: list[Sent], size: int) -> Iterator[tuple[str, list[Told]]]:
    """Return what devices send at once: acts of one device, in whatever order they come."""
    queues: dict[str, list[Told]] = {}
    for device, act in acts:
        queues.setdefault(device, []).append(act)
    for device, queue in queues.items():
        waiting = iter(queue)
        while batch := list(islice(waiting, size)):
            yield device, batch


@pytest.mark.storm
@pytest.mark.parametrize(
    "storm",
    [pytest.param((2, 20, 2), id="two-hundred"), pytest.param((20, 100, 10), id="ten-thousand")],
)
def test_a_storm_of_offline_acts_ends_as_the_ordered_run(
    server: URL, rivals: Sessions, web: Server, storm: tuple[int, int, int]
) -> None:
    devices, packs, kills = storm
    acts = list(days(clock.now() - timedelta(hours=8), devices, packs))
    with rivals.begin() as session:
        clinic = packed(session, the_cast(session), devices * packs)
        token = accounts.issue_token(session, clinic.user_id, TokenKind.API, now=clock.now()).text
    ordered = in_order(server, acts, devices * packs)

    chance = random.Random(11)
    mixed = acts + chance.sample(acts, len(acts) * 3 // 10)
    chance.shuffle(mixed)
    batches = list(chunks(mixed, max(7, packs)))
    chance.shuffle(batches)
    kill_at = set(chance.sample(range(len(batches)), kills))
    lost = 0
    for place, (device, batch) in enumerate(batches):
        body = json.dumps({"device": device, "events": [told_of(act) for act in batch]})
        if place in kill_at:
            send_and_kill(web, body.encode(), token)
        while not answered(web, body.encode(), token):
            lost += 1

    with rivals() as session:
        assert session.scalar(select(func.count()).select_from(CapturedEvent)) == len(acts)
        assert state(session) == ordered
        assert inventory.prove(session) == []
    LOG.info("%s acts, %s sent, %s unanswered sends", len(acts), len(mixed), lost)


def in_order(server: URL, acts: list[Sent], packs: int) -> list[tuple[object, ...]]:
    """Apply the acts as they happened, in a database of their own; return what they leave."""
    with databases.clone(server) as url:
        engine = open_engine(url, statement_seconds=60)
        sessions = sessionmaker(engine, expire_on_commit=False)
        with sessions.begin() as session:
            clinic = packed(session, the_cast(session), packs)
        for device, batch in chunks(acts, 500):
            with sessions.begin() as session:
                told = Batch(device=device, acts=batch)
                capture.capture(session, clinic, told, now=clock.now())
        with sessions() as session:
            left = state(session)
        engine.dispose()
    return left


def told_of(act: Told) -> dict[str, object]:
    return {
        "device_seq": act.device_seq,
        "client_event_id": act.client_event_id,
        "act": act.act.value,
        "event_time": act.event_time.isoformat(),
        "codes": list(act.codes),
        "quantity": act.quantity,
        "place": act.place,
    }


def send_and_kill(web: Server, body: bytes, token: str) -> None:
    """Send a batch and kill the server while it works."""
    with suppress(OSError, urllib.error.URLError):
        urllib.request.urlopen(a_request(web, body, token), timeout=0.05)  # noqa: S310 - our own address
    web.restart()


def answered(web: Server, body: bytes, token: str) -> bool:
    try:
        with urllib.request.urlopen(a_request(web, body, token), timeout=60) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 207)
    except (OSError, urllib.error.URLError):
        return False


def a_request(web: Server, body: bytes, token: str) -> urllib.request.Request:
    return urllib.request.Request(
        f"http://127.0.0.1:{web.port}/api/v1/captures",
        data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )

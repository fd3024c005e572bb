"""A platform that falls silent, breaks and answers late, and senders that are killed."""

import logging
import random
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.dispensing import service as dispensing
from app.dispensing.service import ConsumeRequest, Use
from app.kernel import clock
from app.uploads import service as uploads
from app.uploads.models import Upload
from app.uploads.outbound import Platform
from app.uploads.rules import Profile, UploadState, batch_number
from tests.factories.cast import Cast
from tests.factories.stock import a_lot, an_item, stocked
from tests.factories.uploads import BASE, hasty, known_to_the_insurance
from tests.platforms import platform
from tests.racing import at_once
from tests.sending import Sending, send_until_killed
from tools.platform_simulator import Behaviour, Simulator

Sessions = sessionmaker[Session]
LOG = logging.getLogger(__name__)
HASTY = hasty(timeout=0.3, quiet=2.0, lease=1.2, first_delay=0.05, longest_delay=0.4)
TROUBLE = Behaviour(
    silent=0.12,
    silence_ms=600,
    late=0.08,
    late_ms=500,
    broken=0.08,
    broken_after=0.08,
    missing_queries=0.15,
    latency_ms=3,
    repeats="take",
)
PATIENCE_SECONDS = 1200
OPENING = 1
"""The message of the opening stock, acknowledged before the storm begins."""
FULL = pytest.param((1000, 3, 20), marks=pytest.mark.storm, id="a-thousand")


def work_done(rivals: Sessions, cast: Cast, count: int) -> None:
    """Let a clinic use goods so many times."""
    clinic, now = cast.actor("clinic"), clock.now()
    with rivals.begin() as session:
        item = an_item(session)
        stocked(session, clinic, a_lot(session, item), 240_000, now=now)
        uploads.derive(session, BASE, None, now=now + timedelta(hours=1))
        session.execute(update(Upload).values(state=UploadState.ACKED, settled_at=now))
        for _ in range(count // 20):
            uses = [Use(item_id=item.id, quantity=1)]
            request = ConsumeRequest(facility_id=clinic.facility_id, uses=uses)
            for _ in range(20):
                dispensing.consume(session, clinic, request, now=now)
        known_to_the_insurance(session)


def states(rivals: Sessions) -> Counter[UploadState]:
    with rivals() as session:
        rows = session.execute(select(Upload.state, func.count()).group_by(Upload.state))
        return Counter({row[0]: row[1] for row in rows})


def told_twice_or_never(rivals: Sessions, simulator: Simulator) -> tuple[int, int]:
    """Hold our messages against the platform's own book."""
    with rivals() as session:
        ours = session.scalars(select(Upload.id).where(Upload.attempts > 0)).all()
    taken = {key.split("/")[1]: count for key, count in simulator.book.taken.items() if count}
    twice = sum(count > 1 for count in taken.values())
    never = sum(batch_number(one) not in taken for one in ours)
    return twice, never


def send_and_kill(
    sending: Sending, rivals: Sessions, messages: int, *, kills: int, senders: int
) -> None:
    """Let processes send; kill one of them at random again and again, then let them finish."""
    context: Any = get_context("forkserver")
    context.set_forkserver_preload(["tests.sending"])
    chance = random.Random(7)

    def start() -> Any:
        process = context.Process(target=send_until_killed, args=(sending,), daemon=True)
        process.start()
        return process

    running = [start() for _ in range(senders)]
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while states(rivals) != {UploadState.ACKED: messages + OPENING}:
            assert time.monotonic() < deadline, states(rivals)
            time.sleep(chance.uniform(0.2, 0.6))
            if kills:
                kills -= 1
                victim = running.pop(chance.randrange(len(running)))
                victim.kill()
                victim.join()
                running.append(start())
    finally:
        for process in running:
            process.kill()
            process.join()


@pytest.mark.parametrize("size", [pytest.param((60, 2, 4), id="sixty"), FULL])
def test_every_message_is_taken_once_whatever_happens(
    rivals: Sessions,
    racing_cast: Cast,
    racing_url: str,
    size: tuple[int, int, int],
) -> None:
    messages, senders, kills = size
    work_done(rivals, racing_cast, messages)
    started = time.monotonic()

    with platform(TROUBLE) as (simulator, url):
        sending = Sending(database_url=racing_url, platform_url=url, profile=HASTY)
        send_and_kill(sending, rivals, messages, kills=kills, senders=senders)
        twice, never = told_twice_or_never(rivals, simulator)
        taken = sum(simulator.book.taken.values())

    with rivals() as session:
        tried = session.scalar(select(func.sum(Upload.attempts)))
    LOG.info(
        "%d taken of %d requests, %s attempts, %.0f s",
        taken,
        simulator.book.requests,
        tried,
        time.monotonic() - started,
    )
    assert (twice, never, taken) == (0, 0, messages)


def test_telling_again_blindly_is_taken_twice(rivals: Sessions, racing_cast: Cast) -> None:
    """The control: what got no answer is simply sent again."""
    work_done(rivals, racing_cast, 20)
    naive = replace(HASTY, patience=replace(HASTY.patience, quiet=timedelta()))

    with platform(replace(TROUBLE, silent=0.5, silence_ms=350)) as (simulator, url):
        _tell_blindly(rivals, naive, url)
        twice, _ = told_twice_or_never(rivals, simulator)

    assert twice > 0


def _tell_blindly(rivals: Sessions, profile: Profile, url: str) -> None:
    server = Platform(url=url, timeout_seconds=0.3)
    for _ in range(2):
        with rivals.begin() as session:
            uploads.derive(session, profile, None, now=clock.now())
            told = uploads.claim(session, profile, 20, now=clock.now())
        for one in told:
            server.send(one.body, until=time.monotonic() + 5)
        with rivals.begin() as session:
            session.execute(
                update(Upload)
                .where(Upload.state == UploadState.CLAIMED)
                .values(state=UploadState.PENDING, lease_until=None)
            )


def test_two_senders_never_claim_the_same(rivals: Sessions, racing_cast: Cast) -> None:
    work_done(rivals, racing_cast, 40)
    with rivals.begin() as session:
        uploads.derive(session, HASTY, None, now=clock.now())

    def claim() -> list[int]:
        with rivals.begin() as session:
            claimed = uploads.claim(session, HASTY, 10, now=clock.now())
            return [one.upload_id for one in claimed]

    found = at_once(claim, rivals=4)

    ids = [one for part in found for one in part]
    assert len(ids) == len(set(ids)) == 40

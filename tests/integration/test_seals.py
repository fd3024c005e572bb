from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.errors import NotFound
from app.kernel.keyfile import KeyFile
from app.traceability import service as traceability
from app.traceability.errors import BaseChanged, CheckpointUnknown
from app.traceability.models import BizStep
from app.traceability.rules.auditing import Fault, Finding
from app.traceability.rules.merkle import consistent
from app.traceability.rules.sealing import MOST_EVENTS
from app.traceability.service import Verdict
from tests.factories.cast import Cast, the_cast
from tests.factories.packs import happening
from tests.factories.stock import NOW, spot
from tests.factories.trace_log import BASE, KEY, SealedLog, a_sealed_log, seal_all, without_guards

FIFTH = 5
"""The seq that most changes hit; the totes of the first turn end with seq 7 at the centre."""


@pytest.fixture
def log(session: Session, cast: Cast) -> SealedLog:
    return a_sealed_log(session, cast)


def verify(session: Session) -> Verdict:
    return traceability.verify_log(session, traceability.known_keys(session))


def test_a_log_that_nobody_touched_is_whole(session: Session, log: SealedLog) -> None:
    verdict = verify(session)

    assert verdict.findings == []
    assert verdict.events == len(log.central) + len(log.clinic)
    assert (verdict.seals, verdict.sites) == (6, 2)
    assert traceability.unsealed(session) == 0


CHANGES = {
    "reason": "UPDATE trace_event SET reason = 'x' WHERE id = :event",
    "blank": "UPDATE trace_event SET reason = ' ' WHERE id = :event",
    "time": "UPDATE trace_event SET event_time = event_time + interval '1 ms' WHERE id = :event",
    "recorded": "UPDATE trace_event SET recorded_at = recorded_at + interval '1 us'"
    " WHERE id = :event",
    "actor": "UPDATE trace_event SET user_id = (SELECT max(id) FROM user_account)"
    " WHERE id = :event",
    "document": "UPDATE trace_event SET document = document || '0' WHERE id = :event",
    "step": "UPDATE trace_event SET step = 8 WHERE id = :event",
    "disposition": "UPDATE trace_event SET disposition = 9 WHERE id = :event",
    "place": "UPDATE trace_event SET place_id = (SELECT min(id) FROM place) WHERE id = :event",
    "quantity": "UPDATE trace_event SET quantity = 1 WHERE id = :event",
    "unit": "UPDATE trace_event SET unit_id = (SELECT min(id) FROM unit) WHERE id = :event",
    "code": "UPDATE unit SET code = code || 'x'"
    " WHERE id = (SELECT unit_id FROM trace_event WHERE id = :event)",
    "another unit": "INSERT INTO event_unit SELECT :event, min(id), 0 FROM unit",
    "second person": "INSERT INTO trace_second SELECT :event, min(id) FROM user_account",
    "correction": "INSERT INTO trace_correction SELECT :event, min(id) FROM trace_event",
    "device": "INSERT INTO trace_client_event VALUES (:event, 'e', 'PDA', 3)",
    "exchanged": """
        UPDATE trace_event e SET unit_id = o.unit_id FROM trace_event o
        WHERE (e.id, o.id) IN ((:event, :next), (:next, :event))""",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_29_the_first_changed_event_is_named(session: Session, log: SealedLog, change: str) -> None:
    without_guards(session)
    names = {"event": log.central[FIFTH - 1], "next": log.central[FIFTH]}

    session.execute(text(change), {name: names[name] for name in names if f":{name}" in change})

    assert verify(session).findings == [Finding(log.facility_id, FIFTH, Fault.CHANGED)]


def test_what_an_event_of_several_names_is_sealed_with_it(session: Session, log: SealedLog) -> None:
    without_guards(session)
    taken = "DELETE FROM event_unit WHERE unit_id = (SELECT max(unit_id) FROM event_unit)"

    session.execute(text(taken))

    assert verify(session).findings == [Finding(log.facility_id, 1, Fault.CHANGED)]


def test_a_deleted_an_inserted_and_a_moved_event_are_named(
    session: Session, log: SealedLog
) -> None:
    without_guards(session)
    copied = """
        INSERT INTO trace_event OVERRIDING SYSTEM VALUE
        SELECT event_time, recorded_at, :gap, unit_id, quantity, facility_id, user_id, place_id,
               step, disposition, document, reason FROM trace_event WHERE id = :event"""
    fifth = {"event": log.central[FIFTH - 1]}
    moved = "UPDATE trace_event SET facility_id = (SELECT facility_id FROM trace_event"
    moved += " WHERE id = :clinic) WHERE id = :event"
    found = []

    for statement, names in (
        ("DELETE FROM trace_event WHERE id = :event", fifth),
        (copied, {**fifth, "gap": log.gap}),
        (moved, {**fifth, "clinic": log.clinic[0]}),
    ):
        with session.begin_nested() as undone:
            session.execute(text(statement), names)
            found.append(verify(session).findings)
            undone.rollback()

    after_gap = sum(event < log.gap for event in log.central) + 1
    assert found[0] == [Finding(log.facility_id, FIFTH, Fault.MISSING)]
    assert found[1] == [Finding(log.facility_id, after_gap, Fault.INSERTED)]
    assert found[2][0] == Finding(log.facility_id, FIFTH, Fault.MISSING)
    assert found[2][1].fault is Fault.INSERTED


SEAL_CHANGES = {
    "head": "head = sha256(head)",
    "links": "links = set_byte(links, 5, 255 - get_byte(links, 5))",
    "root": "root = sha256(root)",
    "tree": "tree = sha256(tree)",
    "signature": "signature = set_byte(signature, 9, 255 - get_byte(signature, 9))",
    "events": "events = set_byte(events, 1, get_byte(events, 1) + 1)",
    "time": "sealed_at = sealed_at + interval '1 s'",
    "first": "first_seq = first_seq + 1",
    "number": "number = number + 7",
    "horizon": "horizon = horizon + 1",
}


@pytest.mark.parametrize("change", SEAL_CHANGES.values(), ids=SEAL_CHANGES)
def test_a_changed_seal_is_named_by_the_events_it_closes(
    session: Session, log: SealedLog, change: str
) -> None:
    without_guards(session)
    second = {"site": log.facility_id}

    session.execute(
        text(f"UPDATE trace_seal SET {change} WHERE facility_id = :site AND number = 2"), second
    )

    (finding,) = verify(session).findings
    assert finding.facility_id == log.facility_id
    assert 8 <= finding.seq <= 11


def test_a_seal_that_is_gone_is_named(session: Session, log: SealedLog) -> None:
    without_guards(session)

    session.execute(
        text("DELETE FROM trace_seal WHERE facility_id = :site AND number = 2"),
        {"site": log.facility_id},
    )

    (finding,) = verify(session).findings
    assert (finding.facility_id, finding.seq) == (log.facility_id, 8)


def test_only_a_kept_checkpoint_shows_that_the_tail_was_cut(
    session: Session, log: SealedLog
) -> None:
    keys = traceability.known_keys(session)
    kept = traceability.newest_checkpoint(session, log.facility_id)
    assert kept is not None
    assert traceability.check_checkpoint(session, kept.text(), keys) is None
    without_guards(session)
    session.execute(text("DELETE FROM trace_event WHERE id >= :tail"), {"tail": log.central[-2]})
    assert verify(session).findings[0].seq == len(log.central) - 1

    last = "(SELECT max(horizon) FROM trace_seal)"
    session.execute(text(f"DELETE FROM trace_event WHERE id > ({last.replace('max', 'min')})"))
    session.execute(text("DELETE FROM trace_seal WHERE number > 1"))

    assert verify(session).findings == []
    cut = traceability.check_checkpoint(session, kept.text(), keys)
    assert cut == Finding(log.facility_id, 8, Fault.CUT)
    with pytest.raises(CheckpointUnknown):
        traceability.check_checkpoint(session, kept.text().replace(".3.", ".2.", 1), keys)
    with pytest.raises(CheckpointUnknown):
        traceability.check_checkpoint(session, "no checkpoint", keys)


def test_a_log_rewritten_by_the_owner_of_the_key_is_not_that_of_the_checkpoint(
    session: Session, log: SealedLog
) -> None:
    kept = traceability.newest_checkpoint(session, log.facility_id)
    assert kept is not None
    without_guards(session)
    session.execute(text("DELETE FROM trace_seal"))
    session.execute(text("DELETE FROM trace_frontier"))
    session.execute(
        text("UPDATE trace_event SET reason = 'x' WHERE id = :e"), {"e": log.central[4]}
    )
    for _ in range(3):
        seal_all(session)
    keys = traceability.known_keys(session)

    assert verify(session).findings == []
    found = traceability.check_checkpoint(session, kept.text(), keys)
    assert found is not None
    assert found.fault in {Fault.REWRITTEN, Fault.CUT}


def test_every_event_is_proven_to_be_in_the_log_and_the_log_to_have_grown(
    session: Session, cast: Cast, log: SealedLog
) -> None:
    keeper = cast.actor("storekeeper")

    for seq, event_id in enumerate(log.central, 1):
        proof = traceability.prove_event(session, keeper, event_id)
        assert proof.seq == seq
        assert traceability.holds(proof, KEY.public)
        assert not traceability.holds(proof, bytes(32))
    growth = traceability.prove_growth(session, keeper, keeper.facility_id, 2)
    old, new = growth.older, growth.newer
    assert consistent((old.seals, old.tree), (new.seals, new.tree), growth.path)
    with pytest.raises(NotFound):
        traceability.prove_event(session, cast.actor("clinic"), log.central[0])
    with pytest.raises(NotFound):
        traceability.prove_growth(session, keeper, keeper.facility_id, 9)


def test_an_event_in_flight_is_waited_for_and_not_left_behind(
    rivals: sessionmaker[Session],
) -> None:
    with rivals.begin() as session:
        cast = the_cast(session)
        keeper = cast.actor("storekeeper")
        shelf = spot(session, keeper.facility_id).place_id
    told = happening(keeper, BizStep.PACKING, shelf)
    slow, fast = rivals(), rivals()
    traceability.new_tote(slow, keeper, "TT-SLOW", told)
    traceability.new_tote(fast, keeper, "TT-FAST", told)
    fast.commit()

    with rivals.begin() as session:
        signer = traceability.signer_of(session, KEY.public, BASE, KEY.sign, now=NOW)
        early = traceability.seal(session, signer, now=NOW, patience=0.1)
    slow.commit()
    with rivals.begin() as session:
        late = traceability.seal(session, signer, now=NOW, patience=5)
        assert verify(session).findings == []

    assert (early.settled, early.events) == (False, 0)
    assert (late.settled, late.events) == (True, 2)


def test_the_base_of_identifiers_stays_that_of_the_first_seal(
    session: Session, log: SealedLog
) -> None:
    with pytest.raises(BaseChanged):
        traceability.seal_turn(session, KEY, "https://other.example", now=NOW)


def test_the_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    kept = tmp_path / "keys" / "trace.key"

    made = KeyFile.kept_at(kept)

    assert KeyFile.kept_at(kept).public == made.public
    assert kept.stat().st_mode & 0o777 == 0o600


GROWING = ("trace_event", "event_unit", "trace_correction", "trace_client_event")


@pytest.mark.parametrize("table", [*GROWING, "trace_second", "trace_seal", "trace_key"])
def test_not_even_the_owner_changes_the_log(session: Session, log: SealedLog, table: str) -> None:
    for change in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(DBAPIError, match="only grows"), session.begin_nested():
            session.execute(text(change))


def test_a_busy_minute_is_closed_by_several_seals_and_proofs_stay_short(
    session: Session, cast: Cast, log: SealedLog
) -> None:
    many = """
        INSERT INTO trace_event (event_time, recorded_at, unit_id, quantity, facility_id, user_id,
                                 place_id, step, disposition, document, reason)
        SELECT event_time, recorded_at, unit_id, quantity, facility_id, user_id, place_id, step,
               disposition, document || n, reason
        FROM trace_event, generate_series(1, 1100) n WHERE id = :event"""
    session.execute(text(many), {"event": log.central[-1]})
    seal_all(session)
    last = session.scalars(text("SELECT max(id) FROM trace_event")).one()

    proof = traceability.prove_event(session, cast.actor("storekeeper"), last)

    assert verify(session).findings == []
    assert (proof.checkpoint.seals, proof.size) == (5, 1100 - MOST_EVENTS)
    assert len(proof.seal_path) + len(proof.path) <= 20
    assert traceability.holds(proof, KEY.public)

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.traceability.rules.merkle import consistent, included, leaf_hash
from app.traceability.rules.sealing import Checkpoint
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.trace_log import KEY, a_sealed_log, without_guards


def test_a_proof_fetched_over_http_is_checked_with_the_public_key_alone(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    log = a_sealed_log(session, cast)
    session.commit()
    keeper = client_as("storekeeper")

    proof = keeper.get(f"/api/v1/trace-events/{log.central[4]}/proof").get_json()
    growth = keeper.get(f"/api/v1/facilities/{log.facility_id}/trace-growth/2").get_json()
    newest = keeper.get(f"/api/v1/facilities/{log.facility_id}/trace-checkpoint").get_json()

    kept = Checkpoint.parse(proof["checkpoint"]["text"])
    body = bytes.fromhex(proof["body"])
    way = [bytes.fromhex(step) for step in proof["seal_path"]]
    leaf = leaf_hash(bytes.fromhex(proof["leaf"]))
    assert included(leaf, proof["index"], proof["size"], way, body[-32:])
    up = [bytes.fromhex(step) for step in proof["path"]]
    assert included(leaf_hash(body), proof["seal"], kept.seals, up, kept.tree)
    assert kept.signed_by(KEY.public)
    assert newest["text"] == kept.text()
    old, new = (Checkpoint.parse(growth[which]["text"]) for which in ("older", "newer"))
    path = [bytes.fromhex(step) for step in growth["path"]]
    assert consistent((old.seals, old.tree), (new.seals, new.tree), path)
    clinic = client_as("clinic")
    assert clinic.get(f"/api/v1/trace-events/{log.central[4]}/proof").status_code == 404
    assert clinic.get(f"/api/v1/trace-events/{2**40}/proof").status_code == 404


def test_the_command_says_whether_the_log_is_whole_and_where_it_is_not(
    app: Flask, session: Session, cast: Cast, client_as: ClientAs
) -> None:
    log = a_sealed_log(session, cast)
    session.commit()
    run = app.test_cli_runner().invoke
    address = f"/api/v1/facilities/{log.facility_id}/trace-checkpoint"
    kept = client_as("storekeeper").get(address).get_json()["text"]

    whole = run(args=["verify-trace", "--checkpoint", kept])
    untrusted = run(args=["verify-trace", "--trust", "00"])
    without_guards(session)
    changed = text("UPDATE trace_event SET reason = 'x' WHERE id = :event")
    session.execute(changed, {"event": log.central[6]})
    session.commit()
    broken = run(args=["verify-trace", "--processes", "1"])

    assert (whole.exit_code, "0 sites broken" in whole.output) == (0, True)
    assert untrusted.exit_code == 1
    assert broken.exit_code == 1
    assert "first bad seq 7: an event was changed" in broken.output
    assert run(args=["verify-trace", "--checkpoint", "TC1.nothing"]).exit_code == 1


def test_proofs_written_by_the_command_are_checked_by_the_other(
    app: Flask, session: Session, cast: Cast
) -> None:
    log = a_sealed_log(session, cast)
    session.commit()
    run, key = app.test_cli_runner().invoke, KEY.public.hex()

    inclusion = run(args=["prove-trace", str(log.clinic[3])]).output
    growth = run(args=["prove-trace", "--site", cast.central.code, "--seals", "1"]).output
    changed = inclusion.replace('"index": 3', '"index": 2')

    for proof in (inclusion, growth):
        assert run(args=["check-proof", "--key", key], input=proof).exit_code == 0
        assert run(args=["check-proof", "--key", "00" * 32], input=proof).exit_code == 1
    assert run(args=["check-proof", "--key", key], input=changed).exit_code == 1
    assert run(args=["check-proof", "--key", key], input="{}").exit_code == 1
    assert run(args=["prove-trace", str(2**40)]).exit_code == 1
    assert run(args=["prove-trace", "--site", "NONE"]).exit_code == 1

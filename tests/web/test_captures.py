"""Devices send what they did without a signal: a status for each act, whatever the others got."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.kernel import clock
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import pack_code
from tests.factories.stock import an_item


def an_act(number: int, **more: object) -> dict[str, object]:
    """Return an act of the last hour."""
    moment = clock.now() - timedelta(minutes=60 - number)
    return {
        "device_seq": number,
        "client_event_id": f"web-act-{number}",
        "act": "dispense",
        "event_time": moment.isoformat(),
        "codes": [pack_code(number)],
        **more,
    }


def test_a_batch_of_unreadable_acts_is_answered_act_by_act(client_as: ClientAs) -> None:
    acts = [an_act(1, act="juggle"), an_act(2, codes="none")]

    answer = client_as("clinic").post("/api/v1/captures", json={"device": "pda-8", "events": acts})

    assert answer.status_code == 207
    told = (answer.json or {})["events"]
    assert [(one["status"], one["code"]) for one in told] == [(422, "event-unreadable")] * 2


def test_each_act_of_a_batch_gets_a_status_of_its_own(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True), packs=3)
    session.commit()
    clinic = client_as("clinic")
    acts = [
        an_act(1),
        an_act(2, quantity=4),
        an_act(3, codes=["89990009999999999999"]),
        an_act(4, event_time=(clock.now() + timedelta(hours=1)).isoformat()),
        an_act(5, act="juggle"),
        an_act(9),
    ]

    first = clinic.post("/api/v1/captures", json={"device": "pda-9", "events": acts})
    changed = [acts[0], an_act(2, quantity=5, event_time=acts[1]["event_time"])]
    again = clinic.post("/api/v1/captures", json={"device": "pda-9", "events": changed})

    assert first.status_code == 207
    told = first.json or {}
    assert [one["status"] for one in told["events"]] == [201, 201, 422, 422, 422, 202]
    assert [one["code"] for one in told["events"]][2:] == [
        "unknown-code",
        "time-invalid",
        "event-unreadable",
        "",
    ]
    assert (told["accepted"], told["refused"]) == (3, 3)
    assert all(one["late"] for one in told["events"][:2])
    repeated = (again.json or {})["events"]
    assert [(one["status"], one["replay"]) for one in repeated] == [(200, True), (409, False)]
    assert repeated[0]["documents"] == told["events"][0]["documents"]
    assert repeated[1]["code"] == "idempotency-conflict"


def test_the_same_pack_given_by_two_devices_puts_a_patient_on_the_list(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True), packs=1)
    session.commit()
    clinic = client_as("clinic")
    one = {"device": "pda-1", "events": [an_act(1)]}
    other = {"device": "pda-2", "events": [an_act(1, client_event_id="other-act-1", note="李某")]}

    clinic.post("/api/v1/captures", json=one)
    answer = clinic.post("/api/v1/captures", json=other)
    page = clinic.get("/call-backs").text
    (row,) = (clinic.get("/api/v1/call-backs").json or {})["rows"]
    closed = clinic.post(f"/api/v1/call-backs/{row['id']}/result", json={"result": "已联系"})

    assert (answer.json or {})["events"][0]["status"] == 202
    assert (answer.json or {})["events"][0]["outcome"] == "conflict-later"
    assert pack_code(1) in page
    assert row["note"] == "李某"
    assert closed.status_code == 204
    assert (clinic.get("/api/v1/call-backs").json or {})["rows"] == []

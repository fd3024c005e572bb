"""The scans' address: up to a hundred events, each answered, none of them fatal."""

from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delivery.models import DeliveryScan
from app.delivery.queries import RunView
from app.fulfilment.models import Tote
from app.kernel.local_time import local_day
from app.kernel.signing import Printed, Signer
from app.traceability.rules.contents import own_link
from tests.conftest import SECRET, ClientAs
from tests.factories.cast import Cast
from tests.factories.fleet import two_stops
from tests.factories.stock import NOW

PATH = "/api/v1/driver/scans"
Two = tuple[RunView, Tote, Tote]
_numbers = count(1)


@pytest.fixture
def two(session: Session, cast: Cast) -> Two:
    made = two_stops(session, cast)
    session.commit()
    return made


def an_event(run: RunView, kind: str, code: str = "", **facts: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "client_event_id": f"0f0f0f0f-{number:08d}",
        "device": "phone",
        "device_seq": number,
        "kind": kind,
        "run": run.reference,
        "code": code,
        "event_time": NOW.isoformat(),
        **facts,
    }


def sent(client: FlaskClient, *events: object) -> list[dict[str, str]]:
    answer = client.post(PATH, json={"events": list(events)})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    answers: list[dict[str, str]] = answer.json["events"]
    return answers


def test_a_totes_label_must_be_of_the_sheet_it_travels_under(client_as: ClientAs, two: Two) -> None:
    run, yudu, _ = two
    seal = Signer.derive(SECRET, "labels").seal(
        Printed(yudu.code, ("RQ-20200101-0001",), local_day(NOW))
    )
    link = own_link("https://tongcang.example", yudu.code, seal)

    (answer,) = sent(client_as("driver"), an_event(run, "load", link))

    assert (answer["outcome"], answer["code"]) == ("rejected", "stale-sheet")


def test_each_event_is_answered_in_its_place(client_as: ClientAs, two: Two) -> None:
    run, yudu, _ = two

    answers = sent(
        client_as("driver"),
        an_event(run, "load", yudu.code),
        {"client_event_id": "half an event"},
        "no event at all",
        an_event(run, "sing", yudu.code),
        an_event(run, "load", "TT-0"),
        an_event(run, "load", yudu.code),
    )

    assert [answer["outcome"] for answer in answers] == [
        "accepted",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
        "duplicate",
    ]
    assert [answer["code"] for answer in answers] == [
        "",
        "event-unreadable",
        "event-unreadable",
        "event-unreadable",
        "tote-not-planned",
        "",
    ]
    assert answers[1]["client_event_id"] == "half an event"
    assert "不在任何车次上" in answers[4]["detail"]


def test_a_lost_answer_is_asked_for_again_in_another_grouping(
    client_as: ClientAs, session: Session, two: Two
) -> None:
    run, yudu, yanchang = two
    client = client_as("driver")
    one, other = an_event(run, "load", yudu.code), an_event(run, "load", yanchang.code)

    sent(client, one, other)
    regrouped = sent(client, other) + sent(client, an_event(run, "depart"), one)

    assert [answer["outcome"] for answer in regrouped] == ["accepted"] * 3
    assert session.scalar(select(func.count()).select_from(DeliveryScan)) == 3


@pytest.mark.parametrize(
    "body",
    [{}, {"events": []}, {"events": [{}] * 101}, {"events": {}}, {"events": [{}], "more": 1}],
)
def test_a_batch_that_is_none_is_refused(
    client_as: ClientAs, two: Two, body: dict[str, object]
) -> None:
    assert client_as("driver").post(PATH, json=body).status_code == 422


def test_only_drivers_send_scans(client_as: ClientAs, two: Two) -> None:
    run, yudu, _ = two
    body = {"events": [an_event(run, "load", yudu.code)]}

    assert client_as(None).post(PATH, json=body).status_code == 401
    assert client_as("clinic").post(PATH, json=body).status_code == 403
    assert client_as("outsider").post(PATH, json=body).status_code == 403


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_grouping_and_repetition_gives_the_first_answers(
    client_as: ClientAs, two: Two, data: st.DataObject
) -> None:
    run, yudu, yanchang = two
    client = client_as("driver")
    events = [
        an_event(run, "load", yudu.code),
        an_event(run, "load", yanchang.code),
        an_event(run, "load", "TT-NOBODY"),
        an_event(run, "depart"),
        an_event(run, "arrive", stop=1),
    ]
    first = {answer["client_event_id"]: answer for answer in sent(client, *events)}

    again = data.draw(st.lists(st.sampled_from(events), min_size=1, max_size=8))

    for answer in sent(client, *again):
        assert answer == first[answer["client_event_id"]]


@pytest.mark.parametrize(
    "facts",
    [
        {"event_time": "9999-12-31T23:59:59+00:00"},
        {"event_time": "0001-01-01T00:00:00+00:00"},
        {"run": "车次"},
        {"code": "https://x/c/TT-0001\x1d"},
        {"code": "\U0001f69a" * 100},
        {"stop": 10_000},
        {"kind": "undo", "undoes": "none such"},
        {"device_seq": 2**53 - 1},
    ],
)
def test_an_odd_event_is_answered_and_nothing_breaks(
    client_as: ClientAs, two: Two, facts: dict[str, object]
) -> None:
    run, yudu, _ = two
    event = an_event(run, "arrive", yudu.code) | {"stop": 1} | facts

    (answer,) = sent(client_as("driver"), event)

    assert answer["outcome"] in ("accepted", "rejected")

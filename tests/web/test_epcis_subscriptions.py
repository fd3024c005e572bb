"""Subscribers are called over HTTPS, signed, again after failures, and miss nothing."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.models import UserAccount
from app.accounts.rules import Role
from app.epcis.jobs import Notifier
from app.epcis.models import CapturedEvent, Notification, Subscription
from app.epcis.outbound import Caller
from app.epcis.rules.answers import signature_of
from app.epcis.service import notifying
from tests.clients import client_of
from tests.factories.cast import Cast, a_person
from tests.factories.exchange import subscribed, told
from tests.factories.stock import NOW
from tests.official import events_in, faults_of
from tests.receivers import Call, Receiver, receiver

TOKEN = "13df38d8275b13f05704629e5f1cf3d45d6132d5"
ADDRESS = "/epcis/v2/queries/shipped/subscriptions"
Event = dict[str, Any]


@pytest.fixture
def partner(tmp_path: Path) -> Iterator[Receiver]:
    with receiver(tmp_path) as partner:
        yield partner


@pytest.fixture
def notifier(racing_app: Flask, partner: Receiver) -> Notifier:
    """What calls the partner, who is the only one the administrator allowed."""
    hosts = frozenset({partner.host})
    settings = racing_app.extensions["settings"]
    racing_app.extensions["settings"] = replace(settings, epcis_callback_hosts=hosts)
    return Notifier(app=racing_app, caller=Caller(hosts=hosts, tls=partner.tls))


@pytest.fixture
def system(racing_app: Flask, racing_cast: Cast, rivals: sessionmaker[Session]) -> FlaskClient:
    with rivals.begin() as session:
        a_person(session, "system", racing_cast.central, Role.EPCIS)
    with time_machine.travel(NOW, tick=False):
        return client_of(racing_app, "system")


@pytest.fixture
def at(notifier: Notifier) -> Callable[[float], bool]:
    """``at(seconds)`` lets the notifier work then; it returns whether anything was due."""

    def work(seconds: float) -> bool:
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            return notifier.turn()

    return work


def send(client: FlaskClient, address: str, body: Event, status: int = 201) -> Event:
    with time_machine.travel(NOW, tick=False):
        answer = client.post(address, json=body)
    assert answer.status_code == status, answer.text
    said: Event = answer.get_json()
    return said


def ids_in(call: Call) -> list[str]:
    return [event["eventID"] for event in events_in(json.loads(call.body))]


def test_a_subscriber_is_told_what_happens_signed_and_again_until_it_arrives(
    system: FlaskClient,
    partner: Receiver,
    at: Callable[[float], bool],
    rivals: sessionmaker[Session],
    racing_cast: Cast,
) -> None:
    send(system, "/epcis/v2/queries", {"name": "shipped", "query": {"EQ_bizStep": ["shipping"]}})
    wish = {"dest": f"https://{partner.host}/e?x=1", "signatureToken": TOKEN, "stream": True}
    made = send(system, ADDRESS, wish)
    keeper = racing_cast.actor("storekeeper")

    with rivals.begin() as session:
        told(session, keeper, "urn:uuid:1")
    at(0)
    with rivals.begin() as session:
        told(session, keeper, "urn:uuid:2")
    partner.answers += [503]
    at(10)
    was_early = at(15)
    at(25)
    at(31)

    first, failed, again = partner.calls
    assert [ids_in(call) for call in partner.calls] == [["urn:uuid:1"], *[["urn:uuid:2"]] * 2]
    assert not was_early
    assert events_in(json.loads(again.body)) == events_in(json.loads(failed.body))
    assert first.path == "/e?x=1"
    assert first.headers["GS1-Signature"] == signature_of(first.body, TOKEN)
    answer = json.loads(first.body)
    assert faults_of(answer) == []
    assert answer["epcisBody"]["queryResults"]["subscriptionID"] == made["subscriptionID"]
    with rivals() as session:
        log = session.execute(select(Notification.status, Notification.events)).all()
        assert [tuple(row) for row in log] == [(200, 1), (503, 1), (200, 1)]
    assert TOKEN not in json.dumps(made)


def test_a_schedule_is_kept_and_reports_that_nothing_was_new(
    system: FlaskClient, partner: Receiver, at: Callable[[float], bool]
) -> None:
    send(system, "/epcis/v2/queries", {"name": "shipped", "query": {}})
    hourly = {"dest": f"https://{partner.host}/", "schedule": {"minute": "0"}}
    send(system, ADDRESS, hourly | {"reportIfEmpty": True})
    send(system, ADDRESS, hourly)

    was_due = at(3599)
    at(3600)
    at(3601)

    assert not was_due
    assert [ids_in(call) for call in partner.calls] == [[]]
    with time_machine.travel(NOW, tick=False):
        shown = system.get(ADDRESS).get_json()
        for one in shown:
            assert system.delete(f"{ADDRESS}/{one['subscriptionID']}").status_code == 204
        assert system.get(ADDRESS).json == []
    assert [one["schedule"] for one in shown] == [{"minute": "0"}] * 2
    at(7200)
    assert len(partner.calls) == 1


def test_nothing_is_missed_that_is_committed_late(
    partner: Receiver,
    at: Callable[[float], bool],
    rivals: sessionmaker[Session],
    racing_cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Control: whoever reads up to the last key that can be seen passes the late one over."""
    monkeypatch.setattr(notifying, "PATIENCE_SECONDS", 0.05)
    keeper = racing_cast.actor("storekeeper")
    with rivals.begin() as session:
        subscribed(session, keeper, "all", {}, now=NOW, dest=f"https://{partner.host}/")

    with rivals.begin() as late:
        told(late, keeper, "urn:uuid:late")
        with rivals.begin() as session:
            told(session, keeper, "urn:uuid:early")
        with rivals() as session:
            seen = session.scalars(select(CapturedEvent.id)).one()
        at(0)
        told_meanwhile = len(partner.calls)
    at(10)

    assert told_meanwhile == 0
    assert [ids_in(call) for call in partner.calls] == [["urn:uuid:late", "urn:uuid:early"]]
    with rivals() as session:
        passed_over = select(CapturedEvent.event_id).where(CapturedEvent.id <= seen)
        assert session.scalars(passed_over.order_by(CapturedEvent.id)).first() == "urn:uuid:late"


def test_many_events_come_in_pages_and_a_lost_turn_changes_nothing(
    partner: Receiver,
    at: Callable[[float], bool],
    rivals: sessionmaker[Session],
    racing_cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notifying, "PAGE", 2)
    keeper = racing_cast.actor("storekeeper")
    past = {"recorded_from": NOW - timedelta(days=1), "dest": f"https://{partner.host}/"}
    with rivals.begin() as session:
        for number in range(3):
            told(session, keeper, f"urn:uuid:{number}")
        subscribed(session, keeper, "all", {}, now=NOW, **past)

    with rivals.begin() as session:
        (lost,) = notifying.claim(session, 5, now=NOW)
    was_claimed = not at(1)
    at(200)
    at(200)
    with rivals.begin() as session:
        notifying.end(session, lost, "too late", now=NOW)

    assert was_claimed
    assert [ids_in(call) for call in partner.calls] == [
        ["urn:uuid:0", "urn:uuid:1"],
        ["urn:uuid:2"],
    ]
    with rivals() as session:
        assert session.scalars(select(Subscription.ended_at)).one() is None


def test_who_may_not_read_any_more_is_not_told(
    partner: Receiver,
    at: Callable[[float], bool],
    rivals: sessionmaker[Session],
    racing_cast: Cast,
) -> None:
    keeper = racing_cast.actor("storekeeper")
    with rivals.begin() as session:
        subscribed(session, keeper, "all", {}, now=NOW, dest=f"https://{partner.host}/")
        told(session, keeper, "urn:uuid:1")
        session.get_one(UserAccount, keeper.user_id).active = False

    at(0)

    assert partner.calls == []
    with rivals() as session:
        ended = session.scalars(select(Subscription)).one()
        assert (ended.fault, ended.ended_at) == ("no-right", NOW)


@pytest.fixture
def offered(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client where one host may be called; the queries ``shipped`` and ``counted`` exist."""
    settings = replace(app.extensions["settings"], epcis_callback_hosts=frozenset({"a.example"}))
    monkeypatch.setitem(app.extensions, "settings", settings)
    client = client_of(app, "storekeeper")
    for name, query in (("counted", {"eventCountLimit": 5}), ("shipped", {})):
        client.post("/epcis/v2/queries", json={"name": name, "query": query})
    return client


@pytest.mark.parametrize(
    ("query", "wish", "exception"),
    [
        ("shipped", {"dest": "https://b.example/", "stream": True}, "InvalidURIException"),
        ("shipped", {"dest": "http://a.example/", "stream": True}, "InvalidURIException"),
        ("shipped", {"dest": "https://a.example/"}, "SubscriptionControlsException"),
        (
            "shipped",
            {"dest": "https://a.example/", "stream": True, "schedule": {"hour": "1"}},
            "SubscriptionControlsException",
        ),
        (
            "shipped",
            {"dest": "https://a.example/", "schedule": {"dayOfWeek": "8"}},
            "SubscriptionControlsException",
        ),
        (
            "counted",
            {"dest": "https://a.example/", "stream": True},
            "SubscribeNotPermittedException",
        ),
    ],
    ids=str,
)
def test_a_wrong_subscription_is_refused(
    offered: FlaskClient, query: str, wish: Event, exception: str
) -> None:
    answer = offered.post(f"/epcis/v2/queries/{query}/subscriptions", json=wish)

    assert answer.status_code == 400
    assert answer.get_json()["type"] == f"epcisException:{exception}"


def test_a_subscription_ends_with_its_query(offered: FlaskClient, session: Session) -> None:
    wish = {"dest": "https://a.example/", "stream": True}
    made = offered.post(ADDRESS, json=wish)
    was = offered.get(made.headers["Location"])
    offered.delete("/epcis/v2/queries/shipped")

    assert (was.status_code, was.get_json()["stream"]) == (200, True)
    assert offered.get(made.headers["Location"]).status_code == 404
    assert notifying.claim(session, 5, now=datetime.now(UTC) + timedelta(days=1)) == []


def test_the_log_of_calls_only_grows(session: Session) -> None:
    triggers = text("SELECT tgname FROM pg_trigger WHERE tgrelid = 'epcis_notification'::regclass")

    assert "only_grows" in session.scalars(triggers).all()

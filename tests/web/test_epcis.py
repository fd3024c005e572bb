"""The EPCIS binding over HTTP: capture by a supplier's system, query by those who may."""

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.catalogue.models import PackClass, PackScheme
from app.purchasing import service as purchasing
from app.purchasing.service import ScanRequest
from app.scheduler import HANDLERS
from app.traceability import service as traceability
from app.web.worker import run_next
from tests.clients import client_of
from tests.factories.cast import Cast, a_person
from tests.factories.receiving import CARTON, an_order, pack_code
from tests.factories.stock import NOW, an_item

BASE = "https://tongcang.example"
CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"example": "https://ns.example.com/epcis/"},
]
Event = dict[str, Any]


def uri(code: str) -> str:
    return f"{BASE}/c/{code}"


def made(*numbers: int) -> Event:
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-11-20T08:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [uri(pack_code(number)) for number in numbers],
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "ilmd": {"cbvmda:lotNumber": "L1", "cbvmda:itemExpirationDate": "2028-12-31"},
    }


def packed(*numbers: int) -> Event:
    return {
        "type": "AggregationEvent",
        "eventTime": "2026-11-20T09:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "parentID": uri(CARTON),
        "childEPCs": [uri(pack_code(number)) for number in numbers],
        "action": "ADD",
        "bizStep": "packing",
    }


def shipped(order: str) -> Event:
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-11-20T10:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [uri(CARTON)],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "bizTransactionList": [{"type": "po", "bizTransaction": f"{BASE}/doc/{order}"}],
    }


def warm(value: float, **more: Any) -> Event:
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-11-21T09:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"],
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987"},
        "sensorElementList": [
            {
                "sensorMetadata": {"time": "2026-11-21T09:00:00.000+08:00"},
                "sensorReport": [{"type": "Temperature", "value": value, "uom": "CEL"}],
            }
        ],
        "example:probe": {"example:serial": "P-7"},
        **more,
    }


def a_document(*events: Event) -> Event:
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-21T12:00:00+08:00",
        "epcisBody": {"eventList": list(events)},
    }


@pytest.fixture
def system(app: Flask, session: Session, cast: Cast) -> FlaskClient:
    """Another system of the central pharmacy, that sends events and asks for them."""
    a_person(session, "system", cast.central, Role.EPCIS)
    session.commit()
    return client_of(app, "system")


def captured(app: Flask, client: FlaskClient, document: Event, **headers: str) -> Event:
    """Send a document, let the worker work it off, and return the capture job."""
    answer = client.post("/epcis/v2/capture", json=document, headers=headers)
    assert answer.status_code == 202, answer.text
    assert client.get(answer.headers["Location"]).get_json()["running"] is True
    assert run_next(app, HANDLERS)
    job: Event = client.get(answer.headers["Location"]).get_json()
    assert job["running"] is False
    return job


def asked(client: FlaskClient, address: str, **parameters: Any) -> list[Event]:
    answer = client.get(f"/epcis/v2{address}", query_string=parameters)
    assert answer.status_code == 200, answer.text
    events: list[Event] = answer.get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return events


def test_what_a_supplier_told_is_known_at_the_receiving_dock(
    app: Flask, session: Session, cast: Cast, system: FlaskClient
) -> None:
    keeper = cast.actor("storekeeper")
    item = an_item(session, coded=True)
    kind = PackClass(
        scheme=PackScheme.CN20,
        class_key=pack_code(1)[:7],
        item_id=item.id,
        level=1,
        packs=1,
        is_demo=True,
    )
    session.add(kind)
    order = an_order(session, keeper, (item, 3 * item.units_per_pack))
    session.commit()

    before = captured(app, system, a_document(made(1, 2, 3), packed(1, 2, 3)))
    job = captured(app, system, a_document(shipped(order.reference)))

    units = traceability.get_units(session, [pack_code(1), CARTON])
    assert (before["stored"], before["announced"]) == (2, 0)
    assert (job["stored"], job["announced"], job["notes"]) == (1, 3, [])
    assert units[pack_code(1)].parent_id == units[CARTON].id
    receipt = purchasing.open_receipt(session, keeper, order.reference, now=NOW)
    purchasing.scan(session, keeper, receipt.reference, ScanRequest(code=CARTON), now=NOW)


def test_a_document_is_captured_whole_or_in_what_is_right(app: Flask, system: FlaskClient) -> None:
    wrong = warm(5.0) | {"action": "LOOK"}

    whole = captured(app, system, a_document(warm(4.0), wrong))
    part = captured(
        app, system, a_document(warm(4.0), wrong), **{"GS1-Capture-Error-Behaviour": "proceed"}
    )

    assert (whole["success"], whole["stored"]) == (False, 0)
    assert whole["errors"][0]["detail"].startswith("eventList[1] action")
    assert (part["success"], part["stored"]) == (False, 1)


def test_the_same_event_told_again_is_one_event(app: Flask, system: FlaskClient) -> None:
    captured(app, system, a_document(warm(4.0), warm(5.0)))
    again = captured(app, system, a_document(warm(5.0), warm(6.0), warm(6.0)))

    assert again["stored"] == 1
    assert len(asked(system, "/events", EXISTS_sensorElementList=1)) == 3


def test_another_event_under_a_known_id_is_kept_with_a_note(
    app: Flask, system: FlaskClient
) -> None:
    captured(app, system, a_document(warm(4.0, eventID="urn:uuid:7")))
    captured(app, system, a_document(warm(9.0, eventID="urn:uuid:7")))

    first, other = asked(system, f"/events/{quote('urn:uuid:7', safe='')}")

    assert "tongcang:note" not in first
    assert other["tongcang:note"] == "other-content"


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"GE_value_CEL": "8"}, [9.0]),
        ({"LT_value_CEL": "8", "EQ_type": "Temperature"}, [4.0]),
        ({"GE_value_FAH": "1"}, []),
        ({"MATCH_epc": "https://id.gs1.org/01/10614141073464/21/2017"}, [4.0, 9.0]),
        ({"MATCH_epc": "urn:epc:idpat:sgtin:0614141.107346.*"}, [4.0, 9.0]),
        ({"EQ_readPoint": "urn:epc:id:sgln:4012345.00011.987"}, [4.0, 9.0]),
        ({"WD_readPoint": "https://id.gs1.org/414/4012345000115"}, [4.0, 9.0]),
        ({"EQ_INNER_example:serial": "P-7"}, [4.0, 9.0]),
        ({"EXISTS_example:probe": ""}, [4.0, 9.0]),
        ({"EXISTS_example:other": ""}, []),
        ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-sensor_reporting"}, [4.0, 9.0]),
        ({"GE_time": "2026-11-21T09:00:00.000+08:00"}, [4.0, 9.0]),
        ({"EQ_action": "OBSERVE", "eventCountLimit": "1"}, [4.0]),
        ({"HASATTR_bizLocation": "x"}, []),
    ],
    ids=str,
)
def test_captured_events_answer_the_query_language(
    app: Flask, system: FlaskClient, parameters: dict[str, str], found: list[float]
) -> None:
    captured(app, system, a_document(warm(4.0), warm(9.0)))
    headers = {"GS1-Extensions": "example=https://ns.example.com/epcis/"}

    answer = system.get("/epcis/v2/events", query_string=parameters, headers=headers)

    events = answer.get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    values = [event["sensorElementList"][0]["sensorReport"][0]["value"] for event in events]
    assert values == found


def test_one_event_is_captured_at_once_and_once(system: FlaskClient) -> None:
    event = {"@context": CONTEXT, **warm(4.0)}

    first = system.post("/epcis/v2/events", json=event)
    again = system.post("/epcis/v2/events", json=event)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["Location"] == again.headers["Location"]
    assert system.get(first.headers["Location"]).status_code == 200
    assert len(asked(system, "/bizSteps/sensor_reporting/events")) == 1


def test_pages_have_a_link_whose_token_is_of_its_address(app: Flask, system: FlaskClient) -> None:
    captured(app, system, a_document(*(warm(float(value)) for value in range(5))))
    values: list[float] = []
    address, links = "/epcis/v2/events?perPage=2&orderBy=eventTime&orderDirection=ASC", 0
    while True:
        answer = system.get(address)
        assert answer.status_code == 200, answer.text
        events = answer.get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        values += [each["sensorElementList"][0]["sensorReport"][0]["value"] for each in events]
        link = answer.headers.get("Link")
        if link is None:
            break
        links += 1
        address = link.partition(">")[0].removeprefix("<http://localhost")
    token = address.rpartition("nextPageToken=")[2]

    assert sorted(values) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert links == 2
    elsewhere = system.get(f"/epcis/v2/eventTypes/ObjectEvent/events?nextPageToken={token}")
    assert elsewhere.status_code == 400
    assert elsewhere.get_json()["type"] == "epcisException:QueryParameterException"


def test_a_named_query_is_asked_by_its_name(app: Flask, system: FlaskClient) -> None:
    captured(app, system, a_document(warm(4.0), warm(9.0)))
    definition = {"name": "too-warm", "query": {"GE_value_CEL": 8}}

    made = system.post("/epcis/v2/queries", json=definition)

    assert made.status_code == 201
    assert system.post("/epcis/v2/queries", json=definition).status_code == 409
    assert system.get("/epcis/v2/queries").json == [definition]
    assert len(asked(system, "/queries/too-warm/events")) == 1
    wish = {"dest": "https://partner.example/", "stream": True}
    subscribing = system.post("/epcis/v2/queries/too-warm/subscriptions", json=wish)
    assert subscribing.status_code == 501
    assert subscribing.get_json()["type"] == "epcisException:ImplementationException"
    assert system.delete("/epcis/v2/queries/too-warm").status_code == 204
    assert system.get("/epcis/v2/queries/too-warm").status_code == 404


@pytest.mark.parametrize(
    ("address", "status", "exception"),
    [
        ("/events?EQ_nonsense=1", 400, "QueryParameterException"),
        ("/events?GE_eventTime=yesterday", 400, "QueryParameterException"),
        ("/events?maxEventCount=1&eventCountLimit=1", 400, "QueryParameterException"),
        ("/events?nextPageToken=mine", 400, "QueryParameterException"),
        ("/events?perPage=0", 422, "ValidationException"),
        ("/events/urn:uuid:0", 404, "NoSuchNameException"),
        ("/capture/4711", 404, "NoSuchNameException"),
        ("/eventTypes/PartyEvent/events", 404, "NoSuchNameException"),
        ("/queries/none/events", 404, "NoSuchNameException"),
    ],
)
def test_refusals_are_exceptions_of_epcis(
    system: FlaskClient, address: str, status: int, exception: str
) -> None:
    answer = system.get(f"/epcis/v2{address}")

    assert answer.status_code == status, answer.text
    assert answer.get_json()["type"] == f"epcisException:{exception}"
    assert answer.get_json()["title"]


def test_what_is_no_document_of_epcis_is_refused_at_once(system: FlaskClient) -> None:
    bare = system.post("/epcis/v2/capture", json={"type": "EPCISDocument"})
    lost = system.post("/epcis/v2/capture", json=warm(4.0))

    assert (bare.status_code, lost.status_code) == (400, 400)
    assert bare.get_json()["type"] == "epcisException:ValidationException"


def test_the_binding_says_what_it_can(system: FlaskClient) -> None:
    found = system.options("/epcis/v2/capture")
    other = system.get("/epcis/v2/events", headers={"GS1-EPC-Format": "Always_EPC_URN"})
    linked = system.get("/epcis/v2/events", headers={"Accept": "application/ld+json"})

    assert found.status_code == 204
    assert found.headers["GS1-EPCIS-Version"] == found.headers["GS1-CBV-Version"] == "2.0"
    assert found.headers["GS1-EPCIS-Capture-Limit"] == "10000"
    assert other.status_code == 406
    assert linked.mimetype == "application/ld+json"


def test_values_lead_to_their_events(app: Flask, system: FlaskClient) -> None:
    captured(app, system, a_document(warm(4.0)))
    (epc,) = system.get("/epcis/v2/epcs").get_json()["epc"]

    assert epc == "https://id.gs1.org/01/10614141073464/21/2017"
    assert len(asked(system, f"/epcs/{quote(epc, safe='')}/events")) == 1
    assert system.get(f"/epcis/v2/epcs/{quote(epc, safe='')}").json == ["events"]
    for name in ("bizStep", "disposition", "bizLocation", "readPoint"):
        kind = f"{name}s"
        values = system.get(f"/epcis/v2/{kind}").get_json()[name]
        assert values
        for value in values[:3]:
            asked(system, f"/{kind}/{quote(value, safe='')}/events")


def test_others_neither_read_nor_send(
    app: Flask, session: Session, cast: Cast, system: FlaskClient
) -> None:
    a_person(session, "sender", cast.central, Role.SUPPLIER)
    session.commit()
    captured(app, system, a_document(warm(4.0)))
    sender, outsider = client_of(app, "sender"), client_of(app, "outsider")

    assert sender.get("/epcis/v2/events").status_code == 403
    assert sender.get("/epcis/v2/capture").json == []
    assert outsider.post("/epcis/v2/capture", json=a_document()).status_code == 403
    assert asked(outsider, "/events") == []
    assert outsider.get("/epcis/v2/capture").json == []
    assert client_of(app, None).get("/epcis/v2/events").status_code == 401

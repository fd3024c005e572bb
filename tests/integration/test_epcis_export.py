"""Our own happenings as EPCIS events: each is valid, known by its hash, and found again."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.dispensing import service as dispensing
from app.dispensing.service import DispenseRequest
from app.epcis.errors import EventNotFound, QueryTooLarge
from app.epcis.queries.facts import load
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.clauses import Window
from app.epcis.rules.contexts import context_of, namespaces
from app.epcis.rules.export import PREFIX, events_of
from app.epcis.rules.filters import read_query
from app.epcis.rules.matching import is_meant
from app.epcis.rules.schema import check_of
from app.epcis.service import finding, listing, searching
from app.epcis.service.searching import Asked, Found
from app.kernel.actor import Actor
from app.kernel.ids import UnitId
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, TraceEvent
from app.traceability.rules.event_hash import cbv_hash
from app.traceability.service import Happening
from app.traceability.service.events import write_event
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import CARTON, pack_code
from tests.factories.stock import NOW, an_item
from tests.official import faults_of

ADDRESSES = Addresses("https://trace.example")
KNOWN = namespaces({PREFIX: ADDRESSES.extensions})
CONTEXT = context_of({PREFIX: ADDRESSES.extensions})
Parameters = dict[str, Any]


@pytest.fixture
def lived(session: Session, cast: Cast) -> Actor:
    """A carton announced and shelved at Yudu; of one pack in it two units dispensed, in error."""
    clinic = cast.actor("clinic")
    packs_on_shelf(session, clinic, an_item(session, coded=True), packs=3, carton=CARTON)
    part = DispenseRequest(code=pack_code(1), quantity=2)
    dispensing.dispense(session, clinic, part, now=NOW + timedelta(hours=1))
    wrong = session.scalars(select(func.max(TraceEvent.id))).one()
    (unit,) = traceability.get_units(session, [pack_code(1)]).values()
    shelf = traceability.place_of(session, [unit.id])[unit.id]
    right = Happening(
        step=BizStep.RETURNING,
        disposition=Disposition.IN_STOCK,
        facility_id=clinic.facility_id,
        place_id=shelf,
        document="DP-20261123-0002",
        event_time=NOW + timedelta(hours=2),
        recorded_at=NOW + timedelta(hours=2),
        corrects_id=wrong,
    )
    traceability.move(session, clinic, [unit], (shelf, shelf), right)
    return clinic


def search(session: Session, actor: Actor, parameters: Parameters, **page: Any) -> Found:
    query = read_query(parameters, KNOWN)
    asked = Asked(query=query, addresses=ADDRESSES, **{"size": 100, **page})
    return searching.find_events(session, actor, asked)


def everything(session: Session, actor: Actor, **page: Any) -> list[dict[str, Any]]:
    return search(session, actor, {}, **page).events


def test_every_happening_is_told_in_valid_events(session: Session, lived: Actor) -> None:
    told = everything(session, lived)

    for event in told:
        check_of(event["type"])({"@context": CONTEXT, **event})
        assert faults_of({"@context": CONTEXT, **event}) == []
    assert [(event["type"], event["action"], event["bizStep"]) for event in told] == [
        ("ObjectEvent", "OBSERVE", "shipping"),
        ("AggregationEvent", "ADD", "shipping"),
        ("ObjectEvent", "OBSERVE", "stocking"),
        ("ObjectEvent", "OBSERVE", "dispensing"),
        ("AggregationEvent", "DELETE", "unpacking"),
        ("ObjectEvent", "OBSERVE", "receiving"),
        ("ObjectEvent", "OBSERVE", "dispensing"),
    ]


def test_an_event_names_private_uris_and_its_own_hash(session: Session, lived: Actor) -> None:
    event = search(session, lived, {"EQ_bizStep": "dispensing"}).events[0]

    assert event["epcList"] == [f"https://trace.example/c/{pack_code(1)}"]
    assert event["bizLocation" if "bizLocation" in event else "readPoint"]["id"].startswith(
        "https://trace.example/loc/T001/"
    )
    assert event["eventTimeZoneOffset"] == "+08:00"
    assert (event["disposition"], event["tongcang:baseUnits"]) == ("partially_dispensed", 2)
    assert event["eventID"] == cbv_hash(event, KNOWN)


def test_a_mistake_is_told_again_with_its_declaration(session: Session, lived: Actor) -> None:
    first, again = search(session, lived, {"EQ_bizStep": "dispensing"}).events
    (right,) = search(session, lived, {"EQ_bizStep": "receiving"}).events
    (found,) = search(session, lived, {"EQ_correctiveEventID": right["eventID"]}).events

    assert again["eventID"] == first["eventID"]
    assert again["errorDeclaration"]["correctiveEventIDs"] == [right["eventID"]]
    assert again["recordTime"] > first["recordTime"]
    assert found == again


@pytest.mark.parametrize(
    "parameters",
    [
        {"eventType": "AggregationEvent"},
        {"EQ_action": "ADD|DELETE"},
        {"EQ_action": "DELETE", "EQ_disposition": "container_open"},
        {"EQ_disposition": "in_transit"},
        {"EQ_disposition": "dispensed"},
        {"EQ_disposition": "partially_dispensed"},
        {"MATCH_epc": f"https://trace.example/c/{pack_code(2)}"},
        {"MATCH_parentID": f"https://trace.example/c/{CARTON}"},
        {"MATCH_anyEPC": f"https://trace.example/c/{CARTON}"},
        {"MATCH_epcClass": "https://id.gs1.org/01/04012345123456/10/1"},
        {"EQ_bizLocation": "https://trace.example/loc/T001"},
        {"EQ_bizLocation": "https://trace.example/loc/T002"},
        {"WD_readPoint": "https://trace.example/loc/T001"},
        {"EQ_readPoint": "https://trace.example/loc/T001/MAIN"},
        {"EQ_bizTransaction": "https://trace.example/doc/OPENING"},
        {"EQ_bizTransaction_po": "https://trace.example/doc/OPENING"},
        {"EQ_source_possessing_party": "https://trace.example/loc/T001"},
        {"EXISTS_errorDeclaration": "1"},
        {"EXISTS_sensorElementList": "1"},
        {"GE_tongcang:baseUnits": "2"},
        {"GT_tongcang:baseUnits": "2"},
        {"GE_eventTime": (NOW + timedelta(hours=1)).isoformat()},
        {"LT_eventTime": (NOW + timedelta(hours=1)).isoformat()},
        {"GE_recordTime": (NOW + timedelta(hours=2)).isoformat()},
        {"GE_errorDeclarationTime": (NOW + timedelta(hours=2)).isoformat()},
        {"EQ_errorReason": "did_not_occur"},
        {"EQ_ILMD_x:y": "1"},
    ],
    ids=str,
)
def test_a_query_finds_what_it_means(
    session: Session, lived: Actor, parameters: Parameters
) -> None:
    clauses = read_query(parameters, KNOWN).clauses
    meant = [event for event in everything(session, lived) if is_meant(event, clauses, KNOWN)]

    assert search(session, lived, parameters).events == meant


@pytest.mark.parametrize("document", ["", "ZH-20261123-0001"])
def test_every_step_is_found_by_the_words_it_is_told_in(
    session: Session, lived: Actor, document: str
) -> None:
    (unit,) = traceability.get_units(session, [pack_code(1)]).values()
    for step, became in product(BizStep, Disposition):
        happening = Happening(
            step=step,
            disposition=became,
            facility_id=lived.facility_id,
            document=document,
            event_time=NOW + timedelta(hours=3),
            recorded_at=NOW + timedelta(hours=3),
        )
        write_event(session, lived, happening, {UnitId(unit.id): 1})
    told = everything(session, lived, size=500)
    spoken = {(event["bizStep"], event["disposition"]) for event in told}

    for event in told:
        assert faults_of({"@context": CONTEXT, **event}) == []
    for words in spoken:
        parameters = dict(zip(("EQ_bizStep", "EQ_disposition"), words, strict=True))
        found = search(session, lived, parameters, size=500).events
        assert found == [e for e in told if (e["bizStep"], e["disposition"]) == words], words
    assert {step for step, _ in spoken} <= set(listing.list_words(session, lived, "bizStep"))
    assert ("holding", "recalled" if document else "non_sellable_other") in spoken


@pytest.mark.parametrize("order", [{}, {"orderBy": "eventTime"}, {"orderBy": "recordTime"}])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_pages_join_to_the_whole(
    session: Session, lived: Actor, order: Parameters, direction: str
) -> None:
    parameters = {**order, "orderDirection": direction} if order else {}
    whole, after, pages = search(session, lived, parameters).events, None, []
    while True:
        page = search(session, lived, parameters, size=2, after=after)
        pages += page.events
        after = page.last
        if after is None:
            break

    assert pages == whole
    assert len(whole) == 7
    if order:
        times = [event[order["orderBy"]] for event in whole]
        assert times == sorted(times, reverse=direction == "DESC")


def test_an_event_is_found_by_its_id_before_and_after_it_is_indexed(
    session: Session, lived: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = everything(session, lived)
    ids = {event["eventID"] for event in told}

    before = {one: searching.get_events(session, lived, ADDRESSES, one) for one in ids}
    monkeypatch.setattr(finding, "DISTANCE", 0)
    taken = finding.index_identities(session, ADDRESSES, now=NOW + timedelta(days=1))
    after = {one: searching.get_events(session, lived, ADDRESSES, one) for one in ids}

    assert taken == session.scalar(select(func.count(TraceEvent.id)))
    assert before == after
    assert sum(map(len, after.values())) == len(told)


def test_windows_of_what_was_recorded_join_to_the_whole(session: Session, lived: Actor) -> None:
    keys = session.scalars(select(TraceEvent.id).order_by(TraceEvent.id)).all()
    told: list[dict[str, Any]] = []
    for since, until in pairwise([0, *keys]):
        query = replace(read_query({}, KNOWN), window=Window((since, until), (0, 0)))
        asked = Asked(query=query, addresses=ADDRESSES, size=100)
        told += searching.find_events(session, lived, asked).events

    def by_id(event: dict[str, Any]) -> tuple[str, str]:
        return event["eventID"], event["recordTime"]

    assert sorted(told, key=by_id) == sorted(everything(session, lived), key=by_id)


def test_another_institution_has_none_of_them(session: Session, cast: Cast, lived: Actor) -> None:
    outsider, director = cast.actor("outsider"), cast.actor("director")
    (event, *_) = everything(session, lived)

    assert everything(session, outsider) == []
    assert len(everything(session, director)) == 7
    with pytest.raises(EventNotFound):
        searching.get_events(session, outsider, ADDRESSES, event["eventID"])


def test_a_query_that_allows_less_than_it_means_is_refused(session: Session, lived: Actor) -> None:
    with pytest.raises(QueryTooLarge):
        search(session, lived, {"maxEventCount": "6"})

    assert len(search(session, lived, {"maxEventCount": "7"}).events) == 7


def test_facts_of_a_page_take_three_statements(
    session: Session, lived: Actor, count_queries: Any
) -> None:
    ids = session.scalars(select(TraceEvent.id)).all()

    with count_queries() as queries:
        facts = load(session, ids)

    assert sum(len(events_of(one, ADDRESSES)) for one in facts.values()) == 6
    assert queries.count == 3

"""Shapes, words, prefixes and the query language of EPCIS 2.0."""

from copy import deepcopy
from typing import Any

import pytest

from app.epcis.errors import EventInvalid, QueryParameterWrong
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.contexts import linked, namespaces
from app.epcis.rules.export import words_of
from app.epcis.rules.filters import read_query
from app.epcis.rules.judging import Sent, judge, open_document
from app.epcis.rules.matching import is_meant
from app.epcis.rules.vocabulary import BIZ_STEPS, DISPOSITIONS, short
from app.traceability.models import BizStep, Disposition
from app.traceability.rules.event_hash import STANDARD, cbv_hash
from tests.factories.exchange import CHANGED, JOINED, SEEN, TRADED, Event

KNOWN = namespaces({"example": "https://ns.example.com/epcis/"})
ADDRESSES = Addresses("https://trace.example")


@pytest.mark.parametrize("event", [SEEN, CHANGED, JOINED, TRADED], ids=lambda e: e["type"])
def test_an_event_of_every_type_is_right(event: Event) -> None:
    right, wrong = judge(Sent([event], {}))

    assert wrong == []
    assert right[0].event_id == cbv_hash(event, STANDARD)


@pytest.mark.parametrize(
    ("event", "change", "where"),
    [
        (SEEN, {"action": "LOOK"}, "action"),
        (SEEN, {"bizStep": "urn:epcglobal:cbv:bizstep:receiving"}, "bizStep"),
        (SEEN, {"bizStep": "strolling"}, "bizStep"),
        (SEEN, {"eventTime": "2026-11-21T09:00:00"}, "eventTime"),
        (SEEN, {"eventTime": "2026-02-30T09:00:00Z"}, "eventTime"),
        (SEEN, {"eventTimeZoneOffset": "+15:00"}, "eventTimeZoneOffset"),
        (SEEN, {"epcList": ["no uri"]}, "epcList[0]"),
        (SEEN, {"epcList": ["a:b", "a:b"]}, "epcList"),
        (SEEN, {"surprise": 1}, ""),
        (SEEN, {"quantityList": [{"quantity": 3}]}, "quantityList[0]"),
        (SEEN, {"persistentDisposition": {}}, "persistentDisposition"),
        (SEEN, {"action": "OBSERVE"}, ""),
        (SEEN, {"errorDeclaration": {"reason": "incorrect_data"}}, "errorDeclaration"),
        (SEEN, {"sensorElementList": [{"sensorReport": []}]}, "sensorElementList[0].sensorReport"),
        (SEEN, {"sourceList": [{"source": "a:b"}]}, "sourceList[0]"),
        (CHANGED, {"transformationID": None}, "transformationID"),
        (JOINED, {"childEPCs": []}, ""),
        (TRADED, {"bizTransactionList": []}, ""),
        (TRADED, {"type": "example:Gift", "bizTransactionList": "po"}, "bizTransactionList"),
    ],
    ids=str,
)
def test_a_wrong_event_is_told_where_it_is_wrong(event: Event, change: Event, where: str) -> None:
    right, (fault,) = judge(Sent([event | change], {}))

    assert right == []
    assert fault.position == 0
    assert fault.where.startswith(where)
    assert fault.why


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"type": 7},
        SEEN,
        {"type": "EPCISDocument", "@context": []},
        {"type": "EPCISQueryDocument", "@context": [], "epcisBody": {"queryResults": {}}},
    ],
    ids=str,
)
def test_what_is_no_document_is_refused(document: Any) -> None:
    with pytest.raises(EventInvalid):
        open_document(document)


def test_an_id_that_claims_to_be_the_hash_must_be_it() -> None:
    false = SEEN | {"eventID": f"ni:///sha-256;{'0' * 64}?ver=CBV2.0"}

    (one,), _ = judge(Sent([false], {}))

    assert one.note == "other-hash"


@pytest.mark.parametrize(
    ("parameter", "value", "meant"),
    [
        ("eventType", "ObjectEvent|AggregationEvent", True),
        ("eventType", "AggregationEvent", False),
        ("EQ_persistentDisposition_set", "completeness_verified", True),
        ("EQ_persistentDisposition_unset", "completeness_verified", False),
        ("EQ_bizTransaction_po", "http://x.example/po/1", True),
        ("EQ_bizTransaction", "http://x.example/any/2", True),
        ("EQ_source_owning_party", "https://id.gs1.org/417/4000001000050", True),
        ("EQ_destination_example:ours", "urn:epc:id:pgln:4000001.00006", True),
        ("MATCH_anyEPC", "https://id.gs1.org/01/10614141073464/21/2017", True),
        ("MATCH_epc", "urn:epc:idpat:sgtin:0614141.107346.*", True),
        ("MATCH_parentID", "urn:epc:id:sgtin:0614141.107346.2017", False),
        ("MATCH_anyEPCClass", "urn:epc:class:lgtin:4012345.012345.998877", True),
        ("GE_quantity_KGM", "20", True),
        ("GT_quantity", 20, False),
        ("LE_quantity_GRM", "20", False),
        ("EQ_readPoint_example:gate", "7", True),
        ("GT_maxValue_CEL", "8", True),
        ("GT_maxValue_FAH", "8", False),
        ("LT_minValue_CEL", "2", False),
        ("EQ_stringValue", "ok", True),
        ("EQ_booleanValue", True, True),
        ("EQ_deviceID", "https://id.gs1.org/8004/4000001111", True),
        ("EQ_bizRules", "https://x.example/rules", True),
        ("LT_time", "2026-11-21T00:00:01Z", True),
        ("EXISTS_sensorElement_example:lid", "", True),
        ("EQ_INNER_sensorElement_example:open", "no", True),
        ("EQ_ILMD_cbvmda:lotNumber", "L1|L2", True),
        ("GE_INNER_ILMD_example:depth", "3", True),
        ("EXISTS_INNER_example:depth", "", False),
        ("EQ_ERROR_DECLARATION_example:who", "auditor", True),
        ("GE_errorDeclarationTime", "2026-11-22T01:00:00Z", True),
        ("EQ_errorReason", "did_not_occur", False),
        ("EQ_correctiveEventID", "urn:uuid:right", True),
        ("LT_example:day", "2026-11-22T00:00:00+08:00", True),
        ("EQ_example:number", "7.0", True),
        ("GT_example:number", "7", False),
        ("WD_bizLocation", "https://id.gs1.org/414/4012345000115", True),
        ("EQATTR_bizLocation_x", "1", False),
    ],
)
def test_a_parameter_means_what_the_standard_says(
    parameter: str, value: Any, *, meant: bool
) -> None:
    query = read_query({parameter: value}, KNOWN)

    assert is_meant(SEEN, query.clauses, KNOWN) is meant


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("EQ_", "1"),
        ("EQ_bizness", "1"),
        ("MATCH_epcs", "a:b"),
        ("GE_eventTime", "soon"),
        ("GE_eventTime", "2026-11-21T09:00:00Z|2026-11-22T09:00:00Z"),
        ("EQ_action", "LOOK"),
        ("eventType", "PartyEvent"),
        ("GT_example:day", "never"),
        ("EQ_quantity", "many"),
        ("WD_example:day", "1"),
        ("orderBy", "bizStep"),
        ("orderDirection", "UP"),
        ("eventCountLimit", "0"),
        ("maxEventCount", "-1"),
        ("EQ_bizStep", []),
        ("EQ_bizStep", [{}]),
    ],
)
def test_what_no_parameter_can_be_is_refused_by_name(parameter: str, value: Any) -> None:
    with pytest.raises(QueryParameterWrong) as refusal:
        read_query({parameter: value}, KNOWN)

    assert refusal.value.data["parameter"] == parameter


def test_every_step_of_ours_has_words_of_the_standard() -> None:
    for step in BizStep:
        for became in Disposition:
            biz_step, disposition = words_of(step.value, became.value)
            assert biz_step in BIZ_STEPS
            assert disposition in DISPOSITIONS
            assert short(f"https://ref.gs1.org/cbv/BizStep-{biz_step}") == biz_step


@pytest.mark.parametrize(
    ("code", "uri"),
    [
        ("89990001234567890123", "https://trace.example/c/89990001234567890123"),
        ("TT-20261130-0001", "https://trace.example/c/TT-20261130-0001"),
        ("(01)10614141073464(21)a/b", "https://id.gs1.org/01/10614141073464/21/a%2Fb"),
        ("(00)106141412345678908", "https://id.gs1.org/00/106141412345678908"),
    ],
)
def test_a_code_and_its_name_lead_to_each_other(code: str, uri: str) -> None:
    assert ADDRESSES.of_code(code) == uri
    assert ADDRESSES.code_in(uri) == code


def test_names_of_places_and_papers_lead_back() -> None:
    assert ADDRESSES.place_in(ADDRESSES.of_place("T001", "A/1")) == ("T001", "A/1")
    assert ADDRESSES.place_in(ADDRESSES.of_place("T001")) == ("T001", "")
    assert ADDRESSES.document_in(ADDRESSES.of_document("PO-20261130-0001")) == "PO-20261130-0001"
    assert ADDRESSES.code_in("https://elsewhere.example/c/1") is None


def test_links_say_the_same_as_the_names_they_replace() -> None:
    told = linked(deepcopy(SEEN))

    assert told["epcList"] == ["https://id.gs1.org/01/10614141073464/21/2017"]
    assert told["bizLocation"]["id"] == "https://id.gs1.org/414/4012345000115"
    assert cbv_hash(told, KNOWN) == cbv_hash(SEEN, KNOWN)

"""The identity of an EPCIS event (CBV 2.0 §8.9.2), whoever writes it down and however."""

from typing import Any

import pytest

from app.traceability.rules.event_hash import STANDARD, cbv_hash, pre_image
from app.traceability.rules.gs1_uris import canonical

Event = dict[str, Any]
PACKED: Event = {
    "type": "AggregationEvent",
    "eventTime": "2013-06-08T14:58:56.591Z",
    "eventTimeZoneOffset": "+02:00",
    "parentID": "urn:epc:id:sscc:0614141.1234567890",
    "childEPCs": [
        "https://example.com/01/09521568251204/21/10",
        "urn:epc:id:sgtin:0614141.107346.2017",
    ],
    "childQuantityList": [
        {"epcClass": "urn:epc:idpat:sgtin:4012345.098765.*", "quantity": 10},
        {"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 200.5, "uom": "KGM"},
    ],
    "action": "OBSERVE",
    "bizStep": "receiving",
    "disposition": "in_progress",
}
SENSED: Event = {
    "type": "ObjectEvent",
    "eventTime": "2020-03-04T11:00:30+01:00",
    "eventTimeZoneOffset": "+01:00",
    "epcList": [],
    "action": "OBSERVE",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987", "example:gate": "7"},
    "bizTransactionList": [
        {"type": "po", "bizTransaction": "http://transaction.acme.com/po/1"},
        {"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:0614141073467:1152"},
    ],
    "persistentDisposition": {"unset": ["completeness_inferred", "active"]},
    "sensorElementList": [
        {
            "sensorMetadata": {"time": "2019-04-02T14:05:00.000+01:00"},
            "sensorReport": [
                {"type": "Temperature", "value": 26.0, "uom": "CEL", "component": "x"},
                {"type": "AbsoluteHumidity", "value": 12.1, "uom": "A93"},
            ],
        }
    ],
    "example:note": {"example:b": ["3", "1"], "example:a": "02.50"},
}
NAMESPACES = {**STANDARD, "example": "https://ns.example.com/epcis/"}


def test_the_published_reference_gives_the_same_identity() -> None:
    # Made with the reference implementation of the standard's author, release 1.9.3.
    expected = "a10317d2acbd0c0e5843a8cd65733d1aa72a1a4ab971cda27505f0187553df8b"

    assert cbv_hash(PACKED) == f"ni:///sha-256;{expected}?ver=CBV2.0"


def test_fields_stand_in_the_order_of_the_standard() -> None:
    assert pre_image(SENSED, NAMESPACES) == (
        "eventType=ObjectEventeventTime=2020-03-04T10:00:30.000ZeventTimeZoneOffset=+01:00"
        "action=OBSERVE"
        "persistentDispositionunset=https://ref.gs1.org/cbv/Disp-active"
        "unset=https://ref.gs1.org/cbv/Disp-completeness_inferred"
        "readPointid=https://id.gs1.org/414/4012345000115/254/987"
        "{https://ns.example.com/epcis/}gate=7"
        "bizTransactionListtype=https://ref.gs1.org/cbv/BTT-desadv"
        "bizTransaction=urn:epcglobal:cbv:bt:0614141073467:1152"
        "type=https://ref.gs1.org/cbv/BTT-pobizTransaction=http://transaction.acme.com/po/1"
        "sensorElementListsensorElementsensorMetadatatime=2019-04-02T13:05:00.000Z"
        "sensorReporttype=https://gs1.org/voc/AbsoluteHumidityvalue=12.1uom=A93"
        "sensorReporttype=https://gs1.org/voc/Temperaturevalue=26"
        "component=https://ref.gs1.org/cbv/Comp-xuom=CEL"
        "{https://ns.example.com/epcis/}note{https://ns.example.com/epcis/}a=2.5"
        "{https://ns.example.com/epcis/}b=1{https://ns.example.com/epcis/}b=3"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"recordTime": "2026-01-01T00:00:00Z"},
        {"eventID": "urn:uuid:1"},
        {"errorDeclaration": {"declarationTime": "2026-01-01T00:00:00Z"}},
        {"eventTime": "2013-06-08T16:58:56.591000+02:00"},
        {"bizStep": "urn:epcglobal:cbv:bizstep:receiving"},
        {"bizStep": "https://ref.gs1.org/cbv/BizStep-receiving"},
        {"bizStep": "cbv:BizStep-receiving"},
        {"parentID": "https://dl.example.com/x/00/106141412345678908?4=2"},
        {"childEPCs": PACKED["childEPCs"][::-1]},
    ],
)
def test_another_spelling_is_the_same_event(change: Event) -> None:
    assert cbv_hash(PACKED | change) == cbv_hash(PACKED)


@pytest.mark.parametrize(
    "change",
    [
        {"eventTime": "2013-06-08T14:58:56.592Z"},
        {"eventTimeZoneOffset": "+01:00"},
        {"bizStep": "shipping"},
        {"childEPCs": PACKED["childEPCs"][:1]},
        {"example:own": "1"},
    ],
)
def test_another_content_is_another_event(change: Event) -> None:
    assert cbv_hash(PACKED | change) != cbv_hash(PACKED)


def test_a_long_code_in_an_own_field_keeps_every_digit() -> None:
    one, two = ({"example:code": f"8999001000000000000{end}"} for end in "12")

    assert cbv_hash(PACKED | one) != cbv_hash(PACKED | two)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("urn:epc:id:sgtin:0614141.107346.2017", "01/10614141073464/21/2017"),
        ("urn:epc:id:sgtin:4012345.011122.a%2Fb(1", "01/04012345111224/21/a%2Fb%281"),
        ("urn:epc:id:sscc:4012345.0000000333", "00/040123450000003338"),
        ("urn:epc:id:sgln:4012345.00011.0", "414/4012345000115"),
        ("urn:epc:id:sgln:4012345.00011.987", "414/4012345000115/254/987"),
        ("urn:epc:id:pgln:4000001.00005", "417/4000001000050"),
        ("urn:epc:id:grai:4012345.55555.987", "8003/04012345555554987"),
        ("urn:epc:id:giai:4000001.111", "8004/4000001111"),
        ("urn:epc:id:gsrn:0614141.0000010253", "8018/061414100000102534"),
        ("urn:epc:id:gdti:0614141.12345.400", "253/0614141123452400"),
        ("urn:epc:id:cpi:0614141.5PQ7%2FZ43.12345", "8010/06141415PQ7%2FZ43/8011/12345"),
        ("urn:epc:id:itip:4012345.012345.01.02.987", "8006/040123451234560102/21/987"),
        ("urn:epc:id:upui:1234567.089456.51qIgY", "01/01234567894560/235/51qIgY"),
        ("urn:epc:id:ginc:0614141.xyz47", "401/0614141xyz47"),
        ("urn:epc:id:gsin:0614141.123456789", "402/06141411234567890"),
        ("urn:epc:class:lgtin:4012345.012345.998877", "01/04012345123456/10/998877"),
        ("urn:epc:idpat:sgtin:4012345.098765.*", "01/04012345987652"),
        ("HTTPS://shop.example/some/01/09521568251204/10/L1/21/10?17=301231", None),
    ],
)
def test_a_gs1_key_has_one_spelling(uri: str, expected: str | None) -> None:
    assert canonical(uri) == f"https://id.gs1.org/{expected or '01/09521568251204/21/10'}"


@pytest.mark.parametrize(
    "uri",
    ["https://trace.example/c/89990010000000000001", "urn:epc:id:nonsense:0614141.1", "urn:uuid:1"],
)
def test_other_names_stay_as_they_are(uri: str) -> None:
    assert canonical(uri) == uri

"""The shape of EPCIS 2.0 events and documents in JSON-LD, as a JSON schema of our own.

Source: EPCIS 2.0 §9 and §10. Standard words are bare, other words and all names are URIs; a
field of another namespace has a prefix. One validator an event type, compiled on first use.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import fastjsonschema

from app.epcis.rules import vocabulary as words

Schema = dict[str, Any]
_CHARACTER = r"(?:[!#\$&-;=?-Z\[\]_a-z~]|%[0-9A-Fa-f]{2})"
_PREFIXED = rf"^[A-Za-z][A-Za-z0-9+.-]*:{_CHARACTER}+$"
URI: Schema = {"type": "string", "maxLength": 2000, "pattern": _PREFIXED}
TIME: Schema = {
    "type": "string",
    "pattern": r"^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$",
}
OFFSET: Schema = {"type": "string", "pattern": r"^[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)$"}
NUMBER: Schema = {"type": "number"}
TEXT: Schema = {"type": "string"}


def _word(known: Collection[str], reserved: str) -> Schema:
    """Return the shape of a word: one of the standard, or a URI that is not the standard's."""
    other = rf"^(?!{reserved})[A-Za-z][A-Za-z0-9+.-]*:{_CHARACTER}+$"
    return {"anyOf": [{"enum": sorted(known)}, {"type": "string", "pattern": other}]}


_CBV = r"(?:urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/)"
_VOC = r"(?:https?://(?:www\.)?gs1\.org/voc/)"
_DISPOSITION = _word(words.DISPOSITIONS, _CBV)


def _list(of: Schema, least: int = 0, *, unique: bool = False) -> Schema:
    return {"type": "array", "items": of, "minItems": least, "uniqueItems": unique}


def _closed(required: str, **fields: Schema) -> Schema:
    return {
        "type": "object",
        "properties": fields,
        "required": required.split(),
        "additionalProperties": False,
    }


def _open(required: str, **fields: Schema) -> Schema:
    """Return the shape of a thing that may have fields of other namespaces, too."""
    return _closed(required, **fields) | {"patternProperties": {_PREFIXED: {}}}


def _needs(*names: str, least: int = 1) -> Schema:
    """Return the condition that one of these lists is there and not empty."""
    return {"anyOf": [{"required": [n], "properties": {n: {"minItems": least}}} for n in names]}


def _each(names: str, shape: Schema) -> dict[str, Schema]:
    return dict.fromkeys(names.split(), shape)


_PLACE: Schema = {"type": "object", "properties": {"id": URI}, "required": ["id"]}
_QUANTITY = _closed(
    "epcClass",
    epcClass=URI,
    quantity=NUMBER,
    uom={"type": "string", "pattern": "^[A-Z0-9]{2,3}$"},
)
_PERSISTENT = _closed(
    "", set=_list(_DISPOSITION, 1, unique=True), unset=_list(_DISPOSITION, 1, unique=True)
) | {"minProperties": 1}
_ERROR = _open(
    "declarationTime",
    declarationTime=TIME,
    reason=_word(words.ERROR_REASONS, _CBV),
    correctiveEventIDs=_list(URI),
)
_METADATA = _open(
    "",
    time=TIME,
    startTime=TIME,
    endTime=TIME,
    deviceID=URI,
    deviceMetadata=URI,
    rawData=URI,
    dataProcessingMethod=URI,
    bizRules=URI,
)
_REPORT = _open(
    "type",
    type=_word(words.MEASUREMENTS, _VOC),
    exception=_word(words.ALERTS, _VOC),
    component=_word(words.COMPONENTS, _CBV),
    time=TIME,
    stringValue=TEXT,
    booleanValue={"type": "boolean"},
    hexBinaryValue={"type": "string", "pattern": "^[A-Fa-f0-9]+$"},
    uom=TEXT,
    **_each(
        "deviceID deviceMetadata rawData dataProcessingMethod bizRules microorganism"
        " chemicalSubstance coordinateReferenceSystem uriValue",
        URI,
    ),
    **_each("value minValue maxValue meanValue sDev percRank percValue", NUMBER),
)
_SENSOR = _open("sensorReport", sensorMetadata=_METADATA, sensorReport=_list(_REPORT, 1))
_ILMD: Schema = {"type": "object", "propertyNames": {"pattern": _PREFIXED}}
_CONTEXT: Schema = {
    "anyOf": [
        URI,
        {"type": "object"},
        _list({"anyOf": [URI, {"type": "object"}]}, unique=True),
    ]
}
_EVERY: dict[str, Schema] = {
    "@context": _CONTEXT,
    "type": TEXT,
    "eventTime": TIME,
    "recordTime": TIME,
    "eventTimeZoneOffset": OFFSET,
    "eventID": URI,
    "certificationInfo": {"anyOf": [URI, _list(URI)]},
    "errorDeclaration": _ERROR,
}
_WHAT = "type eventTime eventTimeZoneOffset"
_ACTION: Schema = {"enum": sorted(words.ACTIONS)}
_CIRCUMSTANCES: dict[str, Schema] = {
    "bizStep": _word(words.BIZ_STEPS, _CBV),
    "disposition": _DISPOSITION,
    "persistentDisposition": _PERSISTENT,
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "bizTransactionList": _list(
        _closed("bizTransaction", type=_word(words.TRANSACTION_TYPES, _CBV), bizTransaction=URI)
    ),
    "sourceList": _list(_closed("type source", type=_word(words.PARTY_TYPES, _CBV), source=URI)),
    "destinationList": _list(
        _closed("type destination", type=_word(words.PARTY_TYPES, _CBV), destination=URI)
    ),
    "sensorElementList": _list(_SENSOR),
}
_EPCS, _MANY, _QUANTITIES = _list(URI, unique=True), _list(URI), _list(_QUANTITY)
_DELETED: Schema = {"properties": {"action": {"const": "DELETE"}}}
_INSIDE: dict[str, Schema] = {
    "parentID": URI,
    "childEPCs": _MANY,
    "childQuantityList": _QUANTITIES,
    "action": _ACTION,
}


def _event(required: str, fields: Mapping[str, Schema], *conditions: Schema) -> Schema:
    shape = _open(f"{_WHAT} {required}", **_EVERY, **_CIRCUMSTANCES, **fields)
    return shape | {"allOf": list(conditions)}


def _or(*conditions: Schema) -> Schema:
    return {"anyOf": list(conditions)}


_SENSED: Schema = {
    "required": ["sensorElementList", "readPoint"],
    "properties": {"sensorElementList": {"minItems": 1}},
}
_BORN: Schema = _or({"not": {"required": ["ilmd"]}}, {"properties": {"action": {"const": "ADD"}}})
_INPUT, _OUTPUT = (_needs(f"{end}EPCList", f"{end}QuantityList") for end in ("input", "output"))

EVENTS: dict[str, Schema] = {
    words.OBJECT: _event(
        "action",
        {"epcList": _EPCS, "quantityList": _QUANTITIES, "action": _ACTION, "ilmd": _ILMD},
        _or(_needs("epcList", least=0), _needs("quantityList"), _SENSED),
        _BORN,
    ),
    words.AGGREGATION: _event(
        "action", _INSIDE, _or(_needs("childEPCs", "childQuantityList"), _DELETED)
    ),
    words.ASSOCIATION: _event(
        "action parentID", _INSIDE, _or(_needs("childEPCs", "childQuantityList"), _DELETED)
    ),
    words.TRANSACTION: _event(
        "action bizTransactionList",
        {"parentID": URI, "epcList": _MANY, "quantityList": _QUANTITIES, "action": _ACTION},
        {"properties": {"bizTransactionList": {"minItems": 1}}},
        _or(_needs("epcList", least=0), _needs("quantityList"), _DELETED),
    ),
    words.TRANSFORMATION: _event(
        "",
        {
            "inputEPCList": _EPCS,
            "inputQuantityList": _QUANTITIES,
            "outputEPCList": _EPCS,
            "outputQuantityList": _QUANTITIES,
            "transformationID": URI,
            "ilmd": _ILMD,
        },
        _or(
            {"allOf": [_INPUT, _OUTPUT]},
            {"required": ["transformationID"], **_or(_INPUT, _OUTPUT)},
        ),
    ),
}
_OF_ALL = {name: shape for event in EVENTS.values() for name, shape in event["properties"].items()}
OTHER_EVENT: Schema = {
    "type": "object",
    "properties": _OF_ALL | {"type": URI},
    "required": _WHAT.split(),
}
"""An event of another's type: what it has of EPCIS's own fields is as in EPCIS's own events."""
_VERSION: Schema = {"type": "string", "pattern": r"^[0-9]+(?:\.[0-9]+)*$"}
_ATTRIBUTE: Schema = {
    "type": "object",
    "properties": {"id": URI, "attribute": {"type": ["number", "string", "object"]}},
    "required": ["id"],
}
_MASTER_DATA: Schema = {
    "type": "object",
    "properties": {
        "epcisMasterData": {
            "type": "object",
            "properties": {
                "vocabularyList": _list(
                    {
                        "type": "object",
                        "properties": {
                            "type": URI,
                            "vocabularyElementList": _list(
                                {
                                    "type": "object",
                                    "properties": {
                                        "id": URI,
                                        "attributes": _list(_ATTRIBUTE),
                                        "children": _list(URI),
                                    },
                                    "required": ["id"],
                                }
                            ),
                        },
                        "required": ["type"],
                    }
                )
            },
        }
    },
}
_LIST_OF_EVENTS: Schema = {
    "type": "object",
    "properties": {"eventList": _list({"type": "object", "required": ["type"]})},
    "required": ["eventList"],
}
DOCUMENTS: dict[str, Schema] = {
    "EPCISDocument": _open(
        "@context type schemaVersion creationDate epcisBody",
        **{"@context": _CONTEXT},
        id=URI,
        type=TEXT,
        schemaVersion=_VERSION,
        creationDate=TIME,
        instanceIdentifier=TEXT,
        sender=TEXT,
        receiver=TEXT,
        epcisHeader=_MASTER_DATA,
        epcisBody=_LIST_OF_EVENTS,
    ),
    "EPCISQueryDocument": _open(
        "@context type epcisBody",
        **{"@context": _CONTEXT},
        id=URI,
        type=TEXT,
        schemaVersion=_VERSION,
        creationDate=TIME,
        epcisBody=_open(
            "queryResults",
            queryResults=_open(
                "queryName resultsBody",
                queryName=TEXT,
                subscriptionID=TEXT,
                resultsBody=_LIST_OF_EVENTS,
            ),
        ),
    ),
}
Check = Callable[[Any], object]


@cache
def check_of(kind: str) -> Check:
    """Return what checks an event or document of a type; it raises as fastjsonschema does."""
    schema = EVENTS.get(kind) or DOCUMENTS.get(kind) or OTHER_EVENT
    shape = fastjsonschema.compile({k: v for k, v in schema.items() if k != "allOf"})
    conditions = fastjsonschema.compile({"allOf": schema.get("allOf", [])})

    def check(document: Any) -> None:
        """Look at every field first: what is wrong with one says more than a condition."""
        shape(document)
        conditions(document)

    return check

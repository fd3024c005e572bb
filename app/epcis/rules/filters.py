"""Read the parameters of an event query: which events, in which order, how many.

Source: EPCIS 2.0 §8.2.7.1 and the query schema of the REST binding (§12). A parameter that is
not of the standard, or whose value cannot be, is refused by its name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.epcis.errors import QueryParameterWrong
from app.epcis.rules.clauses import (
    AnyClause,
    ColumnClause,
    FieldClause,
    Op,
    Query,
    ThingClause,
    Value,
)
from app.epcis.rules.contexts import full_name
from app.epcis.rules.fields import Role, Scope, moment_in, number_in
from app.epcis.rules.vocabulary import ACTIONS, EVENT_TYPES, short
from app.traceability.rules.event_hash import Namespaces
from app.traceability.rules.gs1_uris import canonical

MOST_VALUES = 1_000
MOST_CLAUSES = 50
MOST_EVENTS = 1_000_000

_CLASSES = frozenset({Role.CLASS, Role.INPUT_CLASS, Role.OUTPUT_CLASS})
_MATCHED = {
    "epc": frozenset({Role.EPC}),
    "parentID": frozenset({Role.PARENT}),
    "inputEPC": frozenset({Role.INPUT}),
    "outputEPC": frozenset({Role.OUTPUT}),
    "anyEPC": frozenset({Role.EPC, Role.PARENT, Role.INPUT, Role.OUTPUT}),
    "epcClass": frozenset({Role.CLASS}),
    "inputEPCClass": frozenset({Role.INPUT_CLASS}),
    "outputEPCClass": frozenset({Role.OUTPUT_CLASS}),
    "anyEPCClass": _CLASSES,
}
_COLUMNS: dict[str, tuple[str, Callable[[str], str]]] = {
    "action": ("action", str),
    "bizStep": ("biz_step", short),
    "disposition": ("disposition", short),
    "readPoint": ("read_point", canonical),
    "bizLocation": ("biz_location", canonical),
    "eventID": ("event_id", str),
    "transformationID": ("transformation_id", canonical),
    "errorReason": ("error_reason", short),
}
_TIMES = {
    "eventTime": "event_time",
    "recordTime": "record_time",
    "errorDeclarationTime": "declared_at",
    "errorDeclaration_Time": "declared_at",
}
_PRESENT = {
    "errorDeclaration": "declared_at",
    "sensorElementList": "sensed",
    "sensorElement": "sensed",
}


def _words(text: str) -> list[str]:
    return text.split()


_SENSOR_TEXTS = {
    **dict.fromkeys(
        _words(
            "type exception deviceID deviceMetadata rawData dataProcessingMethod microorganism"
            " chemicalSubstance component stringValue booleanValue hexBinaryValue uriValue"
        ),
        Scope.REPORT,
    ),
    "bizRules": Scope.METADATA,
}
_SENSOR_TIMES = {"time": Scope.REPORT, "startTime": Scope.METADATA, "endTime": Scope.METADATA}
_MEASURED = re.compile(
    r"(value|minValue|maxValue|meanValue|sDev|percValue|percRank)(?:_([A-Z0-9]{2,4}))?", re.ASCII
)
_AMOUNT = re.compile(r"quantity(?:_([A-Z0-9]{2,4}))?", re.ASCII)
_TYPED = re.compile(r"(bizTransaction|source|destination)(?:_(.+))?")
_TYPED_SCOPES = {
    "bizTransaction": Scope.TRANSACTION,
    "source": Scope.SOURCE,
    "destination": Scope.DESTINATION,
}
_SCOPES = (
    ("INNER_ERROR_DECLARATION_", Scope.INNER_ERROR),
    ("ERROR_DECLARATION_", Scope.ERROR),
    ("INNER_ILMD_", Scope.INNER_ILMD),
    ("ILMD_", Scope.ILMD),
    ("INNER_readPoint_", Scope.INNER_READ_POINT),
    ("readPoint_", Scope.READ_POINT),
    ("INNER_bizLocation_", Scope.INNER_BIZ_LOCATION),
    ("bizLocation_", Scope.BIZ_LOCATION),
    ("INNER_sensorElement_", Scope.INNER_SENSOR),
    ("sensorElement_", Scope.SENSOR),
    ("INNER_sensorMetadata_", Scope.INNER_METADATA),
    ("sensorMetadata_", Scope.METADATA),
    ("INNER_sensorReport_", Scope.INNER_REPORT),
    ("sensorReport_", Scope.REPORT),
    ("INNER_", Scope.INNER),
    ("", Scope.EVENT),
)
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_NAME = re.compile(r"(EQ|GT|GE|LT|LE|EXISTS|WD|MATCH|HASATTR|EQATTR|EQ_ATTR)_(.+)")
_COMPARED = frozenset({Op.GT, Op.GE, Op.LT, Op.LE})
_ORDERS = {"eventTime": "event_time", "recordTime": "record_time"}
_CONTROLS = frozenset({"orderBy", "orderDirection", "eventCountLimit", "maxEventCount", "@context"})


def read_query(parameters: Mapping[str, Any], known: Namespaces) -> Query:
    """Return the query these parameters make.

    Raises:
        QueryParameterWrong: a parameter is unknown, contradicts another, or has a value it
            cannot have; ``data['parameter']`` names it.
    """
    named = {name: value for name, value in parameters.items() if name not in _CONTROLS}
    if len(named) > MOST_CLAUSES:
        raise QueryParameterWrong("query", parameter="query")
    clauses = [_clause(name, _texts(name, value), known) for name, value in named.items()]
    limit, most = (_count(parameters, name) for name in ("eventCountLimit", "maxEventCount"))
    if limit is not None and most is not None:
        raise QueryParameterWrong("maxEventCount", parameter="maxEventCount")
    order = _one_of(parameters, "orderBy", tuple(_ORDERS))
    return Query(
        clauses=tuple(clauses),
        order_by=_ORDERS[order] if order else None,
        descending=_one_of(parameters, "orderDirection", ("ASC", "DESC")) != "ASC",
        limit=limit,
        most=most,
    )


def _texts(name: str, value: Any) -> list[str]:
    """Return the values of a parameter as texts: a list, or texts with bars between."""
    given = value if isinstance(value, list) else str(value).split("|")
    if isinstance(value, bool):
        given = [str(value).lower()]
    if not 0 < len(given) <= MOST_VALUES or any(isinstance(each, list | dict) for each in given):
        raise QueryParameterWrong(name, parameter=name)
    return [str(each) for each in given]


def _count(parameters: Mapping[str, Any], name: str) -> int | None:
    if name not in parameters:
        return None
    text = str(parameters[name])
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST_EVENTS):
        raise QueryParameterWrong(name, parameter=name)
    return int(text[:9])


def _one_of(parameters: Mapping[str, Any], name: str, choices: Sequence[str]) -> str | None:
    value = parameters.get(name)
    if value is not None and value not in choices:
        raise QueryParameterWrong(name, parameter=name)
    return value


def _clause(name: str, texts: list[str], known: Namespaces) -> AnyClause:
    if name == "eventType":
        if not set(texts) <= {*EVENT_TYPES} | {text for text in texts if ":" in text}:
            raise QueryParameterWrong(name, parameter=name)
        return ColumnClause(parameter=name, op=Op.EQ, values=tuple(texts), column="type")
    found = _NAME.fullmatch(name)
    if found is None:
        raise QueryParameterWrong(name, parameter=name)
    word, rest = found.groups()
    if word == "MATCH":
        return _match(name, rest, texts)
    if word in {"HASATTR", "EQATTR", "EQ_ATTR"} or rest.startswith("ATTR_"):
        # Attributes are of master data, of which none is kept: no event can have any.
        return ColumnClause(parameter=name, op=Op.EQ, column="type")
    op = Op(word)
    for read in (_column, _thing, _sensor, _typed):
        clause = read(name, op, rest, texts)
        if clause is not None:
            return clause
    return _field(name, op, rest, (texts, known))


def _match(name: str, rest: str, texts: list[str]) -> AnyClause:
    if rest not in _MATCHED:
        raise QueryParameterWrong(name, parameter=name)
    roles = _MATCHED[rest]
    spell = canonical if roles <= _CLASSES else _pattern
    return ThingClause(parameter=name, op=Op.EQ, values=tuple(map(spell, texts)), roles=roles)


def _pattern(text: str) -> str:
    """Return the one spelling of a thing; a pattern of things ends with a star."""
    uri = canonical(text)
    if not text.startswith("urn:epc:idpat:") or uri == text:
        return uri
    return f"{uri}/21/*" if "/01/" in uri else f"{uri}*"


def _column(name: str, op: Op, rest: str, texts: list[str]) -> AnyClause | None:
    if op is Op.EXISTS and rest in _PRESENT:
        return ColumnClause(parameter=name, op=op, column=_PRESENT[rest])
    if op in {Op.GE, Op.LT} and rest in _TIMES:
        values = _moments(name, texts)
        return ColumnClause(parameter=name, op=op, values=values, column=_TIMES[rest])
    if op is Op.WD and rest in {"readPoint", "bizLocation"}:
        column, spell = _COLUMNS[rest]
        return ColumnClause(parameter=name, op=op, values=tuple(map(spell, texts)), column=column)
    if op is not Op.EQ or rest not in _COLUMNS:
        return None
    if rest == "action" and not set(texts) <= ACTIONS:
        raise QueryParameterWrong(name, parameter=name)
    column, spell = _COLUMNS[rest]
    return ColumnClause(parameter=name, op=op, values=tuple(map(spell, texts)), column=column)


def _thing(name: str, op: Op, rest: str, texts: list[str]) -> AnyClause | None:
    amount = _AMOUNT.fullmatch(rest)
    if amount is None or (op is not Op.EQ and op not in _COMPARED):
        return None
    values = _numbers(name, texts)
    return ThingClause(parameter=name, op=op, values=values, roles=_CLASSES, uom=amount[1])


def _sensor(name: str, op: Op, rest: str, texts: list[str]) -> AnyClause | None:
    if op is Op.EQ and rest in _SENSOR_TEXTS:
        spelled = tuple(short(text) if rest != "stringValue" else text for text in texts)
        values = tuple(map(canonical, spelled))
        return FieldClause(
            parameter=name, op=op, values=values, scope=_SENSOR_TEXTS[rest], name=rest
        )
    if op in {Op.GE, Op.LT} and rest in _SENSOR_TIMES:
        moments = _moments(name, texts)
        return FieldClause(
            parameter=name, op=op, values=moments, scope=_SENSOR_TIMES[rest], name=rest
        )
    measured = _MEASURED.fullmatch(rest)
    if measured is None or op is Op.EXISTS:
        return None
    numbers = _numbers(name, texts)
    what, uom = measured.groups()
    return FieldClause(
        parameter=name, op=op, values=numbers, scope=Scope.REPORT, name=what, uom=uom
    )


def _typed(name: str, op: Op, rest: str, texts: list[str]) -> AnyClause | None:
    changed = rest.removeprefix("persistentDisposition_")
    if op is Op.EQ and changed in {"set", "unset"}:
        return FieldClause(
            parameter=name,
            op=op,
            values=tuple(map(short, texts)),
            scope=Scope.PERSISTENT,
            name=changed,
        )
    if op is Op.EQ and rest == "correctiveEventID":
        values = tuple(texts)
        return FieldClause(parameter=name, op=op, values=values, scope=Scope.CORRECTIVE, name="")
    typed = _TYPED.fullmatch(rest)
    if op is not Op.EQ or typed is None:
        return None
    return FieldClause(
        parameter=name,
        op=op,
        values=tuple(map(canonical, texts)),
        scope=_TYPED_SCOPES[typed[1]],
        name=short(typed[2] or ""),
    )


def _field(name: str, op: Op, rest: str, given: tuple[list[str], Namespaces]) -> AnyClause:
    """Read a condition on a field of another namespace."""
    texts, known = given
    start, scope = next((s, c) for s, c in _SCOPES if rest.startswith(s))
    field = rest[len(start) :]
    if not _FIELD.fullmatch(field) or op is Op.WD:
        raise QueryParameterWrong(name, parameter=name)
    values: tuple[Value, ...] = ()
    if op is not Op.EXISTS:
        values = tuple(texts) if op is Op.EQ else (_ordered(name, texts),)
    return FieldClause(
        parameter=name, op=op, values=values, scope=scope, name=full_name(field, known)
    )


def _ordered(name: str, texts: list[str]) -> Value:
    """Return the one value of a comparison: a number or a moment."""
    value = moment_in(texts[0]) or number_in(texts[0])
    if len(texts) != 1 or value is None:
        raise QueryParameterWrong(name, parameter=name)
    return value


def _moments(name: str, texts: list[str]) -> tuple[Value, ...]:
    moments = [moment_in(text.replace(" ", "+")) for text in texts]
    if len(moments) != 1 or moments[0] is None:
        raise QueryParameterWrong(name, parameter=name)
    return (moments[0],)


def _numbers(name: str, texts: list[str]) -> tuple[Value, ...]:
    numbers = [number_in(text) for text in texts]
    if None in numbers:
        raise QueryParameterWrong(name, parameter=name)
    return tuple(number for number in numbers if number is not None)

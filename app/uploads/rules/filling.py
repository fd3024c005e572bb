"""Fill a message from facts; what is missing is named, never made up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.kernel.local_time import local
from app.uploads.rules.facts import Facts, FactValue
from app.uploads.rules.profile import LONGEST_CODE, Field, Form, Message, Query
from app.uploads.rules.states import UploadFault


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that cannot be filled: its name, the fact it wants, and what is wrong."""

    field: str
    fact: str
    fault: UploadFault


@dataclass(frozen=True, slots=True)
class Filled:
    """What a message says, and what it lacks; with gaps it must not be sent."""

    body: Mapping[str, Any]
    gaps: Sequence[Gap]


def fill(fields: Sequence[Field], facts: Facts) -> Filled:
    """Fill fields; an optional one without a fact is left out."""
    body: dict[str, Any] = {}
    gaps = []
    for field in fields:
        written = _written(field, facts.values)
        if written == "":
            if field.required:
                gaps.append(Gap(field.name, field.fact, UploadFault.MISSING))
        elif field.longest and len(written) > field.longest:
            gaps.append(Gap(field.name, field.fact, UploadFault.TOO_LONG))
        else:
            body[field.name] = Decimal(written) if field.form is Form.NUMBER else written
    return Filled(_plain(body), gaps)


def fill_message(message: Message, facts: Facts) -> Filled:
    """Fill a message's own part, with its codes where it carries any."""
    filled = fill(message.fields, facts)
    row, gaps = dict(filled.body), list(filled.gaps)
    if message.codes_node:
        gaps += _code_gaps(message, facts.codes)
        if facts.codes:
            row[message.codes_node] = [{message.code_field: code} for code in facts.codes]
    return Filled({message.node: [row] if message.listed else row}, gaps)


def fill_query(query: Query, facts: Facts) -> Filled:
    """Fill a query for one message."""
    filled = fill(query.fields, facts)
    return Filled({query.node: filled.body}, filled.gaps)


def is_found(query: Query, output: Mapping[str, Any], batch: str) -> bool:
    """Say whether the answer to a query lists the message of this batch number."""
    rows = output.get(query.found_in, [])
    if isinstance(rows, Mapping):
        rows = [rows]
    return any(isinstance(row, Mapping) and row.get(query.found_by) == batch for row in rows)


def _code_gaps(message: Message, codes: Sequence[str]) -> list[Gap]:
    if message.codes_required and not codes:
        return [Gap(message.code_field, "codes", UploadFault.MISSING)]
    if any(len(code) > LONGEST_CODE for code in codes):
        return [Gap(message.code_field, "codes", UploadFault.TOO_LONG)]
    return []


def _written(field: Field, values: Mapping[str, FactValue]) -> str:
    value = field.constant or values.get(field.fact)
    if value is None or value == "":
        return ""
    if field.words is not None:
        return str(field.words.get(str(value), ""))
    return _as_text(value, field.form)


def _as_text(value: FactValue, form: Form) -> str:
    if isinstance(value, datetime):
        moment = local(value)
        return f"{moment:%Y-%m-%d}" if form is Form.DATE else f"{moment:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or form is Form.FLAG:
        return "1" if value else "0"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """Write decimals as JSON numbers: whole ones without a point."""
    return {
        name: (int(value) if value == value.to_integral_value() else float(value))
        if isinstance(value, Decimal)
        else value
        for name, value in body.items()
    }

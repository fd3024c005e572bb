"""A query of events, read: conditions on columns, things and fields; order and limits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.epcis.rules.fields import Role, Scope


class Op(StrEnum):
    """How a value is compared."""

    EQ = "EQ"
    GT = "GT"
    GE = "GE"
    LT = "LT"
    LE = "LE"
    EXISTS = "EXISTS"
    WD = "WD"


Value = str | float | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition; all must hold. Of several ``values`` one is enough."""

    parameter: str
    op: Op
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnClause(Clause):
    """A condition on a field that every event has: type, step, place, time."""

    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingClause(Clause):
    """A condition on the things an event names: by URI, or by a quantity of a class."""

    roles: frozenset[Role]
    uom: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldClause(Clause):
    """A condition on a field somewhere in the event."""

    scope: Scope
    name: str
    uom: str | None = None


AnyClause = ColumnClause | ThingClause | FieldClause


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of what was recorded: keys behind the first up to the second, by source."""

    own: tuple[int, int]
    told: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What was asked for. ``limit`` cuts the result, more than ``most`` refuses it.

    With a ``window``, only what was recorded in it, and what was declared wrong in it.
    """

    clauses: tuple[AnyClause, ...] = ()
    order_by: str | None = None
    descending: bool = True
    limit: int | None = None
    most: int | None = None
    window: Window | None = None

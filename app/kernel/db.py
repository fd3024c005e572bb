"""Engine, declarative base, shared column types, and constraint violations as refusals."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Identity,
    MetaData,
    SmallInteger,
    String,
    TypeDecorator,
    create_engine,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

from app.kernel import liveness
from app.kernel.errors import DomainError

NAMING_CONVENTION = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


STORED_BY_VALUE = Enum(
    StrEnum,
    native_enum=False,
    create_constraint=True,
    length=32,
    values_callable=_values,
)


class NumberedEnum(StrEnum):
    """Words with a number each, by which tables of many rows store them.

    A member is written ``WORD = "word", 7``; once released, its number never changes.
    """

    _value_: str
    number: int

    def __new__(cls, word: str, number: int) -> Self:
        """Make a member that is its word and knows its number."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.number = number
        return member


class Numbered(TypeDecorator[NumberedEnum]):
    """A column of two bytes that holds the number of a word."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, kind: type[NumberedEnum]) -> None:
        """Store words of this kind."""
        super().__init__()
        self.kind = kind
        self._words = {member.number: member for member in kind}
        self._numbers = {member.value: member.number for member in kind}

    def number_of(self, word: object) -> int:
        """Return the number of a word."""
        return self._numbers[str(word)]

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> int | None:
        """Return the number of a word."""
        return None if value is None else self.number_of(value)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> NumberedEnum | None:
        """Return the word of a number."""
        return None if value is None else self._words[value]


CreatedAt = Annotated[datetime, mapped_column(server_default=func.now())]
Code = Annotated[str, mapped_column(String(collation="C"))]
"""A code compared byte by byte: trace codes, lot numbers, references."""
BigId = Annotated[int, mapped_column(BigInteger)]
Json = dict[str, Any]


def key() -> Any:
    """Return the primary key column every table has; its Python type names the thing."""
    return mapped_column(BigInteger, Identity(always=True), primary_key=True)


class SmallKey(BigInteger):
    """A key of four bytes, compared as one of eight: a number too large is just not found."""


@compiles(SmallKey)
def _small(_type: SmallKey, _compiler: Any, **_options: Any) -> str:
    return "INTEGER"


def small_key() -> Any:
    """Return a primary key of four bytes, for tables of hundreds of millions of rows."""
    return mapped_column(SmallKey, Identity(always=True), primary_key=True)


class Base(DeclarativeBase):
    """Base of every table; constraint names are fixed so code and migrations can cite them."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: Mapping[Any, Any] = {
        datetime: DateTime(timezone=True),
        StrEnum: STORED_BY_VALUE,
        Json: JSONB,
    }


def open_engine(url: str, *, statement_seconds: int = 5, pool_size: int = 8) -> Engine:
    """Connect to one database, in UTC; wait at most 4 s for a lock."""
    options = (
        f"-c timezone=UTC -c lock_timeout=4s -c statement_timeout={statement_seconds}s"
        # Flash, not spindles: an index is worth a jump. Compiling short queries is not worth it.
        " -c random_page_cost=1.1 -c jit=off"
        " -c idle_in_transaction_session_timeout=60s"
        # A host that vanished must not keep its locks for hours.
        " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    )
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=8,
        pool_timeout=10,
        connect_args={"options": options},
    )
    liveness.watch(engine)
    return engine


def sqlstate(error: DBAPIError) -> str | None:
    """Return PostgreSQL's five-letter code of a failure."""
    state = getattr(error.orig, "sqlstate", None)
    return str(state) if state else None


def violated(error: IntegrityError) -> str | None:
    """Return the name of the constraint that an error is about."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return str(name) if name else None


@contextmanager
def refusing(session: Session, constraint: str, refusal: DomainError) -> Generator[None]:
    """Turn the violation of one named constraint into a refusal; let every other error through.

    The block runs in a savepoint, so the surrounding transaction stays usable.
    """
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if violated(error) == constraint:
            raise refusal from error
        raise

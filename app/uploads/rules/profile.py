"""Field maps: which message a province wants, and from which facts its fields are filled.

A map is data, read from TOML. A province's own map extends the base map and says only what
differs; whatever it says wrongly is named before anything is sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.uploads.errors import ProfileBroken
from app.uploads.rules.facts import NAMES
from app.uploads.rules.states import UploadKind

LONGEST_CODE = 100
"""Longest trace code a platform takes (C12)."""
Table = Mapping[str, Any]


class Form(StrEnum):
    """How a fact is written."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: the fact it is filled from, or a constant; ``words`` translate values."""

    name: str
    fact: str = ""
    constant: str = ""
    form: Form = Form.TEXT
    required: bool = False
    longest: int = 0
    words: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One kind of message: its number, where its fields stand, and which query finds it.

    ``taken_when_gone``: it takes another message back, so it was taken if that is gone.
    """

    number: str
    node: str
    listed: bool
    query: str
    taken_when_gone: bool
    codes_node: str
    code_field: str
    codes_required: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A message that asks whether another was taken, and where the answer lists it."""

    number: str
    node: str
    found_in: str
    found_by: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Time limits and repeats; ``quiet`` is how long the platform may still work on a message."""

    timeout: timedelta
    quiet: timedelta
    lease: timedelta
    first_delay: timedelta
    longest_delay: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a province's platform is told.

    ``already`` are words by which it says that it has a message, ``nothing`` that it found none.
    """

    title: str
    since: date
    item_kinds: tuple[str, ...]
    already: tuple[str, ...]
    nothing: tuple[str, ...]
    patience: Patience
    envelope: tuple[Field, ...]
    messages: Mapping[UploadKind, Message]
    queries: Mapping[str, Query]
    settlement: tuple[Field, ...]


def merged(base: Table, own: Table) -> dict[str, Any]:
    """Lay a province's table over the base: tables merge, everything else replaces."""
    result = dict(base)
    for name, value in own.items():
        under = result.get(name)
        if isinstance(value, Mapping) and isinstance(under, Mapping):
            # A field that gets a constant is no longer filled from its fact, and the reverse.
            dropped = {"constant": "from", "from": "constant"}
            kept = {key: old for key, old in under.items() if dropped.get(key) not in value}
            result[name] = merged(kept, value)
        else:
            result[name] = value
    return result


def read_profile(table: Table, name: str) -> Profile:
    """Return the map a table describes.

    Raises:
        ProfileBroken: something is missing, unknown or of the wrong kind; all of it is named.
    """
    reader = _Reader()
    profile = Profile(
        title=reader.text(table, "title", "title"),
        since=reader.typed(table, "since", "since", date(2026, 1, 1)),
        item_kinds=tuple(reader.typed(table, "item_kinds", "item_kinds", [])),
        already=tuple(reader.typed(table, "already", "already", [])),
        nothing=tuple(reader.typed(table, "nothing", "nothing", [])),
        patience=reader.patience(reader.typed(table, "patience", "patience", {})),
        envelope=reader.fields(reader.typed(table, "envelope", "envelope", {}), "envelope"),
        messages=reader.messages(reader.typed(table, "messages", "messages", {})),
        queries=reader.queries(reader.typed(table, "queries", "queries", {})),
        settlement=reader.fields(reader.typed(table, "settlement", "settlement", {}), "settlement"),
    )
    reader.check_queries(profile)
    if reader.faults:
        raise ProfileBroken(f"{name}: {'; '.join(reader.faults)}")
    return profile


FIELD_KEYS = frozenset({"from", "constant", "as", "required", "longest", "words", "omit"})


class _Reader:
    """Reads what a map should hold and keeps every fault, not only the first."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def typed(self, table: Table, key: str, where: str, usual: Any) -> Any:
        value = table.get(key)
        if isinstance(value, type(usual)) and not (
            isinstance(value, bool) and not isinstance(usual, bool)
        ):
            return value
        missing = "is missing" if value is None else f"must be {type(usual).__name__}"
        self.faults.append(f"{where} {missing}")
        return usual

    def text(self, table: Table, key: str, where: str) -> str:
        value: str = self.typed(table, key, where, "")
        return value

    def patience(self, table: Table) -> Patience:
        def seconds(key: str) -> timedelta:
            return timedelta(seconds=self.typed(table, key, f"patience.{key}", 1))

        found = Patience(
            timeout=seconds("timeout_seconds"),
            quiet=seconds("quiet_seconds"),
            lease=seconds("lease_seconds"),
            first_delay=seconds("first_delay_seconds"),
            longest_delay=seconds("longest_delay_seconds"),
        )
        if found.lease < found.timeout * 2:
            self.faults.append("patience.lease_seconds must be twice timeout_seconds or more")
        return found

    def messages(self, table: Table) -> dict[UploadKind, Message]:
        known = {kind.value for kind in UploadKind}
        self.faults += [f"messages.{name} is unknown" for name in sorted(set(table) - known)]
        return {
            UploadKind(name): self._message(table[name], f"messages.{name}")
            for name in sorted(set(table) & known)
        }

    def _message(self, table: Table, where: str) -> Message:
        return Message(
            number=self.text(table, "number", f"{where}.number"),
            node=self.text(table, "node", f"{where}.node"),
            listed=bool(table.get("listed", False)),
            query=self.text(table, "query", f"{where}.query"),
            taken_when_gone=bool(table.get("taken_when_gone", False)),
            codes_node=str(table.get("codes_node", "")),
            code_field=str(table.get("code_field", "")),
            codes_required=bool(table.get("codes_required", False)),
            fields=self.fields(table.get("fields", {}), f"{where}.fields"),
        )

    def queries(self, table: Table) -> dict[str, Query]:
        return {
            name: Query(
                number=self.text(one, "number", f"queries.{name}.number"),
                node=self.text(one, "node", f"queries.{name}.node"),
                found_in=self.text(one, "found_in", f"queries.{name}.found_in"),
                found_by=self.text(one, "found_by", f"queries.{name}.found_by"),
                fields=self.fields(one.get("fields", {}), f"queries.{name}.fields"),
            )
            for name, one in sorted(table.items())
        }

    def fields(self, table: Table, where: str) -> tuple[Field, ...]:
        return tuple(self._fields(table, where))

    def _fields(self, table: Table, where: str) -> Iterator[Field]:
        for name, told in table.items():
            place = f"{where}.{name}"
            if not isinstance(told, Mapping):
                self.faults.append(f"{place} must be a table")
            elif not told.get("omit", False):
                yield self._field(name, told, place)

    def _field(self, name: str, told: Table, place: str) -> Field:
        self.faults += [f"{place}.{key} is unknown" for key in sorted(set(told) - FIELD_KEYS)]
        fact, constant = str(told.get("from", "")), str(told.get("constant", ""))
        if bool(fact) == bool(constant):
            self.faults.append(f"{place} needs either from or constant")
        if fact and fact not in NAMES:
            self.faults.append(f"{place}.from: nothing is called {fact}")
        form = str(told.get("as", "text"))
        if form not in {each.value for each in Form}:
            self.faults.append(f"{place}.as: {form} is no form")
            form = Form.TEXT
        return Field(
            name=name,
            fact=fact,
            constant=constant,
            form=Form(form),
            required=bool(told.get("required", False)),
            longest=int(told.get("longest", 0)),
            words=told.get("words"),
        )

    def check_queries(self, profile: Profile) -> None:
        for kind, message in profile.messages.items():
            if message.query not in profile.queries:
                self.faults.append(f"messages.{kind}.query: no query is called {message.query}")

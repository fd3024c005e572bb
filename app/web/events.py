"""Events a device recorded by itself: each is read, and answered, on its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields

from app.kernel.errors import DomainError, RuleBroken
from app.web.messages import text_of


class EventUnreadable(RuleBroken):
    """What the device sent is not an event; the message names the first bad field."""

    code = "event-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An event that is not one; ``problem`` names its first bad field."""

    client_event_id: str
    problem: str


class EventField(fields.Nested):
    """An event read on its own: a bad one is answered like the others and stops none."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        partial: Any = None,
        **kwargs: Any,
    ) -> Any:
        try:
            return super()._deserialize(value, attr, data, partial=partial, **kwargs)
        except ValidationError as error:
            given = value.get("client_event_id") if isinstance(value, Mapping) else None
            return Unreadable(
                client_event_id=given if isinstance(given, str) else "",
                problem=", ".join(sorted(map(str, error.messages))),
            )


def sentence_of(code: str, told: Mapping[str, Any]) -> str:
    """Return why an event was rejected; nothing for the others."""
    if not code:
        return ""
    data = dict(told)
    refusal = DomainError(str(data.pop("subject", "")), **data)
    refusal.code = code
    return text_of(refusal)

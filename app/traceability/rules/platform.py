"""What the trace platform (码上放心) says of a code, and what that means for us.

Status letters and scan results are those of the platform: A activated, I in, O out,
C cancelled, E unknown; scan 11 never applied for, 12 last four digits wrong, 13 not activated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.kernel.errors import DomainError
from app.traceability.errors import CheckFailed, CodeCancelled, NotActivated

ACTIVE = frozenset({"A", "I", "O"})
CANCELLED = "C"
WRONG_CHECK = 12
NEVER = frozenset({11, 13})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAnswer:
    """The platform's word on one code: a status letter, and the result of its scan check."""

    status: str
    scan: int = 0


class Platform(Protocol):
    """Whoever can ask the trace platform; outside any transaction."""

    def look_up(self, codes: Sequence[str]) -> Mapping[str, PlatformAnswer]:
        """Return what the platform says of codes; one it could not be asked about is missing."""


def refusal_of(code: str, answer: PlatformAnswer) -> DomainError | None:
    """Return why a code may not be used, or None where the platform knows it as active."""
    if answer.scan == WRONG_CHECK:
        return CheckFailed(code, scanned=code)
    if answer.status == CANCELLED:
        return CodeCancelled(code, scanned=code)
    if answer.scan in NEVER or answer.status not in ACTIVE:
        return NotActivated(code, scanned=code)
    return None

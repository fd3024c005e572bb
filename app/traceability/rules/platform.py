"""What the trace platform (码上放心) says of a code, and what that means for us.

Status letters and scan results are those of the platform: A activated, I in, O out,
C cancelled, E unknown; scan 11 never applied for, 12 last four digits wrong, 13 not activated.
"""

from dataclasses import dataclass

from app.kernel.errors import DomainError
from app.traceability.errors import CheckFailed, CodeCancelled, NotActivated

ACTIVE = frozenset({"A", "I", "O"})
CANCELLED = "C"
OUT = "O"
WRONG_CHECK = 12
NEVER = frozenset({11, 13})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAnswer:
    """The platform's word on one code: a status letter, and the result of its scan check.

    ``sold_by`` is the institution that told it of a sale, where it is out for one.
    """

    status: str
    scan: int = 0
    sold_by: str = ""

    @property
    def is_sold(self) -> bool:
        """Say whether somebody gave the pack to a patient; out alone may mean on its way."""
        return self.status == OUT and bool(self.sold_by)


def refusal_of(code: str, answer: PlatformAnswer) -> DomainError | None:
    """Return why a code may not be used, or None where the platform knows it as active."""
    if answer.scan == WRONG_CHECK:
        return CheckFailed(code, scanned=code)
    if answer.status == CANCELLED:
        return CodeCancelled(code, scanned=code)
    if answer.scan in NEVER or answer.status not in ACTIVE:
        return NotActivated(code, scanned=code)
    return None

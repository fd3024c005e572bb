"""The codes of a dispensing for the settlement message 2207, which the settling system sends."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.uploads import queries
from app.uploads.errors import FeeNumbersDiffer
from app.uploads.rules import Facts, Profile, fill
from app.uploads.rules.profile import LONGEST_CODE


def settlement_part(
    session: Session, actor: Actor, profile: Profile, asked: tuple[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Return one row for each code; lines without codes have none.

    ``asked`` is the dispensing's reference and the settling system's own number of the fee
    for each of its lines: we make up none.

    Raises:
        NotFound: there is no such dispensing at the actor's facilities.
        FeeNumbersDiffer: there is not one number for each line.
    """
    reference, numbers = asked
    lines = queries.list_dispensed(session, actor, reference)
    if not lines:
        raise NotFound("dispensing")
    if len(lines) != len(numbers):
        raise FeeNumbersDiffer(reference, lines=len(lines), given=len(numbers))
    rows = []
    for number, line in zip(numbers, lines, strict=True):
        if line.code is None or len(line.code) > LONGEST_CODE:
            continue
        filled = fill(profile.settlement, Facts(values={"split": line.split}))
        rows.append({"feedetl_sn": number, "drug_trac_codg": line.code, **filled.body})
    return rows

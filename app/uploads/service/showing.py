"""Where uploads stand: today by facility, causes of failure, and what was collected and told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId
from app.kernel.local_time import at_local, local_day
from app.network import service as network
from app.uploads import queries
from app.uploads.queries import CauseRow, CoverageRow, ShareRow, UploadQuery, UploadRow
from app.uploads.rules import UploadState
from app.uploads.rules.coverage import NONE, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityShares:
    """A facility's shares: codes of packs, codes of split parts, sales told."""

    facility_id: FacilityId
    facility: str
    packs: Share
    parts: Share
    told: Share
    uncoded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the first page of uploads shows."""

    today: Sequence[ShareRow]
    told_today: Share
    standing: dict[UploadState, int]
    causes: Sequence[CauseRow]
    facilities: Sequence[FacilityShares]
    packs: Share
    parts: Share
    told: Share
    uncoded: int
    lines: int
    days: int


def overview(session: Session, actor: Actor, covered: timedelta, *, now: datetime) -> Overview:
    """Return the figures of the local day of ``now``, and of the days covered before it."""
    start = at_local(local_day(now), time())
    end = start + timedelta(days=1)
    today = queries.shares(session, actor, start, end)
    rows = queries.coverage(session, actor, end - covered, end)
    facilities = [_shares(row) for row in rows]
    return Overview(
        today=sorted(today, key=lambda row: (row.acked / row.total, row.facility)),
        told_today=sum((Share(row.acked, row.total) for row in today), NONE),
        standing=queries.standing(session, actor),
        causes=queries.causes(session, actor),
        facilities=facilities,
        packs=sum((one.packs for one in facilities), NONE),
        parts=sum((one.parts for one in facilities), NONE),
        told=sum((one.told for one in facilities), NONE),
        uncoded=sum(row.uncoded_lines for row in rows),
        lines=sum(row.lines for row in rows),
        days=covered.days,
    )


def list_uploads(session: Session, actor: Actor, wanted: UploadQuery, size: int) -> list[UploadRow]:
    """Return messages, newest first, one more than ``size``.

    Raises:
        NotFound: they are asked for a facility whose messages the actor may not see.
    """
    if wanted.facility_id is not None and not actor.sees(wanted.facility_id):
        raise NotFound("facility")
    return queries.list_uploads(session, actor, wanted, size)


def facilities_of(session: Session, actor: Actor) -> Sequence[tuple[FacilityId, str]]:
    """Return the facilities whose messages an actor may see, for a choice."""
    known = network.list_names(session)
    if actor.may(Permission.COUNTY_READ):
        return known
    return [each for each in known if each[0] in actor.facility_ids]


def _shares(row: CoverageRow) -> FacilityShares:
    return FacilityShares(
        facility_id=row.facility_id,
        facility=row.facility,
        packs=Share(row.coded_packs, row.packs),
        parts=Share(row.coded_parts, row.parts),
        told=Share(row.acked, row.lines),
        uncoded=row.uncoded_lines,
    )

"""What pages and programs are shown of a reconciliation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory.models import Place, PlaceKind
from app.kernel.db import Json
from app.kernel.ids import DifferenceId, FacilityId
from app.network.models import Facility
from app.reconciliation.models import CodeDifference, ReconciledSite, Reconciliation
from app.reconciliation.rules import Figures, Scope, share
from app.traceability.models import Lot


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A lot at a place whose codes and book differ, with what may explain it."""

    id: DifferenceId
    facility_id: FacilityId
    facility: str
    place_code: str
    place_name: str
    place_kind: PlaceKind
    item_id: int
    item_name: str
    strength: str
    base_unit: str
    lot_id: int
    lot_number: str
    books: int
    codes: int
    clues: Json
    found_at: datetime
    seen_at: datetime
    ended_at: datetime | None

    @property
    def difference(self) -> int:
        """What the codes have more than the book; below zero they lack it."""
        return Figures(self.books, self.codes).difference

    @property
    def leads(self) -> list[Json]:
        """Codes and documents that may explain it."""
        return list(self.clues.get("leads", []))


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceFilter:
    """Whose differences (None is the whole county's), open ones or all, before which."""

    scope: frozenset[FacilityId] | None
    whole: bool = False
    before: int | None = None


def list_differences(
    session: Session, wanted: DifferenceFilter, size: int
) -> Sequence[DifferenceRow]:
    """Return differences, newest first, at most ``size`` + 1."""
    query = (
        select(
            CodeDifference.id,
            CodeDifference.facility_id,
            Facility.short_name,
            Place.code,
            Place.name,
            Place.kind,
            Item.id,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.id,
            Lot.lot_number,
            CodeDifference.books,
            CodeDifference.codes,
            CodeDifference.clues,
            CodeDifference.found_at,
            CodeDifference.seen_at,
            CodeDifference.ended_at,
        )
        .join(Facility, Facility.id == CodeDifference.facility_id)
        .join(Place, Place.id == CodeDifference.place_id)
        .join(Item, Item.id == CodeDifference.item_id)
        .join(Lot, Lot.id == CodeDifference.lot_id)
    )
    if wanted.scope is not None:
        query = query.where(CodeDifference.facility_id.in_(wanted.scope))
    if not wanted.whole:
        query = query.where(CodeDifference.ended_at.is_(None))
    if wanted.before is not None:
        query = query.where(CodeDifference.id < wanted.before)
    rows: Iterable[Any] = session.execute(query.order_by(CodeDifference.id.desc()).limit(size + 1))
    return [DifferenceRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A facility: how many places and lots were compared, and how many differ now."""

    facility_id: FacilityId
    facility: str
    compared: int
    packs: int
    base_units: int
    differing: int
    compared_at: datetime

    @property
    def agreeing(self) -> float:
        """How many of a hundred agree."""
        return share(max(0, self.compared - self.differing), self.compared)


def list_sites(session: Session, scope: frozenset[FacilityId] | None) -> list[SiteRow]:
    """Return every facility with coded goods, those that differ first, then by pinyin."""
    differing = (
        select(CodeDifference.facility_id, func.count().label("count"))
        .where(CodeDifference.ended_at.is_(None))
        .group_by(CodeDifference.facility_id)
        .subquery()
    )
    count = func.coalesce(differing.c.count, 0)
    query = (
        select(
            Facility.id,
            Facility.short_name,
            ReconciledSite.compared,
            ReconciledSite.packs,
            ReconciledSite.books,
            count,
            ReconciledSite.compared_at,
        )
        .join(ReconciledSite, ReconciledSite.facility_id == Facility.id)
        .outerjoin(differing, differing.c.facility_id == Facility.id)
        .where((ReconciledSite.compared > 0) | (count > 0))
        .order_by(count.desc(), Facility.pinyin, Facility.id)
    )
    if scope is not None:
        query = query.where(Facility.id.in_(scope))
    rows: Iterable[Any] = session.execute(query)
    return [SiteRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class RunRow:
    """One comparison of the whole county."""

    compared: int
    differing: int
    packs: int
    started_at: datetime
    milliseconds: int


def last_runs(session: Session, count: int) -> list[RunRow]:
    """Return the latest comparisons of the whole county, oldest first."""
    rows: Iterable[Any] = session.execute(
        select(
            Reconciliation.compared,
            Reconciliation.differing,
            Reconciliation.packs,
            Reconciliation.started_at,
            Reconciliation.milliseconds,
        )
        .where(Reconciliation.scope == Scope.COUNTY)
        .order_by(Reconciliation.id.desc())
        .limit(count)
    )
    return [RunRow(*row) for row in rows][::-1]

"""Figures of uploads: today's share, causes of failure, how many codes were collected and told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId
from app.network.models import Facility
from app.uploads.models import Upload
from app.uploads.queries.showing import visible
from app.uploads.rules import UploadFault, UploadKind, UploadState


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A facility's messages of what happened in a period, by where they stand."""

    facility_id: FacilityId
    facility: str
    total: int
    acked: int
    failed: int
    unknown: int

    @property
    def waiting(self) -> int:
        """How many were not told yet."""
        return self.total - self.acked - self.failed - self.unknown


@dataclass(frozen=True, slots=True)
class CauseRow:
    """A cause of failure, and how many messages of how many facilities it holds up."""

    fault: UploadFault
    field: str
    text: str
    messages: int
    facilities: int
    items: int


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A facility's sales of a period: packs and split parts, with codes and told.

    Goods that are not managed by code (无码商品) stand apart: nothing could be collected.
    """

    facility_id: FacilityId
    facility: str
    packs: int
    coded_packs: int
    parts: int
    coded_parts: int
    uncoded_lines: int
    lines: int
    acked: int


def shares(session: Session, actor: Actor, since: datetime, until: datetime) -> list[ShareRow]:
    """Return where the messages of what happened in a period stand, by facility."""
    total = func.count()
    rows: Iterable[Any] = session.execute(
        select(
            Upload.facility_id,
            Facility.short_name,
            total,
            _count(Upload.state == UploadState.ACKED),
            _count(Upload.state == UploadState.FAILED),
            _count(Upload.state == UploadState.UNKNOWN),
        )
        .join(Facility, Facility.id == Upload.facility_id)
        .where(visible(actor), Upload.happened_at >= since, Upload.happened_at < until)
        .group_by(Upload.facility_id, Facility.short_name, Facility.pinyin)
        .order_by(Facility.pinyin, Upload.facility_id)
    )
    return [ShareRow(*row) for row in rows]


def standing(session: Session, actor: Actor) -> dict[UploadState, int]:
    """Return how many messages are in each state that is not over."""
    rows = session.execute(
        select(Upload.state, func.count())
        .where(visible(actor), Upload.state != UploadState.ACKED)
        .group_by(Upload.state)
    )
    return {row[0]: row[1] for row in rows}


def causes(session: Session, actor: Actor, most: int = 50) -> list[CauseRow]:
    """Return why messages failed, what holds up most first."""
    messages = func.count()
    told = case((Upload.fault == UploadFault.REFUSED, Upload.fault_text), else_="")
    rows: Iterable[Any] = session.execute(
        select(
            Upload.fault,
            Upload.fault_field,
            func.min(Upload.fault_text),
            messages,
            func.count(Upload.facility_id.distinct()),
            func.count(Upload.item_id.distinct()),
        )
        .where(visible(actor), Upload.state == UploadState.FAILED)
        .group_by(Upload.fault, Upload.fault_field, told)
        .order_by(messages.desc(), Upload.fault_field)
        .limit(most)
    )
    return [CauseRow(*row) for row in rows]


def coverage(session: Session, actor: Actor, since: datetime, until: datetime) -> list[CoverageRow]:
    """Count what was sold in a period: whole packs, split parts, with codes, and told.

    Source: whole packs and split parts are counted apart (C24). What was undone has left both.
    """
    undone = select(Upload.after_id).where(Upload.kind == UploadKind.SALE_RETURN)
    whole, coded = ~Upload.split, Upload.code_count > 0
    managed = or_(Item.is_coded, coded)
    packs = cast(Upload.quantity / Item.units_per_pack, BigInteger)
    rows: Iterable[Any] = session.execute(
        select(
            Upload.facility_id,
            Facility.short_name,
            _sum(packs, and_(whole, managed)),
            _sum(func.least(packs, Upload.code_count), and_(whole, managed)),
            _count(and_(Upload.split, managed)),
            _count(and_(Upload.split, coded)),
            _count(~managed),
            func.count(),
            _count(Upload.state == UploadState.ACKED),
        )
        .join_from(Upload, Facility, Facility.id == Upload.facility_id)
        .join(Item, Item.id == Upload.item_id)
        .where(
            visible(actor),
            Upload.kind == UploadKind.SALE,
            Upload.happened_at >= since,
            Upload.happened_at < until,
            Upload.id.not_in(undone.where(Upload.after_id.is_not(None))),
        )
        .group_by(Upload.facility_id, Facility.short_name, Facility.pinyin)
        .order_by(Facility.pinyin, Upload.facility_id)
    )
    return [CoverageRow(*row) for row in rows]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _sum(values: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(values).filter(condition), 0), BigInteger)

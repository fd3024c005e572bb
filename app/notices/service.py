"""Push news to the people it concerns, once; let them mark what they have seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import RoleGrant, UserAccount
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, NoticeId
from app.kernel.rows import as_table
from app.network.models import Facility
from app.notices.models import Notice
from app.notices.queries import count_unread
from app.notices.rules import CONCERNED, NoticeKind

__all__ = ["News", "count_unread", "mark_all_read", "mark_read", "push"]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is new at a facility: so many since the last time, so many on the list in all."""

    facility_id: FacilityId
    fresh: int
    total: int


def push(session: Session, kind: NoticeKind, news: Sequence[News], *, now: datetime) -> int:
    """Tell the people concerned; return how many.

    A person gets one notice of a kind for all facilities they act for. One they have not
    read yet grows instead of a second: two pushes at once queue on its unique index.
    """
    if not news:
        return 0
    given = as_table(
        [Facility.id, Notice.fresh, Notice.total],
        [{"id": one.facility_id, "fresh": one.fresh, "total": one.total} for one in news],
    )
    of_theirs = or_(
        UserAccount.facility_id == Facility.id, UserAccount.facility_id == Facility.parent_id
    )
    holds_role = and_(
        RoleGrant.user_id == UserAccount.id,
        RoleGrant.facility_id == UserAccount.facility_id,
        RoleGrant.role.in_(CONCERNED[kind]),
    )
    concerned = (
        select(
            UserAccount.id,
            literal(kind.value),
            func.sum(given.c.fresh),
            func.sum(given.c.total),
            func.count(),
            literal(now),
        )
        .join_from(given, Facility, Facility.id == given.c.id)
        .join(UserAccount, of_theirs)
        .where(UserAccount.active, select(RoleGrant.id).where(holds_role).exists())
        .group_by(UserAccount.id)
        .order_by(UserAccount.id)
    )
    added = insert(Notice).from_select(
        ["user_id", "kind", "fresh", "total", "facilities", "told_at"], concerned
    )
    told = added.on_conflict_do_update(
        index_elements=["user_id", "kind"],
        index_where=text("read_at IS NULL"),
        set_={
            "fresh": Notice.fresh + added.excluded.fresh,
            "total": added.excluded.total,
            "facilities": added.excluded.facilities,
            "told_at": added.excluded.told_at,
        },
    ).returning(Notice.id)
    return len(session.scalars(told).all())


def mark_read(session: Session, actor: Actor, notice_id: NoticeId, *, now: datetime) -> Notice:
    """Note that its owner has looked; a second time changes nothing.

    Raises:
        NotFound: there is no such notice of this person.
    """
    session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.user_id == actor.user_id, Notice.read_at.is_(None))
        .values(read_at=now)
    )
    notice = session.scalars(
        select(Notice).where(Notice.id == notice_id, Notice.user_id == actor.user_id)
    ).first()
    if notice is None:
        raise NotFound("notice")
    return notice


def mark_all_read(session: Session, actor: Actor, *, now: datetime) -> int:
    """Note that a person has looked at everything; return how many notices that were."""
    seen = (
        update(Notice)
        .where(Notice.user_id == actor.user_id, Notice.read_at.is_(None))
        .values(read_at=now)
        .returning(Notice.id)
    )
    return len(session.scalars(seen).all())

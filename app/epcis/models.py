"""Tables of events that others told us, of capture jobs, queries, whom to call, where ids lead."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Code, Json, key
from app.kernel.ids import FacilityId, JobId, UserId


class Capture(Base):
    """A document somebody sent (采集任务), as it came; ``errors`` is what was wrong with it.

    With ``proceed`` the events that are right are kept even where others are wrong. ``body`` may
    have megabytes and is read only where it is asked for.
    """

    __tablename__ = "epcis_capture"

    id: Mapped[BigId] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), index=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"), index=True)
    job_id: Mapped[JobId | None] = mapped_column(ForeignKey("job.id"))
    proceed: Mapped[bool]
    body: Mapped[str] = mapped_column(deferred=True)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    events: Mapped[int] = mapped_column(default=0)
    stored: Mapped[int] = mapped_column(default=0)
    announced: Mapped[int] = mapped_column(default=0)
    errors: Mapped[Json] = mapped_column(default=dict)


class CapturedEvent(Base):
    """An event that another system told us, as it told it; rows are only ever added.

    ``content`` is the digest of what it says, error declaration included: the same event told
    again is one row. ``note`` says how it contradicts what was told before.
    """

    __tablename__ = "epcis_event"
    __table_args__ = (
        UniqueConstraint("facility_id", "event_id", "content"),
        Index("ix_epcis_event_event_time", "facility_id", "event_time"),
        Index("ix_epcis_event_record_time", "facility_id", "record_time"),
        Index("ix_epcis_event_biz_step", "biz_step", "event_time"),
        Index("ix_epcis_event_disposition", "disposition", "event_time"),
        Index("ix_epcis_event_read_point", "read_point"),
        Index("ix_epcis_event_biz_location", "biz_location"),
        Index("ix_epcis_event_event_id", "event_id"),
    )

    id: Mapped[BigId] = key()
    capture_id: Mapped[BigId] = mapped_column(ForeignKey("epcis_capture.id"), index=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    event_id: Mapped[Code]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    type: Mapped[Code]
    action: Mapped[Code]
    event_time: Mapped[datetime]
    record_time: Mapped[datetime]
    biz_step: Mapped[Code]
    disposition: Mapped[Code]
    read_point: Mapped[Code]
    biz_location: Mapped[Code]
    transformation_id: Mapped[Code]
    declared_at: Mapped[datetime | None]
    error_reason: Mapped[Code]
    sensed: Mapped[bool]
    prefixes: Mapped[Json]
    document: Mapped[Json]
    note: Mapped[Code]


class CapturedThing(Base):
    """A thing or class an event names, by its one spelling; ``role`` is a ``Role``."""

    __tablename__ = "epcis_thing"
    __table_args__ = (Index("ix_epcis_thing_uri", "uri", "role", "event_id"),)

    event_id: Mapped[BigId] = mapped_column(ForeignKey("epcis_event.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[int]
    uri: Mapped[Code]
    quantity: Mapped[float | None]
    uom: Mapped[Code]


class CapturedField(Base):
    """A field of an event that has no column of its own; ``scope`` is a ``Scope``."""

    __tablename__ = "epcis_field"
    __table_args__ = (
        Index("ix_epcis_field_text", "scope", "name", "text"),
        Index("ix_epcis_field_number", "scope", "name", "number"),
        Index("ix_epcis_field_moment", "scope", "name", "moment"),
    )

    event_id: Mapped[BigId] = mapped_column(ForeignKey("epcis_event.id"), primary_key=True)
    number_in_event: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[int]
    name: Mapped[Code]
    text: Mapped[Code]
    number: Mapped[float | None]
    moment: Mapped[datetime | None]
    uom: Mapped[Code]


class NamedQuery(Base):
    """A query a facility gave a name, to ask again (命名查询)."""

    __tablename__ = "epcis_query"
    __table_args__ = (UniqueConstraint("facility_id", "name"),)

    id: Mapped[BigId] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[Code]
    query: Mapped[Json]
    created_at: Mapped[datetime]


class Subscription(Base):
    """Whom to call when a named query means something new (订阅); ``code`` is its public name.

    It keeps the query as it was, and who asked: that person's rights decide each time. Up to
    ``own_after`` and ``told_after`` everything was told. A window under way ends at ``own_until``
    and ``told_until``; ``page`` is how far it was told. ``turn`` counts attempts, and only the
    last one may write down how it ended. Without ``schedule`` it tells as things happen.
    """

    __tablename__ = "epcis_subscription"
    __table_args__ = (
        CheckConstraint("(own_until IS NULL) = (told_until IS NULL)", name="window"),
        Index("ix_epcis_subscription_due", "next_at", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[BigId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), index=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    query_name: Mapped[Code]
    query: Mapped[Json]
    dest: Mapped[Code]
    token: Mapped[Code]
    schedule: Mapped[Json]
    report_if_empty: Mapped[bool]
    recorded_from: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    own_after: Mapped[int] = mapped_column(BigInteger)
    told_after: Mapped[int] = mapped_column(BigInteger)
    own_until: Mapped[int | None] = mapped_column(BigInteger)
    told_until: Mapped[int | None] = mapped_column(BigInteger)
    page: Mapped[Json] = mapped_column(default=dict)
    turn: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    fault: Mapped[Code] = mapped_column(default="")
    notified_at: Mapped[datetime | None]


class Notification(Base):
    """One call made for a subscription (推送记录) and how it ended; rows are only ever added.

    ``status`` is what the other side answered, 0 where it did not; then ``fault`` says why.
    """

    __tablename__ = "epcis_notification"
    __table_args__ = (UniqueConstraint("subscription_id", "turn"),)

    id: Mapped[BigId] = key()
    subscription_id: Mapped[BigId] = mapped_column(ForeignKey("epcis_subscription.id"))
    turn: Mapped[int]
    called_at: Mapped[datetime]
    events: Mapped[int]
    status: Mapped[int]
    fault: Mapped[Code]


class HashBlock(Base):
    """Where the identities of a run of our own events lead.

    ``prefixes`` are the first four bytes of each identity, ``happenings`` the event at the
    same position: some twenty bytes an event, where an index of whole identities took a hundred.
    """

    __tablename__ = "epcis_hash_block"
    __table_args__ = (Index("ix_epcis_hash_block_prefixes", "prefixes", postgresql_using="gin"),)

    last_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    prefixes: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    happenings: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))

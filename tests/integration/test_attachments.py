"""Photos stay with their document: once each, at most forty, seen by who sees the document."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.kernel import attachments
from app.kernel.actor import Actor
from app.kernel.attachments import (
    MOST_FILES,
    About,
    Attachment,
    AttachmentKind,
    AttachmentsFull,
    AttachmentType,
    CleanFile,
    clean,
)
from app.kernel.errors import NotFound
from app.purchasing import service as purchasing
from app.purchasing.models import Receipt
from app.purchasing.service import Photos
from tests.factories.cast import Cast
from tests.factories.photos import PDF, a_picture
from tests.factories.receiving import a_notice, an_order, announced, lines_of
from tests.factories.stock import NOW, an_item
from tests.racing import at_once

SUBJECT = ("receipt", 1)
ABOUT = About(subject=SUBJECT, kind=AttachmentKind.DAMAGE)


def a_paper(number: int) -> CleanFile:
    content = PDF + str(number).encode() + b"%%EOF"
    return CleanFile(name="记录.pdf", media_type=AttachmentType.PDF, content=content)


def attach(session: Session, actor: Actor, *files: CleanFile) -> int:
    return attachments.attach(session, actor, ABOUT, files, now=NOW)


def kept(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Attachment)) or 0


def test_a_photo_is_kept_once_and_handed_out(session: Session, cast: Cast) -> None:
    actor, photo = cast.actor("storekeeper"), clean(a_picture(), "破损.jpg")

    assert attach(session, actor, photo, a_paper(1), photo) == 2
    assert attach(session, actor, photo) == 0

    rows = attachments.list_of(session, "receipt", [1, 2])
    assert [(row.position, row.name, row.size) for row in rows[1]] == [
        (1, "破损.jpg", len(photo.content)),
        (2, "记录.pdf", len(a_paper(1).content)),
    ]
    assert rows[2] == []
    assert attachments.get_file(session, SUBJECT, 1).content == photo.content
    assert attachments.get_thumbnail(session, SUBJECT, 1).content == photo.thumbnail
    for subject, position in ((SUBJECT, 3), (("receipt", 2), 1), (("claim", 1), 1)):
        with pytest.raises(NotFound):
            attachments.get_file(session, subject, position)
    with pytest.raises(NotFound):
        attachments.get_thumbnail(session, SUBJECT, 2)


def test_what_was_attached_stays_as_it_is(session: Session, cast: Cast) -> None:
    attach(session, cast.actor("storekeeper"), a_paper(1))

    with pytest.raises(DBAPIError, match="attachment"), session.begin_nested():
        session.execute(update(Attachment).values(name="x"))


def test_a_document_takes_forty(session: Session, cast: Cast) -> None:
    actor = cast.actor("storekeeper")
    attach(session, actor, *(a_paper(number) for number in range(MOST_FILES - 1)))

    with pytest.raises(AttachmentsFull):
        attach(session, actor, a_paper(100), a_paper(101))
    assert attach(session, actor, a_paper(100)) == 1

    assert kept(session) == MOST_FILES


def naive(rivals: sessionmaker[Session], actor: Actor, number: int) -> bool:
    """Look whether there is room, then say there is: what the constraint is for."""
    with rivals.begin() as session:
        return kept(session) < MOST_FILES


def test_the_last_room_of_a_document_is_taken_once(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    actor, numbers = racing_cast.actor("storekeeper"), iter(range(100, 200))
    with rivals.begin() as session:
        attach(session, actor, *(a_paper(number) for number in range(MOST_FILES - 1)))

    def one_more() -> str:
        try:
            with rivals.begin() as session:
                attach(session, actor, a_paper(next(numbers)))
                return "kept"
        except AttachmentsFull as refusal:
            return refusal.code

    assert at_once(lambda: naive(rivals, actor, next(numbers)), rivals=4) == [True] * 4
    assert sorted(at_once(one_more, rivals=4)) == ["attachments-full"] * 3 + ["kept"]
    with rivals() as session:
        assert kept(session) == MOST_FILES


def a_receipt(session: Session, cast: Cast) -> Receipt:
    actor = cast.actor("storekeeper")
    item = an_item(session)
    order = an_order(session, actor, (item, 240))
    announced(session, actor, order, a_notice(item))
    return purchasing.open_receipt(session, actor, order.reference, now=NOW)


def test_photos_of_a_line_belong_to_a_line_of_the_receipt(session: Session, cast: Cast) -> None:
    keeper, receipt = cast.actor("storekeeper"), a_receipt(session, cast)
    (line,) = lines_of(session, receipt)
    photos = Photos(
        kind=AttachmentKind.DAMAGE, files=[clean(a_picture(), "1.jpg")], line_id=line.id
    )

    kind, key = purchasing.photograph_receipt(session, keeper, receipt.reference, photos, now=NOW)

    (row,) = attachments.list_of(session, kind, [key])[key]
    assert (row.part_id, row.adder) == (line.id, keeper.name)
    wrong, outsider = replace(photos, line_id=line.id + 1), cast.actor("outsider")
    with pytest.raises(NotFound):
        purchasing.photograph_receipt(session, keeper, receipt.reference, wrong, now=NOW)
    with pytest.raises(NotFound):
        purchasing.photograph_receipt(session, outsider, receipt.reference, photos, now=NOW)
    with pytest.raises(NotFound):
        purchasing.receipt_subject(session, outsider, receipt.reference)

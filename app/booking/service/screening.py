"""Ask the screening questions, judge the answers, and let the desk look at them again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.booking.errors import Contraindication, ScreeningIncomplete, ScreeningUnreviewed
from app.booking.models import Booking, ScreeningAnswer, ScreeningForm
from app.booking.rules.screening import (
    STANDARD_FORMS,
    Answer,
    Judgement,
    Question,
    Setting,
    Verdict,
    judge,
    kinds_for,
    restored,
)
from app.booking.service.claiming import Wanted
from app.catalogue.models import ExamItem, Modality
from app.kernel.actor import Actor
from app.kernel.local_time import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it is asked now."""

    id: int
    kind: str
    version: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Answers to one form and what they mean."""

    form: Form
    answers: Mapping[str, Answer]
    judgement: Judgement


def publish_standard_forms(session: Session) -> None:
    """Store version 1 of every form that has no version yet."""
    rows = [
        {"kind": kind, "version": 1, "questions": {"questions": [asdict(q) for q in questions]}}
        for kind, questions in STANDARD_FORMS.items()
    ]
    session.execute(insert(ScreeningForm).values(rows).on_conflict_do_nothing())


def forms_for(session: Session, exam: ExamItem) -> list[Form]:
    """Return the newest version of each form the exam asks."""
    kinds = kinds_for(is_mr=exam.modality is Modality.MR, with_contrast=exam.with_contrast)
    newest = (
        select(ScreeningForm.kind, func.max(ScreeningForm.version))
        .where(ScreeningForm.kind.in_(kinds))
        .group_by(ScreeningForm.kind)
    )
    rows = session.scalars(
        select(ScreeningForm)
        .where(tuple_(ScreeningForm.kind, ScreeningForm.version).in_(newest))
        .order_by(ScreeningForm.kind.desc())
    )
    forms = [_form(row) for row in rows]
    if len(forms) < len(kinds):
        raise ScreeningIncomplete(answers=[kind.value for kind in kinds])
    return forms


def _form(row: ScreeningForm) -> Form:
    questions = tuple(map(restored, row.questions["questions"]))
    return Form(id=row.id, kind=row.kind.value, version=row.version, questions=questions)


def judge_answers(
    session: Session,
    wanted: Wanted,
    answers: Mapping[str, Mapping[str, Answer]],
    *,
    now: datetime,
) -> list[Judged]:
    """Judge the answers to every form the exam asks.

    Raises:
        ScreeningIncomplete: answers are missing, or belong to no form of this exam.
        Contraindication: one rules the exam out.
    """
    forms = forms_for(session, wanted.exam)
    unknown = sorted(set(answers) - {form.kind for form in forms})
    if unknown:
        raise ScreeningIncomplete(answers=unknown)
    return [_judge_form(form, answers.get(form.kind, {}), wanted, now) for form in forms]


def _judge_form(form: Form, answers: Mapping[str, Answer], wanted: Wanted, now: datetime) -> Judged:
    setting = Setting(
        today=local_day(now),
        exam_day=wanted.day,
        most_patient_kg=wanted.device.most_patient_kg,
    )
    judgement = judge(form.questions, answers, setting)
    if judgement.verdict is Verdict.BLOCK:
        named = [q for q in form.questions if q.code in judgement.causes]
        texts = [{"code": q.code, "zh": q.zh, "en": q.en} for q in named]
        raise Contraindication(form.kind, answers=list(judgement.causes), questions=texts)
    return Judged(form=form, answers=answers, judgement=judgement)


def store(
    session: Session, actor: Actor, booking: Booking, judged: Sequence[Judged], *, now: datetime
) -> None:
    """Keep the answers beside the booking."""
    session.add_all(
        ScreeningAnswer(
            booking_id=booking.id,
            form_id=one.form.id,
            answers=dict(one.answers),
            verdict=one.judgement.verdict,
            causes={"codes": list(one.judgement.causes)},
            answered_by=actor.user_id,
            answered_at=now,
        )
        for one in judged
    )
    session.flush()


def judge_again(session: Session, booking: Booking, wanted: Wanted, *, now: datetime) -> None:
    """Judge a booking's answers for another machine and day.

    Raises:
        Contraindication: what was harmless there is not here (a weight limit, an old eGFR).
    """
    rows = session.execute(
        select(ScreeningAnswer.answers, ScreeningForm)
        .join(ScreeningForm, ScreeningForm.id == ScreeningAnswer.form_id)
        .where(ScreeningAnswer.booking_id == booking.id)
    )
    for answers, form in rows:
        _judge_form(_form(form), answers, wanted, now)


def review(session: Session, actor: Actor, booking: Booking, *, now: datetime) -> None:
    """Note that the desk has gone through the doubtful answers of a booking."""
    session.execute(
        update(ScreeningAnswer)
        .where(ScreeningAnswer.booking_id == booking.id, ScreeningAnswer.reviewed_at.is_(None))
        .values(reviewed_by=actor.user_id, reviewed_at=now)
    )


def require_review(session: Session, booking: Booking) -> None:
    """Refuse to begin while doubtful answers wait for the desk.

    Raises:
        ScreeningUnreviewed: nobody has looked at them again.
    """
    waiting = session.scalars(
        select(ScreeningAnswer.id)
        .where(
            ScreeningAnswer.booking_id == booking.id,
            ScreeningAnswer.verdict == Verdict.REVIEW,
            ScreeningAnswer.reviewed_at.is_(None),
        )
        .limit(1)
    ).first()
    if waiting is not None:
        raise ScreeningUnreviewed(booking.reference)

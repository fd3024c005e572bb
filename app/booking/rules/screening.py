"""Screening questions before MR and contrast, and what the answers mean.

Not medical advice of its own: the questions and limits are the first version of a form that a
radiologist signs off; a stored form is never edited, a new version replaces it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.booking.errors import ScreeningIncomplete

Answer = bool | int | float | str
Reading = bool | float | date | None
EGFR_DAYS = 90
NUMBERS_BELOW = 1000


class ScreeningKind(StrEnum):
    """Which form."""

    MR = "mr"
    CONTRAST = "contrast"


class Verdict(StrEnum):
    """What answers mean: go on, look again on arrival, stop."""

    OK = "ok"
    REVIEW = "review"
    BLOCK = "block"


class QuestionKind(StrEnum):
    """What an answer looks like."""

    YES_NO = "yes_no"
    NUMBER = "number"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question in both languages, and when its answer stops the exam or needs a look.

    ``if_yes`` judges yes/no questions; below ``block_below`` or above the machine's own limit
    (``limit_of_device``) a number stops; a day older than ``fresh_days`` at the exam stops.
    """

    code: str
    kind: QuestionKind
    zh: str
    en: str
    if_yes: Verdict = Verdict.OK
    block_below: float | None = None
    review_below: float | None = None
    limit_of_device: bool = False
    fresh_days: int | None = None


def restored(stored: Mapping[str, Any]) -> Question:
    """Return a question as ``asdict`` stored it."""
    kind, if_yes = QuestionKind(stored["kind"]), Verdict(stored["if_yes"])
    return Question(**{**stored, "kind": kind, "if_yes": if_yes})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the answers are judged against."""

    today: date
    exam_day: date
    most_patient_kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The gravest verdict, and the questions that led to it."""

    verdict: Verdict
    causes: tuple[str, ...]


_GRAVITY = {Verdict.OK: 0, Verdict.REVIEW: 1, Verdict.BLOCK: 2}


def judge(
    questions: Sequence[Question], answers: Mapping[str, Answer], setting: Setting
) -> Judgement:
    """Return what the answers mean.

    Raises:
        ScreeningIncomplete: answers are missing, unknown or of the wrong kind.
    """
    readings = {q.code: _read(q, answers.get(q.code)) for q in questions}
    unread = [code for code, reading in readings.items() if reading is None]
    unknown = sorted(set(answers) - set(readings))
    if unread or unknown:
        raise ScreeningIncomplete(answers=unread + unknown)
    verdicts = {q.code: _verdict(q, readings[q.code], setting) for q in questions}
    gravest = max(verdicts.values(), key=_GRAVITY.__getitem__, default=Verdict.OK)
    causes = (code for code, verdict in verdicts.items() if verdict is gravest)
    return Judgement(verdict=gravest, causes=tuple(causes) if gravest is not Verdict.OK else ())


def _read(question: Question, answer: Answer | None) -> Reading:
    """Return the answer as its kind says, None if it cannot be read so."""
    if question.kind is QuestionKind.YES_NO:
        return answer if isinstance(answer, bool) else None
    if question.kind is QuestionKind.NUMBER:
        return _number(answer)
    try:
        return date.fromisoformat(answer) if isinstance(answer, str) else None
    except ValueError:
        return None


def _number(answer: Answer | None) -> float | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return None
    return float(answer) if 0 < answer < NUMBERS_BELOW else None


def _verdict(question: Question, reading: Reading, setting: Setting) -> Verdict:
    if isinstance(reading, bool):
        return question.if_yes if reading else Verdict.OK
    if isinstance(reading, date):
        return _day_verdict(question, reading, setting)
    return _number_verdict(question, reading or 0, setting)


def _day_verdict(question: Question, reading: date, setting: Setting) -> Verdict:
    oldest = setting.exam_day - timedelta(days=question.fresh_days or 0)
    return Verdict.OK if oldest <= reading <= setting.today else Verdict.BLOCK


def _number_verdict(question: Question, reading: float, setting: Setting) -> Verdict:
    too_low = question.block_below is not None and reading < question.block_below
    too_high = question.limit_of_device and reading > setting.most_patient_kg
    if too_low or too_high:
        return Verdict.BLOCK
    doubtful = question.review_below is not None and reading < question.review_below
    return Verdict.REVIEW if doubtful else Verdict.OK


def _yes_no(code: str, if_yes: Verdict, zh: str, en: str) -> Question:
    return Question(code=code, kind=QuestionKind.YES_NO, zh=zh, en=en, if_yes=if_yes)


_B, _R = Verdict.BLOCK, Verdict.REVIEW

STANDARD_FORMS: dict[ScreeningKind, tuple[Question, ...]] = {
    ScreeningKind.MR: (
        _yes_no("pacemaker", _B, "体内有心脏起搏器或除颤器", "Pacemaker or defibrillator"),
        _yes_no("cochlear_implant", _B, "有人工耳蜗", "Cochlear implant"),
        _yes_no("aneurysm_clip", _B, "有颅内动脉瘤夹", "Aneurysm clip in the head"),
        _yes_no("metal_in_eye", _B, "眼内有金属异物", "Metal splinter in an eye"),
        _yes_no("implanted_pump", _B, "有植入式药物泵或神经刺激器", "Implanted pump or stimulator"),
        _yes_no("other_implant", _R, "有其他金属植入物(支架、钢板等)", "Any other metal implant"),
        _yes_no("pregnant", _R, "已怀孕或可能怀孕", "Pregnant, or possibly"),
        _yes_no("claustrophobia", _R, "有幽闭恐惧", "Fear of narrow spaces"),
        Question(
            code="weight_kg",
            kind=QuestionKind.NUMBER,
            zh="体重(千克)",
            en="Body weight (kg)",
            limit_of_device=True,
        ),
    ),
    ScreeningKind.CONTRAST: (
        _yes_no("contrast_allergy", _B, "曾对造影剂过敏", "Reaction to contrast before"),
        _yes_no("asthma", _R, "有哮喘或其他严重过敏史", "Asthma or another severe allergy"),
        _yes_no("thyroid", _R, "有甲状腺功能亢进", "Overactive thyroid"),
        _yes_no("metformin", _R, "正在服用二甲双胍", "Takes metformin"),
        _yes_no("pregnant", _R, "已怀孕或可能怀孕", "Pregnant, or possibly"),
        Question(
            code="egfr",
            kind=QuestionKind.NUMBER,
            zh="肾小球滤过率 eGFR(ml/min/1.73m²)",
            en="eGFR (ml/min/1.73m²)",
            block_below=30,
            review_below=45,
        ),
        Question(
            code="egfr_on",
            kind=QuestionKind.DAY,
            zh="eGFR 检验日期(90 天内)",
            en="Date of the eGFR (within 90 days)",
            fresh_days=EGFR_DAYS,
        ),
    ),
}
"""Version 1 of each form."""


def kinds_for(*, is_mr: bool, with_contrast: bool) -> tuple[ScreeningKind, ...]:
    """Return the forms an exam asks."""
    asked = (ScreeningKind.MR,) if is_mr else ()
    return (*asked, ScreeningKind.CONTRAST) if with_contrast else asked

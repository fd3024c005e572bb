"""What a patient is told to do before an exam, in Chinese and English."""

from functools import cache
from typing import NamedTuple

from app.demo.facts import ExamFact, rows_of


class Preparation(NamedTuple):
    """The text in both languages."""

    zh: str
    en: str


def preparation_of(exam: ExamFact) -> Preparation:
    """Return the text for the exam's body part, or else for its modality and contrast."""
    texts = _texts()
    kind = (exam.modality, exam.with_contrast)
    return texts.get((*kind, exam.body_part)) or texts[*kind, ""]


@cache
def _texts() -> dict[tuple[str, bool, str], Preparation]:
    return {
        (row["modality"], row["contrast"] == "1", region): Preparation(row["zh"], row["en"])
        for row in rows_of("preparation.csv")
        for region in row["regions"].split() or [""]
    }

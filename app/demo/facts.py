"""The facts of the demo county, as read from ``data/``; sources are named in data/SOURCES.md."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityFact:
    """A member of the alliance; positions are WGS-84 degrees."""

    code: str
    name: str
    kind: str
    township: str
    parent: str | None
    latitude: float
    longitude: float
    population: int | None
    position_source: str
    population_source: str
    name_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadFact:
    """An undirected SYNTHETIC road between two facilities."""

    origin: str
    target: str
    metres: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineFact:
    """A line of the National Essential Medicines List, 2026 edition, as read by OCR."""

    code: str
    entry: str
    name: str
    traditional: bool
    category: str
    salt: str
    dose_form: str
    spec: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceFact:
    """A decoction piece (中药饮片)."""

    code: str
    name: str
    processing: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumableFact:
    """A type of consumable with its device class."""

    code: str
    name: str
    spec: str
    unit: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamFact:
    """A CT or MR exam of the 2025 national price rules, with a demo price."""

    code: str
    modality: str
    body_part: str
    exam_type: str
    name: str
    unit: str
    minutes_low: int
    minutes_high: int
    with_contrast: bool
    minutes_source: str
    demo_price_fen: int


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one data file by column name."""
    text = resources.files("app.demo").joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


def facilities() -> list[FacilityFact]:
    """Return the county hospital, the central pharmacy and the 201 others, in file order."""
    return [
        FacilityFact(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            township=row["township"],
            parent=row["parent"] or None,
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
            population=int(row["population"]) if row["population"] else None,
            position_source=row["position_source"],
            population_source=row["population_source"],
            name_source=row["name_source"],
        )
        for row in rows_of("facilities.csv")
    ]


def roads() -> list[RoadFact]:
    """Return the road graph; seconds follow from each road's length and speed."""
    return [_road(row) for row in rows_of("roads_SYNTHETIC.csv")]


def _road(row: dict[str, str]) -> RoadFact:
    metres = round(float(row["km"]) * 1000)
    seconds = round(metres * 3.6 / float(row["speed_kmh"]))
    return RoadFact(origin=row["origin"], target=row["target"], metres=metres, seconds=seconds)


def medicines() -> list[MedicineFact]:
    """Return all lines of the essential medicines list."""
    return [
        MedicineFact(
            code=row["code"],
            entry=row["entry"],
            name=row["name"],
            traditional=row["part"] == "tcm",
            category=row["category"],
            salt=row["salt"],
            dose_form=row["dose_form"],
            spec=row["spec"],
            unit=row["unit"],
        )
        for row in rows_of("medicines.csv")
    ]


def pieces() -> list[PieceFact]:
    """Return the decoction pieces."""
    return [
        PieceFact(
            code=row["code"], name=row["name"], processing=row["processing"], unit=row["unit"]
        )
        for row in rows_of("decoction_pieces.csv")
    ]


def consumables() -> list[ConsumableFact]:
    """Return the types of consumables."""
    return [
        ConsumableFact(
            code=row["code"],
            name=row["name"],
            spec=row["spec"],
            unit=row["unit"],
            category=row["category"],
        )
        for row in rows_of("consumables.csv")
    ]


def exams() -> list[ExamFact]:
    """Return the CT and MR exams."""
    return [
        ExamFact(
            code=row["code"],
            modality=row["modality"],
            body_part=row["body_part"],
            exam_type=row["exam_type"],
            name=row["name"],
            unit=row["unit"],
            minutes_low=int(row["minutes_low"]),
            minutes_high=int(row["minutes_high"]),
            with_contrast=row["contrast"] == "1",
            minutes_source=row["minutes_source"],
            demo_price_fen=int(row["demo_price_fen"]),
        )
        for row in rows_of("exam_items.csv")
    ]

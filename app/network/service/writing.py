"""Drives written as a set: one statement, however many there are."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.network.rules.roads import VAN, Drive

_ENTER = text("""
    INSERT INTO road_leg (origin_id, target_id, metres, seconds, source)
    SELECT *, CAST(:source AS text)
    FROM unnest(CAST(:origins AS bigint[]), CAST(:targets AS bigint[]),
                CAST(:metres AS integer[]), CAST(:seconds AS integer[]))
    ON CONFLICT (origin_id, target_id) DO UPDATE
    SET metres = excluded.metres, seconds = excluded.seconds, source = excluded.source""")
_KEEP = text("""
    INSERT INTO road_figure (origin_id, target_id, metres, seconds, source, profile)
    SELECT *, CAST(:source AS text), CAST(:profile AS text)
    FROM unnest(CAST(:origins AS bigint[]), CAST(:targets AS bigint[]),
                CAST(:metres AS integer[]), CAST(:seconds AS integer[]))
    ON CONFLICT DO NOTHING""")


def enter_drives(session: Session, source: str, drives: Sequence[Drive]) -> None:
    """Store entered drives; they replace what was entered of the same ones."""
    session.execute(_ENTER, {"source": source, **_columns(drives)})


def keep_drives(session: Session, source: str, drives: Sequence[Drive]) -> None:
    """Store drives as a source's data tell them; what is there stays."""
    session.execute(_KEEP, {"source": source, "profile": VAN, **_columns(drives)})


def _columns(drives: Sequence[Drive]) -> dict[str, list[int]]:
    return {
        "origins": [drive.origin_id for drive in drives],
        "targets": [drive.target_id for drive in drives],
        "metres": [drive.metres for drive in drives],
        "seconds": [drive.seconds for drive in drives],
    }

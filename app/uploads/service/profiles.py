"""Read a province's field map from its file."""

import tomllib
from pathlib import Path
from typing import Any

from app.uploads.errors import ProfileBroken
from app.uploads.rules import Profile, merged, read_profile

SHIPPED = Path(__file__).parents[1] / "data"
BASE = "base"
DEEPEST = 3
"""So many maps may extend one another; more is a circle."""


def load_profile(name: str) -> Profile:
    """Return a map by its name among the shipped ones, or by the path of a file.

    Raises:
        ProfileBroken: there is no such file, it is no TOML, or it says something wrong.
    """
    return read_profile(_table(name or BASE, DEEPEST), name or BASE)


def _table(name: str, depth: int) -> dict[str, Any]:
    shipped = SHIPPED / f"{name}.toml"
    path = shipped if shipped.is_file() else Path(name)
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ProfileBroken(f"{name}: there is no such field map") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileBroken(f"{name}: {error}") from error
    base = table.pop("extends", "")
    if not base:
        return table
    if depth == 1:
        raise ProfileBroken(f"{name}: its maps extend one another in a circle")
    return merged(_table(str(base), depth - 1), table)

"""Routing: classic shapes against other solvers, and a county day against plainer ways.

``CLASSIC`` may name a folder of CVRPLIB files; ``SECONDS`` the budgets of the classic table.
"""

import os
from pathlib import Path

from bench.routing import classic, county_day


def report(data: Path | None) -> None:
    """Print both tables; the county of the data folder joins the second when there is one."""
    county_day.report(data)
    folder = os.environ.get("CLASSIC")
    classic.report(Path(folder) if folder else None)

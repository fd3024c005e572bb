"""The county on a map: every holder, coloured and marked by how far it is."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from app.network.queries import FacilityRow
from app.recall.queries import TaskRow
from app.recall.rules import Progress
from app.web.labels import label

MARKS = {Progress.TOLD: "!", Progress.SEEN: "…", Progress.COLLECTING: "½", Progress.DONE: "✓"}
"""Never by colour alone."""
SERIES = {Progress.TOLD: 4, Progress.SEEN: 3, Progress.COLLECTING: 2, Progress.DONE: 1}


def map_of(tasks: Sequence[TaskRow], towns: Sequence[FacilityRow]) -> dict[str, Any]:
    """Return what the map draws: a pin for each holder, and the towns people know."""
    pins = [
        {
            "lat": task.latitude,
            "lon": task.longitude,
            "text": MARKS[task.step.progress],
            "series": SERIES[task.step.progress],
            "name": f"{task.facility} · {label(task.step.progress)} · {_amounts(task)}",
        }
        for task in tasks
    ]
    shown = {task.facility for task in tasks}
    places = [
        {"lat": town.latitude, "lon": town.longitude, "name": town.short_name}
        for town in towns
        if town.short_name not in shown
    ]
    return {"pins": pins, "places": places}


def _amounts(task: TaskRow) -> str:
    told = _("%(done)s of %(all)s collected")
    return str(told % {"done": f"{task.collected:,}", "all": f"{task.expected:,}"})

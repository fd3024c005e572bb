"""JSON API of recalls: the room of the county, the tasks of each holder."""

from app.recall.api import rooms, tasks

BLUEPRINTS = (rooms.blueprint, tasks.blueprint)

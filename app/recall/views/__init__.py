"""Pages of recalls: the room of the county, the task page of a holder."""

from app.recall.views import rooms, tasks

BLUEPRINTS = (rooms.blueprint, tasks.blueprint)
NAVIGATION = (*rooms.NAVIGATION, *tasks.NAVIGATION)
FINDERS = (rooms.find_recalls,)

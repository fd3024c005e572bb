"""Pages of codes: for staff, for anybody with a pack in their hand, and the GS1 resolver."""

from app.traceability.views import lifelines, resolving
from app.traceability.views.finders import find_codes, read_code

BLUEPRINTS = (lifelines.blueprint, resolving.blueprint)

__all__ = ["BLUEPRINTS", "find_codes", "read_code"]

"""The county's figures, and the days that are counted when they are over."""

from app.kpi.service.closing import count_days
from app.kpi.service.showing import CountyFigures, county

__all__ = ["CountyFigures", "count_days", "county"]

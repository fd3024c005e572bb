"""A small demo county: the contract's townships, one stocked item in six."""

from datetime import UTC, date, datetime

from app.demo.plan import CountyPlan, Scope, county_plan

DEMO_TODAY = date(2026, 11, 22)
DEMO_NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
DEMO_CODES = 800
SMALL = Scope(townships=frozenset({"渔渡镇", "盐场镇", "仁村镇"}), every_item=6)


def a_small_county() -> CountyPlan:
    """Return the plan of a county that loads in a second."""
    return county_plan(DEMO_TODAY, DEMO_CODES, scope=SMALL)

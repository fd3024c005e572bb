"""Read what a study compares out of the records, always the same from the same records."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy.orm import Session

from app.kernel.ids import FacilityId
from app.network import service as network
from app.savings import queries
from app.savings.errors import NothingRecorded
from app.savings.models import CostCard, SavingsStudy
from app.savings.rules import (
    FLEET,
    PlaceOfStudy,
    RecordedDay,
    drops_of,
    hauls_of,
    roads_of,
    windows_of,
)
from app.savings.service.cards import prices_of
from optimizer.routing.problem import Roads, Site
from optimizer.routing.savings.inputs import Day, Drop, Ground, Recorded
from optimizer.routing.savings.study import Study
from optimizer.routing.stepping import steps_of


def gather(session: Session, study: SavingsStudy) -> Study:
    """Return what a stored study compares.

    Raises:
        NothingRecorded: nothing was handed over up to its last day.
    """
    hub = study.facility_id
    days = queries.planning_days(session, hub, until=study.until, count=study.days)
    if not days:
        raise NothingRecorded(study.until.isoformat())
    rows = queries.delivered(session, hub, days)
    drops = drops_of(rows, queries.offers(session, days[0], days[-1]))
    wanted = sorted({row.facility_id for row in rows} - {hub})
    card = session.get_one(CostCard, study.card_id)
    roads, reachable = _roads(session, [hub, *wanted])
    served = {str(one) for one in reachable[1:]}
    planned = _days(drops, queries.recorded(session, hub, days), served)
    count = len({drop.supplier for day in planned for drop in day.drops})
    return Study(
        ground=_ground(session, card, reachable, roads),
        days=planned,
        counts=tuple(range(1, count + 1)),
        headline=count,
        budget=steps_of(study.steps, seed=study.seed),
    )


def _roads(session: Session, ids: Sequence[FacilityId]) -> tuple[Roads, list[FacilityId]]:
    """Return the roads, and the facilities that can be reached from the hub and left again."""
    hub = ids[0]
    usual = network.usual_roads(session, hub, ids)
    ways = {pair: (leg.metres, leg.seconds) for pair, leg in usual.legs.items()}
    reachable = [one for one in ids if one == hub or {(hub, one), (one, hub)} <= ways.keys()]
    return roads_of(reachable, ways, usual.provenance.text()), reachable


def _days(
    drops: Mapping[date, tuple[Drop, ...]],
    recorded: Mapping[date, RecordedDay],
    served: set[str],
) -> tuple[Day, ...]:
    found = (
        Day(
            name=day.isoformat(),
            drops=tuple(drop for drop in drops[day] if drop.site_id in served),
            recorded=_recorded(recorded.get(day)),
        )
        for day in sorted(drops)
    )
    return tuple(day for day in found if day.drops)


def _recorded(row: RecordedDay | None) -> Recorded | None:
    if row is None:
        return None
    return Recorded(**{name: value for name, value in asdict(row).items() if name != "day"})


def _ground(session: Session, card: CostCard, ids: Sequence[FacilityId], roads: Roads) -> Ground:
    places = queries.places(session, ids)
    hub = places[ids[0]]
    return Ground(
        sites=tuple(_site(places[one], is_hub=one == hub.id) for one in ids),
        hub=str(hub.id),
        roads=roads,
        fleet=FLEET,
        prices=prices_of(card),
        haul=hauls_of(queries.suppliers(session), hub),
    )


def _site(place: PlaceOfStudy, *, is_hub: bool) -> Site:
    return Site(
        id=str(place.id),
        lat=place.latitude,
        lon=place.longitude,
        windows=() if is_hub else windows_of(place.windows),
        service_seconds=0 if is_hub else place.service_seconds,
    )

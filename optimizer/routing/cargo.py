"""What fits into a vehicle along its run, and where it must load again."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from optimizer.routing.problem import Problem, Vehicle
from optimizer.routing.visits import Visit, has_room


def trips(problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit]) -> list[list[Visit]]:
    """Cut a sequence of visits into trips that each fit the vehicle; empty when none do.

    It loads again as seldom as it can, and there where the way is least out of its way. A
    vehicle under way begins with the trip it has loaded for, which may be one without visits.
    """
    if can_carry(vehicle, sequence, is_first=True):
        return [list(sequence)]
    cuts = _cuts(problem, vehicle, sequence) if vehicle.reload else None
    if cuts is None:
        return []
    return [list(sequence[begin:end]) for begin, end in pairwise([0, *cuts, len(sequence)])]


def is_plain(vehicle: Vehicle, sequence: Sequence[Visit]) -> bool:
    """Tell whether it fits or does not, in whatever order the visits are made."""
    is_dealt = vehicle.reload is not None or vehicle.under_way
    return not is_dealt and not any(visit.collected for visit in sequence)


def can_carry(vehicle: Vehicle, trip: Sequence[Visit], *, is_first: bool) -> bool:
    """Tell whether the vehicle has the room for a trip at each of its moments.

    The first trip of a vehicle under way delivers only what is already aboard.
    """
    if is_first and vehicle.under_way and any(map(vehicle.must_load_for, trip)):
        return False
    if not any(visit.collected for visit in trip):
        return has_room(vehicle, trip)
    return _has_room_throughout(vehicle, trip)


def _has_room_throughout(vehicle: Vehicle, trip: Sequence[Visit]) -> bool:
    aboard = [visit for visit in trip if not visit.collected]
    for visit in [None, *_delivering_first(trip)]:
        if visit is not None and visit.collected:
            aboard.append(visit)
        elif visit is not None:
            aboard.remove(visit)
        if not has_room(vehicle, aboard) or _is_mixed(vehicle, aboard):
            return False
    return True


def _delivering_first(trip: Sequence[Visit]) -> list[Visit]:
    """Return the visits of a trip, those in a row at one site in the order they are made."""
    calls: list[list[Visit]] = []
    for visit in trip:
        if calls and calls[-1][0].site_id == visit.site_id:
            calls[-1].append(visit)
        else:
            calls.append([visit])
    return [visit for call in calls for visit in sorted(call, key=lambda one: one.collected)]


def _is_mixed(vehicle: Vehicle, aboard: Sequence[Visit]) -> bool:
    if vehicle.soiled:
        return False
    return len({visit.soiled for visit in aboard if visit.ambient}) > 1


def _cuts(problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit]) -> tuple[int, ...] | None:
    """Return before which visits to load again; None when no number of times is enough."""
    detours = _detours(problem, vehicle, sequence)
    # How many visits so many trips can have made: the least detour and the cuts it takes.
    reached: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for number in range(1 + (vehicle.reload.most if vehicle.reload else 0)):
        following: dict[int, tuple[int, tuple[int, ...]]] = {}
        for begin, (detour, cuts) in sorted(reached.items()):
            for end in _ends(vehicle, sequence, begin, is_first=number == 0):
                choice = (detour + detours[end], (*cuts, end))
                following[end] = min(choice, following.get(end, choice))
        if len(sequence) in following:
            return following[len(sequence)][1][:-1]
        reached = following
    return None


def _ends(
    vehicle: Vehicle, sequence: Sequence[Visit], begin: int, *, is_first: bool
) -> Iterator[int]:
    """Yield where a trip that begins with a visit may end; the longer, the fuller."""
    if is_first and vehicle.under_way:
        yield begin
    for end in range(begin + 1, len(sequence) + 1):
        if not can_carry(vehicle, sequence[begin:end], is_first=is_first):
            return
        yield end


def _detours(problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit]) -> list[int]:
    """Return by how many seconds loading before each visit lengthens the way; none at the end."""
    base = problem.row_of[vehicle.base_id]
    seconds = problem.roads_of(vehicle).seconds
    path = [vehicle.start_site_id, *(visit.site_id for visit in sequence)]
    rows = [problem.row_of[site_id] for site_id in path]
    return [
        *(
            seconds[here][base] + seconds[base][there] - seconds[here][there]
            for here, there in pairwise(rows)
        ),
        0,
    ]

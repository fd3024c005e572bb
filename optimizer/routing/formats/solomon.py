"""Solomon's ``.txt`` files: time windows, distances cut off after one decimal."""

from optimizer.routing.formats.instance import Customer, Instance, UnreadableInstance, on_the_plane
from optimizer.routing.measures import Span

TENTHS = 10
FLEET_COLUMNS, NODE_COLUMNS = 2, 7


def read_solomon(text: str) -> Instance:
    """Return the instance, counted in tenths.

    Raises:
        UnreadableInstance: the fleet or the customers are missing or malformed.
    """
    rows = [row for row in map(str.split, text.splitlines()) if row and _is_number(row[0])]
    fleets = [row for row in rows if len(row) == FLEET_COLUMNS]
    nodes = [row for row in rows if len(row) == NODE_COLUMNS]
    try:
        ((count, capacity),) = fleets
        problem = on_the_plane(
            [_customer(row) for row in nodes],
            vehicles=int(count),
            capacity=int(capacity),
            length=lambda distance: int(TENTHS * distance),
            provenance="Solomon, Euclidean, cut off after one decimal",
        )
    except (ValueError, IndexError) as error:
        raise UnreadableInstance(f"not a complete Solomon file: {error}") from error
    return Instance(problem=problem, unit=TENTHS)


def _customer(row: list[str]) -> Customer:
    x, y, demand, ready, due, service = map(float, row[1:])
    return Customer(
        x=x,
        y=y,
        demand=int(demand),
        window=Span(earliest=int(TENTHS * ready), latest=int(TENTHS * due)),
        service=int(TENTHS * service),
    )


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()

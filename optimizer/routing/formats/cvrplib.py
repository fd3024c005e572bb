"""CVRPLIB ``.vrp`` files: capacities only, distances rounded to the nearest whole number."""

from collections.abc import Iterator

from optimizer.routing.formats.instance import Customer, Instance, UnreadableInstance, on_the_plane

SPARE_VEHICLES = 3
SPARE_SHARE = 10
"""The format sets no fleet; a tenth above the load's bound and three more are enough to search."""

Sections = dict[str, list[list[str]]]

KNOWN_SECTIONS = {"NODE_COORD_SECTION", "DEMAND_SECTION", "DEPOT_SECTION"}


def read_cvrplib(text: str, *, vehicles: int = 0) -> Instance:
    """Return the instance with at least so many vehicles.

    Raises:
        UnreadableInstance: a section is missing, distances are not Euclidean, or there are
            constraints beyond capacity.
    """
    header, sections = _split(text)
    if header.get("TYPE") != "CVRP" or header.get("EDGE_WEIGHT_TYPE") != "EUC_2D":
        raise UnreadableInstance("only TYPE : CVRP with EDGE_WEIGHT_TYPE : EUC_2D is supported")
    unknown = sorted(sections.keys() - KNOWN_SECTIONS)
    if unknown or "DISTANCE" in header:
        raise UnreadableInstance(f"not supported: {', '.join(unknown) or 'DISTANCE'}")
    try:
        nodes, capacity = _nodes(header, sections)
        load = sum(node.demand for node in nodes)
        bound = -(-load // capacity)
        problem = on_the_plane(
            nodes,
            vehicles=max(vehicles, bound + bound // SPARE_SHARE + SPARE_VEHICLES),
            capacity=capacity,
            length=lambda distance: int(distance + 0.5),
            provenance="CVRPLIB, Euclidean, rounded",
        )
    except (KeyError, IndexError, ValueError, ZeroDivisionError) as error:
        raise UnreadableInstance(f"not a complete .vrp file: {error}") from error
    return Instance(problem=problem, unit=1)


def _nodes(header: dict[str, str], sections: Sections) -> tuple[list[Customer], int]:
    demands = {number: int(demand) for number, demand in sections["DEMAND_SECTION"]}
    depot = sections["DEPOT_SECTION"][0][0]
    nodes = {
        number: Customer(x=float(x), y=float(y), demand=demands[number])
        for number, x, y in sections["NODE_COORD_SECTION"]
    }
    if not int(header["DIMENSION"]) == len(nodes) == len(demands):
        raise ValueError("DIMENSION is not the number of nodes")
    return [nodes.pop(depot), *nodes.values()], int(header["CAPACITY"])


def _split(text: str) -> tuple[dict[str, str], Sections]:
    header: dict[str, str] = {}
    sections: Sections = {}
    rows: list[list[str]] = []
    for line in _lines(text):
        name, colon, value = line.partition(":")
        if colon:
            header[name.strip()] = value.strip()
        elif line.endswith("_SECTION"):
            rows = sections.setdefault(line, [])
        else:
            rows.append(line.split())
    return header, sections


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip() not in {"", "EOF", "-1"})

"""Shortest paths over the synthetic road graph."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from app.demo.facts import RoadFact

Roads = Mapping[str, Sequence[tuple[str, int, int]]]


@dataclass(frozen=True, slots=True)
class Leg:
    """Metres and seconds of the fastest way between two facilities."""

    origin: str
    target: str
    metres: int
    seconds: int


def legs(roads: Sequence[RoadFact]) -> Iterator[Leg]:
    """Yield the fastest way from every place to every other, both directions, by name."""
    graph = _graph(roads)
    for origin in sorted(graph):
        reached = _fastest_from(graph, origin)
        for target in sorted(reached):
            if target != origin:
                seconds, metres = reached[target]
                yield Leg(origin, target, metres, seconds)


def _graph(roads: Sequence[RoadFact]) -> Roads:
    graph: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for road in roads:
        graph[road.origin].append((road.target, road.seconds, road.metres))
        graph[road.target].append((road.origin, road.seconds, road.metres))
    return graph


def _fastest_from(graph: Roads, origin: str) -> dict[str, tuple[int, int]]:
    """Return seconds and metres to each place (Dijkstra 1959); ties go to the shorter road."""
    done: dict[str, tuple[int, int]] = {}
    heap: list[tuple[int, int, str]] = [(0, 0, origin)]
    while heap:
        seconds, metres, place = heappop(heap)
        if place in done:
            continue
        done[place] = (seconds, metres)
        for neighbour, more_seconds, more_metres in graph[place]:
            if neighbour not in done:
                heappush(heap, (seconds + more_seconds, metres + more_metres, neighbour))
    return done

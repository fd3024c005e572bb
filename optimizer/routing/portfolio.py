"""A crew's day: propose on every core, improve sector by sector, and let the judge decide."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

import numpy as np

from optimizer.routing.budget import Budget
from optimizer.routing.crew import Crew, Day, Part, Sequences, Task
from optimizer.routing.engines import CORE, RICH, RUIN
from optimizer.routing.problem import Problem
from optimizer.routing.sectors import Map
from optimizer.routing.solver import Judge

TICK_SECONDS = 0.1
SPLIT_FROM = 180
"""Days of fewer visits are searched as a whole."""
SECTOR_VISITS = 250
FIRST_SHARE = 0.25
"""Share of the time for the search of the whole, before its best draft is cut into sectors."""
ROUND_SHARE = 0.08
MEETING_SHARE, SEARCHED_SHARE = 0.5, 0.9
"""Shares of the time after which the engines of a small day go on from the best of all, and
after which OR-Tools, which holds the full model, finishes the best of any day but a plain one."""
LEAST_ROUND_SECONDS = 0.8
MARGIN_SECONDS = 0.15
"""Kept for the last check."""
SEEDS = 1000
"""So many tasks have seeds of their own before those of the next seed begin."""
ROUNDS_OF_STEPS = 2


class Stopped(Exception):
    """The caller has had enough."""


@dataclass(slots=True, kw_only=True)
class Portfolio:
    """The search of one day by one crew.

    With ``steps`` in the budget no clock decides anything: every stage ends when its tasks are
    done, and only their last drafts count, in the order of the children.
    """

    day: Day
    crew: Crew
    budget: Budget
    judge: Judge
    tick: Callable[[], bool]
    began: float = field(default_factory=monotonic)
    _seed: int = 0
    _engines: tuple[str, ...] = (CORE,)

    def run(self, start: Sequences) -> None:
        """Improve the start until the budget is spent; the judge keeps what is best."""
        self.crew.learn(self.day)
        splits = len(self.day.visits) >= SPLIT_FROM and len(self.crew) > 1
        problem = self.day.problem
        plain = problem.is_plain and pays_distance_only(problem)
        self._engines = engines_for(problem)
        searched = 1.0 if plain else SEARCHED_SHARE
        if splits:
            self._whole(start, FIRST_SHARE)
            self._by_sectors(self._moment(searched))
        else:
            self._whole(start, searched if plain else MEETING_SHARE)
            if not plain:
                self._whole(self._best, searched)
        if not plain and self.budget.steps is None:
            # OR-Tools' steps are no measure: a hundred may take a minute.
            self._engines = (CORE, RICH)
            self._whole(self._best, 1.0)

    @property
    def _best(self) -> Sequences:
        return self.day.numbered(self.judge.best_draft)

    def _whole(self, start: Sequences, share: float) -> None:
        self._together([None] * len(self.crew), start, self._moment(share))

    def _moment(self, share: float) -> float:
        return self.began + share * (self.budget.seconds - MARGIN_SECONDS)

    def _by_sectors(self, end: float) -> None:
        ground, chance = Map(self.day), np.random.default_rng(self.budget.seed)
        length = max(LEAST_ROUND_SECONDS, ROUND_SHARE * self.budget.seconds)
        for _ in self._rounds():
            left = end - monotonic()
            if self.budget.steps is None and left < length / 2:
                return
            best = self._best
            size = min(SECTOR_VISITS, -(-len(self.day.visits) // len(self.crew)))
            parts = ground.parts(best, len(self.crew), size, chance)
            until = end if left < 2 * length else monotonic() + length
            self._together(parts, best, until)

    def _rounds(self) -> Iterator[int]:
        """Yield as many rounds as there is time for, or a fixed number where steps count."""
        number = 0
        while self.budget.steps is None or number < ROUNDS_OF_STEPS:
            yield number
            number += 1

    def _together(self, parts: Sequence[Part | None], start: Sequences, until: float) -> None:
        """Let the children search at once, each its part, and put what they find together."""
        found: dict[int, Sequences] = {}
        for child, part in enumerate(parts):
            self.crew.begin(child, self._task(part, start, until))
        busy = set(range(len(parts)))
        while busy:
            for proposal in self.crew.listen(TICK_SECONDS):
                if proposal.sequences is None:
                    busy.discard(proposal.child)
                else:
                    found[proposal.child] = proposal.sequences
                    self._hear(_merged(start, parts, {proposal.child: proposal.sequences}))
            if not self.tick():
                raise Stopped
        for whole in self._wholes(start, parts, found):
            self.judge.offer(self.day.draft(whole), now=True)

    @staticmethod
    def _wholes(
        start: Sequences, parts: Sequence[Part | None], found: Mapping[int, Sequences]
    ) -> list[Sequences]:
        """Return the plans to judge: each child's own, or one of all their parts."""
        if None not in parts:
            return [_merged(start, parts, found)]
        return [found[child] for child in sorted(found)]

    def _hear(self, whole: Sequences) -> None:
        """Show the judge what is better already; where steps count only the end counts."""
        if self.budget.steps is None:
            self.judge.offer(self.day.draft(whole))

    def _task(self, part: Part | None, start: Sequences, until: float) -> Task:
        self._seed += 1
        wanted = range(len(self.day.visits)) if part is None else part.visits
        made = {number for sequence in start.values() for number in sequence}
        if part is not None:
            start = {name: start[name] for name in sorted(part.vehicles) if start.get(name)}
        engine = self._engines[self._seed % len(self._engines)]
        is_fresh = engine == CORE and self._seed in range(2, len(self.crew) + 1, 2)
        return Task(
            engine=engine,
            start={} if is_fresh else start,
            until=until,
            seed=self.budget.seed * SEEDS + self._seed,
            steps=self.budget.steps,
            serve_all=made.issuperset(wanted),
            part=part,
        )


def engines_for(problem: Problem) -> tuple[str, ...]:
    """Return the engines that search a day, in turn.

    Where distance alone is paid for PyVRP is at its best. Where vehicles, hours and stops are
    too, ruin and recreate finds as good plans by other ways. What binds a day beyond the core,
    only OR-Tools sees; PyVRP's proposals are mended before they are judged.
    """
    if not problem.is_plain:
        return CORE, RICH
    return (CORE,) if pays_distance_only(problem) else (CORE, RUIN)


def pays_distance_only(problem: Problem) -> bool:
    """Say whether vehicles, hours and stops cost nothing."""
    cards = {vehicle.cost for vehicle in problem.vehicles}
    return not any(card.fen_per_day or card.fen_per_hour or card.fen_per_stop for card in cards)


def _merged(
    start: Sequences, parts: Sequence[Part | None], found: Mapping[int, Sequences]
) -> Sequences:
    """Return the start with what was found for some parts in the place of what they had."""
    whole = dict(start)
    for child, sequences in sorted(found.items()):
        part = parts[child]
        if part is None:
            return sequences
        for name in part.vehicles:
            whole.pop(name, None)
        whole |= sequences
    return whole

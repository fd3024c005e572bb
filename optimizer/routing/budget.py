"""How long a search may go on."""

from dataclasses import dataclass

from optimizer.routing.measures import refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Wall-clock seconds, the seed, and for repeatable runs a number of steps.

    With ``steps`` and time to spare the same seed gives the same plan on any machine.
    ``serve_all`` says that a plan that makes every visit is known, so that an engine may
    forbid leaving any behind, where that is quicker.
    """

    seconds: float
    seed: int = 0
    steps: int | None = None
    serve_all: bool = False

    def __post_init__(self) -> None:
        refuse("a search needs some time", when=not self.seconds > 0)
        refuse("a search needs at least one step", when=self.steps is not None and self.steps < 1)

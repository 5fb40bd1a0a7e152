"""What a planner asks of a drawing: the rule, the seed, how long it may take, whether proofs are wanted."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo.partition.objective import Weights
from geo.topology.bounds import Rule


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of one drawing.

    Attributes:
        rule: households a grid.
        seed: the same seed gives the same drawing, unless the deadline cuts in.
        prove: whether to prove how near the best each plan is.
        deadline_s: seconds for the whole run, polygons included; None for as long as it takes.
        weights: what counts how much.
        smooth: whether borders of grids lose their kinks.
    """

    rule: Rule = field(default_factory=Rule)
    seed: int = 1
    prove: bool = True
    deadline_s: float | None = None
    weights: Weights = field(default_factory=Weights)
    smooth: bool = True

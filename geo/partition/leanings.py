"""The planner's weights under names that a street office would choose, as multiples of what is usual."""

from __future__ import annotations

from dataclasses import dataclass

from geo.partition.objective import Weights

USUAL = Weights()


@dataclass(frozen=True, slots=True)
class Leanings:
    """How much each aim counts: 1 as usual, 2 twice as much, 0 not at all.

    Attributes:
        few_grids: fewer grids, fewer volunteers to find.
        near_target: every grid near the wished-for households.
        short_walks: short ways between homes of one grid.
        whole_buildings: stairwells of a building stay together.
        whole_stairwells: floors of a stairwell stay together.
    """

    few_grids: float = 1.0
    near_target: float = 1.0
    short_walks: float = 1.0
    whole_buildings: float = 1.0
    whole_stairwells: float = 1.0

    def weights(self) -> Weights:
        """The same as the objective reads them.

        >>> Leanings(short_walks=2.0).weights().walk
        2.0

        Raises:
            InvalidInputError: for a negative multiple, or none at all.
        """
        return Weights(
            per_grid=USUAL.per_grid * self.few_grids,
            size=USUAL.size * self.near_target,
            walk=USUAL.walk * self.short_walks,
            cut_unit=USUAL.cut_unit * self.whole_buildings,
            cut_floor=USUAL.cut_floor * self.whole_stairwells,
        )

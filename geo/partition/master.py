"""The linear programme over known grids: every atom in exactly one of them, at the least cost.

Its dual prices tell what each atom is worth to the plan; the pricing looks for grids that beat them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Grid = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """A solved programme.

    Attributes:
        value: cost of the best mixture of grids.
        dual: (n,) price of each atom.
        each: price of one more grid, from the limits on their number.
        share: share of each grid offered so far.
        count: number of grids in the mixture.
    """

    value: float
    dual: NDArray[np.float64]
    each: float
    share: NDArray[np.float64]
    count: float


class Master:
    """A HiGHS model with one row an atom, one for the number of grids, and one column a grid; warm between solves."""

    def __init__(self, atoms: int, fewest: int, most: int, dear: float) -> None:
        """Start with one artificial column an atom at the price ``dear``, so that a solution always exists."""
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy types its values, not this constructor
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("presolve", "off"),
            ("solver", "simplex"),
            ("dual_feasibility_tolerance", 1.0e-9),
            ("primal_feasibility_tolerance", 1.0e-9),
        ):
            self.highs.setOptionValue(option, value)
        self.atoms = atoms
        lower, upper = np.ones(atoms + 1), np.ones(atoms + 1)
        lower[atoms], upper[atoms] = fewest, most
        none = np.array([], dtype=np.int32)
        self.highs.addRows(atoms + 1, lower, upper, 0, np.zeros(atoms + 1, dtype=np.int32), none, np.array([]))
        self._columns([(i,) for i in range(atoms)], [dear] * atoms)
        self._columns([(atoms,)], [dear])

    def add(self, grids: Sequence[Grid], costs: Sequence[float]) -> None:
        """Offer more grids."""
        if grids:
            self._columns([(*grid, self.atoms) for grid in grids], costs)

    def _columns(self, columns: Sequence[Grid], costs: Sequence[float]) -> None:
        sizes = np.array([len(c) for c in columns])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
        index = np.concatenate([np.asarray(c, dtype=np.int32) for c in columns])
        count, ones = len(columns), np.ones(len(index))
        zeros, free = np.zeros(count), np.full(count, highspy.kHighsInf)
        self.highs.addCols(count, np.asarray(costs, dtype=float), zeros, free, len(index), starts, index, ones)

    def solve(self) -> Prices:
        """Price the atoms by the grids offered so far."""
        self.highs.run()
        solution = self.highs.getSolution()
        dual, share = np.array(solution.row_dual), np.array(solution.col_value)[self.atoms + 1 :]
        value = float(self.highs.getInfo().objective_function_value)
        return Prices(value, dual[: self.atoms], float(dual[self.atoms]), share, float(share.sum()))

"""The linear programme over known grids: every atom in exactly one of them, at the least cost.

Its dual prices tell what each atom is worth to the plan; the pricing looks for grids that beat them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Grid = tuple[int, ...]


class Master:
    """A HiGHS model with one row an atom and one column a grid, warm from one solve to the next."""

    def __init__(self, atoms: int, dear: float) -> None:
        """Start with one artificial column an atom at the price ``dear``, so that a solution always exists."""
        self.highs = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
            self.highs.setOptionValue(option, value)
        self.atoms = atoms
        ones = np.ones(atoms)
        none = np.array([], dtype=np.int32)
        self.highs.addRows(atoms, ones, ones, 0, np.zeros(atoms, dtype=np.int32), none, np.array([]))
        self.add([(i,) for i in range(atoms)], [dear] * atoms)

    def add(self, grids: Sequence[Grid], costs: Sequence[float]) -> None:
        """Offer more grids."""
        if not grids:
            return
        sizes = np.array([len(g) for g in grids])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
        index = np.concatenate([np.asarray(g, dtype=np.int32) for g in grids])
        count = len(grids)
        self.highs.addCols(
            count,
            np.asarray(costs, dtype=np.float64),
            np.zeros(count),
            np.full(count, highspy.kHighsInf),
            len(index),
            starts,
            index,
            np.ones(len(index)),
        )

    def solve(self) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """(value, dual price of each atom, share of each grid offered so far without the artificial ones)."""
        self.highs.run()
        solution = self.highs.getSolution()
        value = float(self.highs.getInfo().objective_function_value)
        return value, np.array(solution.row_dual), np.array(solution.col_value)[self.atoms :]

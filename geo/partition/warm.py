"""Compile the hot loops once, at set-up, so that the first planner does not wait: ``python -m geo.partition.warm``.

The compiled code lies in ``NUMBA_CACHE_DIR`` (or beside the sources) and is used by every later process.
"""

from __future__ import annotations

import numpy as np

from geo.partition.partition import partition
from geo.topology.atoms import AtomGraph, EdgeKind
from geo.topology.bounds import Rule


def row(households: list[int]) -> AtomGraph:
    """A row of buildings 20 m apart, each next to the following one."""
    n = len(households)
    number = np.arange(n, dtype=np.int32)
    return AtomGraph(
        unit=number,
        building=number,
        floor_lo=np.ones(n, dtype=np.int32),
        floor_hi=np.ones(n, dtype=np.int32),
        households=np.array(households, dtype=np.int32),
        xyz_m=np.column_stack([20.0 * number, np.zeros(n), np.zeros(n)]),
        edges=np.column_stack([number[:-1], number[1:]]),
        edge_kind=np.full(n - 1, EdgeKind.BETWEEN_BUILDINGS, dtype=np.uint8),
        ground_m2=1_000.0 * n,
        unit_keys=tuple(map(str, number)),
        building_keys=tuple(map(str, number)),
    )


def warm() -> None:
    """Solve a few small problems that pass through every compiled loop."""
    for households in ([20, 25, 30, 15, 40, 22], [5, 5]):
        partition(row(households), Rule(), seed=0)


if __name__ == "__main__":
    warm()

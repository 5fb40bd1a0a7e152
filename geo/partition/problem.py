"""One connected neighbourhood to be divided into micro-grids.

A grid never spans two components of the atom graph, so each component is a problem of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.atoms import AtomGraph

#: More households than any building on earth holds; above it a count is a typing mistake.
ABSURD = 1_000_000
#: Ground of one household where nobody lives and no density can be measured, in square metres.
UNKNOWN_GROUND_M2 = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """n atoms and m edges of one component; every pair of atoms is joined by a path.

    Attributes:
        atoms: (n,) int32, where each atom stands in the graph it came from.
        households: (n,) int64.
        xyz_m: (n, 3) float64, metres, z upwards.
        edges: (m, 2) int32 with a < b, sorted; local numbers.
        edge_kind: (m,) uint8, an ``EdgeKind`` each.
        building: (n,) int32.
        floors: (n,) int32, how many floors the atom holds.
        household_m2: ground per household over the whole graph, in square metres.
    """

    atoms: NDArray[np.int32]
    households: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    edges: NDArray[np.int32]
    edge_kind: NDArray[np.uint8]
    building: NDArray[np.int32]
    floors: NDArray[np.int32]
    household_m2: float

    def __len__(self) -> int:
        return len(self.households)

    @property
    def total(self) -> int:
        """Households of the whole problem."""
        return int(self.households.sum())


def problems_of(graph: AtomGraph) -> tuple[Problem, ...]:
    """Every connected component as a problem, in the order of its first atom.

    Raises:
        InvalidInputError: for counts, places or edges that no neighbourhood can have.
    """
    check(graph)
    n = len(graph)
    if n == 0:
        return ()
    ones = np.ones(len(graph.edges), dtype=np.int8)
    links = coo_array((ones, (graph.edges[:, 0], graph.edges[:, 1])), shape=(n, n))
    number, component = connected_components(links, directed=False)
    order = np.argsort(component, kind="stable").astype(np.int32)
    bounds = np.searchsorted(component[order], np.arange(number + 1))
    by_edge = np.argsort(component[graph.edges[:, 0]], kind="stable")
    edge_bounds = np.searchsorted(component[graph.edges[by_edge, 0]], np.arange(number + 1))
    density = household_m2(graph)
    return tuple(
        _component(
            graph,
            order[bounds[c] : bounds[c + 1]],
            np.sort(by_edge[edge_bounds[c] : edge_bounds[c + 1]]),
            density,
        )
        for c in range(number)
    )


def _component(graph: AtomGraph, atoms: NDArray[np.int32], own: NDArray[np.intp], density: float) -> Problem:
    local = np.full(len(graph), -1, dtype=np.int32)
    local[atoms] = np.arange(len(atoms), dtype=np.int32)
    return Problem(
        atoms=atoms,
        households=graph.households[atoms].astype(np.int64),
        xyz_m=np.ascontiguousarray(graph.xyz_m[atoms], dtype=np.float64),
        edges=local[graph.edges[own]].reshape(-1, 2),
        edge_kind=graph.edge_kind[own].astype(np.uint8),
        building=graph.building[atoms],
        floors=(graph.floor_hi[atoms] - graph.floor_lo[atoms] + 1).astype(np.int32),
        household_m2=density,
    )


def household_m2(graph: AtomGraph) -> float:
    """Ground per household in square metres; a convention where nobody lives or no ground is known."""
    households = int(graph.households.sum())
    if households == 0 or graph.ground_m2 == 0:
        return UNKNOWN_GROUND_M2
    return float(graph.ground_m2) / households


def check(graph: AtomGraph) -> None:
    """Refuse counts, places and edges that no neighbourhood can have.

    Raises:
        InvalidInputError: naming the first atom or edge at fault.
    """
    n = len(graph)
    counts = np.asarray(graph.households)
    if len(graph.xyz_m) != n or len(graph.building) != n or len(graph.edge_kind) != len(graph.edges):
        raise InvalidInputError("The arrays of the atom graph differ in length; build it anew from the places.")
    _refuse_first(~np.isfinite(counts), counts, "is no number")
    _refuse_first(counts != np.floor(counts), counts, "is not whole")
    _refuse_first(counts < 0, counts, "is negative")
    _refuse_first(counts > ABSURD, counts, f"is absurd (more than {ABSURD})")
    _refuse_first(~np.isfinite(graph.xyz_m).all(axis=1), graph.xyz_m, "is no place on a map", what="place")
    if not np.isfinite(graph.ground_m2) or graph.ground_m2 < 0:
        raise InvalidInputError(f"The ground of {graph.ground_m2} m² is impossible; give the compound's area.")
    if len(graph.edges) and (graph.edges.min() < 0 or graph.edges.max() >= n):
        raise InvalidInputError(f"An edge names an atom outside 0..{n - 1}; build the graph anew from the places.")
    if len(graph.edges) and (graph.edges[:, 0] == graph.edges[:, 1]).any():
        raise InvalidInputError("An edge joins an atom with itself; build the graph anew from the places.")


def _refuse_first(
    wrong: NDArray[np.bool_] | np.bool_, values: NDArray[np.generic], fault: str, what: str = "count"
) -> None:
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise InvalidInputError(f"Atom {first}: the {what} {values[first]} {fault}; correct the unit's data.")

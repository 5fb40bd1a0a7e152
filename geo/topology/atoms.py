"""The atoms of a plan and who is next to whom: what the hand edits and the machine partitions.

An atom is a unit (单元), or one floor of a unit whose households alone exceed the rule's maximum. A plan is
a set of atoms per micro-grid; polygons are derived, never edited (docs/decisions).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EdgeKind(IntEnum):
    """Why two atoms are neighbours."""

    BETWEEN_BUILDINGS = 0
    BETWEEN_UNITS = 1
    BETWEEN_FLOORS = 2


@dataclass(frozen=True, slots=True, eq=False)
class AtomGraph:
    """Atoms and their neighbourhood; parallel arrays over n atoms and m edges.

    Attributes:
        unit: (n,) int32, index of the atom's unit in ``unit_keys``.
        building: (n,) int32, index of the atom's building in ``building_keys``.
        floor_lo: (n,) int32, lowest floor of the atom, inclusive.
        floor_hi: (n,) int32, highest floor of the atom, inclusive.
        households: (n,) int32, not negative.
        xyz_m: (n, 3) float64, metres in a local metric plane; z is 3 m a floor, at the atom's middle.
        edges: (m, 2) int32, atom indices with a < b, lexicographically sorted, no duplicates.
        edge_kind: (m,) uint8, an ``EdgeKind`` each.
        ground_m2: ground area that the atoms' cells tile, in square metres.
        unit_keys: the caller's identifiers of units.
        building_keys: the caller's identifiers of buildings.
    """

    unit: NDArray[np.int32]
    building: NDArray[np.int32]
    floor_lo: NDArray[np.int32]
    floor_hi: NDArray[np.int32]
    households: NDArray[np.int32]
    xyz_m: NDArray[np.float64]
    edges: NDArray[np.int32]
    edge_kind: NDArray[np.uint8]
    ground_m2: float
    unit_keys: tuple[str, ...]
    building_keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.households)

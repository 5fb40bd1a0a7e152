"""Building sites made fit for a map: inside their compound, and no ground under two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.topology.slices import polygons_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.ground import Areal

LEAST_M2 = 0.05
OVERLAP_M2 = 0.0005
SLIVER_M = 0.005
MOSTLY_COVERED = 0.8
AREA = 2  # dimensions of a polygon


@dataclass(slots=True, eq=False)
class Sites:
    """Buildings on their way to footprints; parallel arrays, changed in place by ``clip`` and its successors.

    Attributes:
        shapes: footprint or point of each, metres; empty when it gave up its ground to its host.
        host: the building whose ground it shares; itself as a rule.
        lived_in: whether somebody lives there.
        home: index of its compound.
        grounds: its compound's outline.
    """

    shapes: NDArray[np.object_]
    host: NDArray[np.intp]
    lived_in: NDArray[np.bool_]
    home: NDArray[np.intp]
    grounds: NDArray[np.object_]

    def areal(self) -> NDArray[np.bool_]:
        """Which sites have a footprint of their own."""
        dimensions = np.asarray(shapely.get_dimensions(self.shapes))
        full: NDArray[np.bool_] = (dimensions == AREA) & ~shapely.is_empty(self.shapes)
        return full

    def dots(self) -> NDArray[np.intp]:
        """Dwellings known as points, and still on their own."""
        alone = self.host == np.arange(len(self.host))
        return np.flatnonzero((np.asarray(shapely.get_dimensions(self.shapes)) == 0) & self.lived_in & alone)


def clip(sites: Sites) -> None:
    """Make every shape a valid polygon inside its compound, or a point where nothing of it lies there."""
    shapes, grounds = sites.shapes, sites.grounds
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = [polygons_only(g) for g in shapely.make_valid(shapes[broken])]
    empty = shapely.is_empty(shapes) | (shapely.get_dimensions(shapes) == 1)
    shapes[empty] = shapely.point_on_surface(grounds[empty])
    shapely.prepare(grounds)
    for i in np.flatnonzero(~shapely.covered_by(shapes, grounds)):
        inside = polygons_only(shapely.intersection(shapes[i], grounds[i]))
        if inside.area > max(LEAST_M2, 0.01 * shapes[i].area):
            shapes[i] = inside
        else:
            nearest = shapely.shortest_line(grounds[i], shapely.centroid(shapes[i]))
            shapes[i] = shapely.get_point(nearest, 0)


def part_overlaps(sites: Sites) -> None:
    """Leave each place to one footprint: dwellings before others, the smaller before the larger."""
    shapes, home = sites.shapes, sites.home
    areal = np.flatnonzero(sites.areal())
    left, right = areal[shapely.STRtree(shapes[areal]).query(shapes[areal], predicate="intersects")]
    once = (left < right) & (home[left] == home[right])
    left, right = left[once], right[once]
    deep = shapely.area(shapely.intersection(shapes[left], shapes[right])) > OVERLAP_M2
    rivals: dict[int, list[int]] = {}
    for a, b in zip(left[deep].tolist(), right[deep].tolist(), strict=True):
        rivals.setdefault(a, []).append(b)
        rivals.setdefault(b, []).append(a)
    area = np.asarray(shapely.area(shapes))
    settled: set[int] = set()
    for i in sorted(rivals, key=lambda k: (not sites.lived_in[k], area[k], k)):
        earlier = [k for k in rivals[i] if k in settled]
        if earlier:
            _yield_ground(sites, i, earlier)
        settled.add(i)


def _yield_ground(sites: Sites, i: int, earlier: list[int]) -> None:
    """Keep what the earlier ones leave; share the ground of one of them when that is next to nothing."""
    whole = sites.shapes[i]
    rest = without_slivers(shapely.difference(whole, shapely.union_all(sites.shapes[earlier])))
    if rest.area >= max(LEAST_M2, (1 - MOSTLY_COVERED) * whole.area):
        sites.shapes[i] = rest
        return
    shared = shapely.area(shapely.intersection(whole, sites.shapes[earlier]))
    sites.host[i] = sites.host[earlier[int(np.argmax(shared))]]
    sites.shapes[i] = shapely.Polygon()


def without_slivers(shape: shapely.Geometry) -> Areal:
    """The polygons of a shape without tongues thinner than 1 cm, which no lattice can hold."""
    core = shapely.buffer(shape, -SLIVER_M, join_style="mitre")
    grown = shapely.buffer(core, 2 * SLIVER_M, join_style="mitre")
    return polygons_only(shapely.intersection(shape, grown))

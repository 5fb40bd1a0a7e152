"""Whether a footprint lies over another house: two houses do not stand on the same ground.

Files bring houses that overlap, and cells are laid all the same (``geo.topology.footprints``). Whoever draws by hand
sees what stands there already: a wall may be drawn a little into the neighbour's, a house may not be drawn over a
house. The browser's ``overlying.ts`` is its twin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.topology.ground import Footprint
    from geo.topology.plan import Plan

LAP = 0.05
"""Share of the smaller house that a hand may draw too far: a wall of a metre between houses of twenty."""


def overlying(plan: Plan, shape: Footprint, *, own: str | None = None) -> list[str]:
    """The houses over which a footprint lies, in the order of their keys.

    A house known as a point only is over nobody: where its walls are, nobody knows. A house surveyed anew that was over
    another one already may stay so, as long as it does not take more of it.

    Args:
        plan: the houses that stand.
        shape: the footprint, metres, valid.
        own: the house that is drawn anew, if it is not a new one.
    """
    former = _shared(plan, plan.buildings[own].geometry, own) if own else {}
    return sorted(
        key
        for key, area in _shared(plan, shape, own).items()
        if area > LAP * min(shape.area, plan.buildings[key].geometry.area) and area > former.get(key, 0.0)
    )


def _shared(plan: Plan, shape: Footprint, own: str | None) -> Mapping[str, float]:
    """Square metres that a footprint shares with each other house; only those with whom it shares any."""
    keys = [key for key in plan.buildings if key != own]
    houses = np.array([plan.buildings[key].geometry for key in keys], dtype=object)
    near = np.flatnonzero(shapely.intersects(shapely.envelope(houses), shapely.envelope(shape)))
    areas = shapely.area(shapely.intersection(_clean(houses[near]), shape))
    return {keys[place]: float(area) for place, area in zip(near.tolist(), areas, strict=True) if area > 0}


def _clean(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes fit to be cut: a file's own may cross themselves, which ``footprints`` mends in the same way."""
    return np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))

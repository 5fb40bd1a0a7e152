"""What must be true of every plan, checked from scratch: the server proves each edit with it before it keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from geo.topology.plan import Plan

LEAST_AREA_M2 = 1e-4


def flaws(plan: Plan, *, tiling: bool = True, compounds: Collection[str] | None = None) -> list[str]:
    """What is wrong with a plan, in sentences; empty when nothing is.

    Args:
        plan: any plan.
        tiling: whether to check the cells too (the dear part).
        compounds: whose cells to check; None: all.
    """
    found = [*_dwellings(plan), *_grids(plan), *_edges(plan)]
    return [*found, *_tiling(plan, compounds)] if tiling else found


def _dwellings(plan: Plan) -> Iterator[str]:
    for key, site in plan.units.items():
        bands = plan.bands.get(key, ())
        floors = [floor for band in bands for floor in range(band.floor_lo, band.floor_hi + 1)]
        if floors != list(range(site.floor_lo, site.floor_hi + 1)):
            yield f"Unit {key}: floors {site.floor_lo}-{site.floor_hi} are not each in one band."
        if site.building not in plan.buildings:
            yield f"Unit {key}: its building {site.building} is not there."
    for key in (plan.bands.keys() | plan.cells.keys() | plan.edges.keys()) - plan.units.keys():
        yield f"Unit {key} is not there, but something of it is."


def _grids(plan: Plan) -> Iterator[str]:
    named = {band.grid for bands in plan.bands.values() for band in bands if band.grid is not None}
    for key in named - plan.grids.keys():
        yield f"Micro-grid {key} is not there, but dwellings belong to it."
    for key in plan.grids.keys() - named:
        yield f"Micro-grid {key} holds nobody."


def _edges(plan: Plan) -> Iterator[str]:
    for key, others in plan.edges.items():
        for other in others:
            if key not in plan.edges.get(other, ()):
                yield f"Unit {key} is next to {other}, but not the other way round."


def _tiling(plan: Plan, compounds: Collection[str] | None) -> Iterator[str]:
    homes: dict[str, list[str]] = {}
    for key in sorted(plan.units):
        home = plan.compound(key)
        if compounds is None or home in compounds:
            homes.setdefault(home, []).append(key)
    for compound, keys in homes.items():
        if not all(key in plan.cells for key in keys):
            yield f"Compound {compound}: a unit has no ground."
            continue
        cells = np.array([plan.cells[key] for key in keys], dtype=object)
        if not shapely.is_valid(cells).all() or not shapely.coverage_is_valid(cells):
            yield f"Compound {compound}: its cells overlap or leave a gap."
        whole = shapely.area(shapely.coverage_union_all(cells))
        if abs(float(shapely.area(cells).sum()) - whole) > LEAST_AREA_M2:
            yield f"Compound {compound}: areas do not add up."

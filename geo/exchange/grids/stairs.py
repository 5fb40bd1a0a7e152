"""The units of a planner's file: its table ``unit``, or each building as one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import InvalidInputError
from geo.exchange.grids import counts
from geo.exchange.grids.columns import column
from geo.exchange.grids.faults import Fault
from geo.exchange.grids.houses import text, unique_keys
from geo.topology.ground import UnitSite

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from geo.exchange.grids.houses import Houses

WANTED = ("unit_id", "building_id", "households", "floors")

Estimated = tuple[list[UnitSite], list[str]]
"""Units, and the keys of those whose households are estimated."""


def buildings_as_units(houses: Houses, faults: list[Fault]) -> Estimated:
    """Every building as one unit, when the file knows no units."""
    tally = counts.households(
        "building", houses.stated.get("households"), houses.floors.value, shapely.area(houses.shapes)
    )
    faults.extend(tally.faults)
    rows = zip(houses.keys, tally.value.tolist(), houses.floors.value.tolist(), strict=True)
    units = [UnitSite(key, key, households, 1, floors) for key, households, floors in rows]
    return units, [houses.keys[i] for i in np.flatnonzero(tally.estimated)]


def units_of(table: pd.DataFrame, houses: Houses, chosen: Mapping[str, str], faults: list[Fault]) -> Estimated:
    """The units of the table, and buildings with a count of their own for which it has no row.

    Raises:
        InvalidInputError: when the table does not say to which building its rows belong.
    """
    present = [str(c) for c in table.columns]
    here = {ours: theirs for ours, theirs in chosen.items() if theirs in present}
    found = {ours: column(ours, present, here) for ours in WANTED}
    stated = {ours: table[theirs] for ours, theirs in found.items() if theirs is not None}
    if "building_id" not in stated:
        raise InvalidInputError(f"Table unit has no column building_id; its columns: {', '.join(present)}.")
    number = {key: i for i, key in enumerate(houses.keys)}
    building = np.array([number.get(text(v), -1) for v in stated["building_id"]], dtype=np.intp)
    keys = unique_keys("unit", stated.get("unit_id", table.index.to_series() + 1), faults)
    known = np.flatnonzero(building >= 0)
    for i in np.flatnonzero(building < 0):
        lost = text(stated["building_id"].iloc[i]) or "-"
        faults.append(Fault("unit", int(i) + 1, "building_id", lost, "无此楼栋，未纳入", "no such building, left out"))
    floors, tally = _counted(stated, building, houses, faults)
    units = [UnitSite(keys[i], houses.keys[building[i]], int(tally.value[i]), 1, int(floors[i])) for i in known]
    units += _without_row(houses, building[known], {unit.key for unit in units})
    return units, [keys[i] for i in known if tally.estimated[i]]


def _counted(
    stated: Mapping[str, pd.Series[Any]], building: NDArray[np.intp], houses: Houses, faults: list[Fault]
) -> tuple[NDArray[np.int64], counts.Counts]:
    """Floors and households of each row; what the row does not say comes from its building."""
    own = counts.floors("unit", stated.get("floors"), None, len(building))
    floors = np.where(own.estimated, houses.floors.value[building], own.value)
    siblings = np.bincount(building[building >= 0], minlength=len(houses.keys))
    share = np.asarray(shapely.area(houses.shapes)) / np.maximum(siblings, 1)
    tally = counts.households("unit", stated.get("households"), floors, share[building])
    faults.extend(f for f in (*own.faults, *tally.faults) if building[f.row - 1] >= 0)
    return floors, tally


def _without_row(houses: Houses, listed: NDArray[np.intp], taken: set[str]) -> list[UnitSite]:
    """Buildings that state households but have no row in the table: one unit each."""
    stated = houses.stated.get("households")
    if stated is None:
        return []
    tally = counts.households("building", stated, houses.floors.value, shapely.area(houses.shapes))
    bare = ~np.isin(np.arange(len(houses.keys)), listed) & ~tally.estimated & (tally.value > 0)
    return [
        UnitSite(
            houses.keys[i] + "*" * (houses.keys[i] in taken),
            houses.keys[i],
            int(tally.value[i]),
            1,
            int(houses.floors.value[i]),
        )
        for i in np.flatnonzero(bare)
    ]

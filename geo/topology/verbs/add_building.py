"""A new building, with its stairwells, joins a compound and a micro-grid. The inverse of ``remove_building``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.plan import Band
from geo.topology.verbs.movable import unsettled, unwelcome
from geo.topology.verbs.overlying import overlying
from geo.topology.verbs.resettle import resettled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.errors import Refusal
    from geo.topology.ground import BuildingSite, Footprint, UnitSite
    from geo.topology.plan import Plan

MOST_HOUSEHOLDS = 5_000
MOST_FLOORS = 200


def refusal(plan: Plan, site: BuildingSite, units: Sequence[UnitSite], *, to: str | None) -> Refusal | None:
    """Tell why the building may not be added with its units given to a grid, or None if it may."""
    if site.key in plan.buildings or any(unit.key in plan.units for unit in units):
        return why.KEY_TAKEN
    if len({unit.key for unit in units}) < len(units):
        return why.KEY_TAKEN
    if any(unit.building != site.key for unit in units):
        return why.UNKNOWN_BUILDING
    return unfit(plan, site, units, to)


def unfit(plan: Plan, site: BuildingSite, units: Sequence[UnitSite], to: str | None) -> Refusal | None:
    """What is wrong with a building and units that are to stand in a plan."""
    if site.compound not in plan.compounds:
        return why.UNKNOWN_COMPOUND
    if not stands(site.geometry, plan.compounds[site.compound].geometry):
        return why.BAD_GEOMETRY
    if overlying(plan, site.geometry):
        return why.OVER_A_HOUSE
    if not all(countable(unit) for unit in units):
        return why.IMPOSSIBLE_COUNT
    return unwelcome(plan, to) or unsettled(plan, _added(plan, site, units, to), to)


def add_building(plan: Plan, site: BuildingSite, units: Sequence[UnitSite], *, to: str | None) -> Plan:
    """Let a building stand in its compound; its households belong to a grid, or to none yet.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, site, units, to=to):
        raise RefusedError(reason)
    return _added(plan, site, units, to)


def countable(unit: UnitSite) -> bool:
    """Whether a unit's households and floors are such as people live in."""
    floors = unit.floor_hi - unit.floor_lo + 1
    by_floor = not unit.floor_households or (
        len(unit.floor_households) == floors and sum(unit.floor_households) == unit.households
    )
    return 0 <= unit.households <= MOST_HOUSEHOLDS and 1 <= floors <= MOST_FLOORS and by_floor


def stands(shape: Footprint, ground: shapely.Geometry) -> bool:
    """Whether a footprint is a clean shape at least half of which lies in the compound."""
    if shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all() or not shapely.is_valid(shape):
        return False
    if isinstance(shape, shapely.Point):
        return bool(shapely.intersects(ground, shape))
    return bool(shapely.area(shapely.intersection(shape, ground)) > shape.area / 2)


def _added(plan: Plan, site: BuildingSite, units: Sequence[UnitSite], to: str | None) -> Plan:
    standing = replace(
        plan,
        buildings={**plan.buildings, site.key: site},
        units={**plan.units, **{unit.key: unit for unit in units}},
        bands={**plan.bands, **{u.key: (Band(u.floor_lo, u.floor_hi, to),) for u in units}},
    )
    return resettled(standing, site.compound)

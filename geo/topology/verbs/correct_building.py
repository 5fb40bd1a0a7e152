"""A building was surveyed anew: its footprint changes, its households stay. Its own inverse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.verbs.add_building import stands
from geo.topology.verbs.movable import torn
from geo.topology.verbs.overlying import overlying
from geo.topology.verbs.resettle import resettled

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.ground import Footprint
    from geo.topology.plan import Plan


def refusal(plan: Plan, building: str, *, geometry: Footprint) -> Refusal | None:
    """Tell why the footprint may not be so (metres), or None if it may."""
    if building not in plan.buildings:
        return why.UNKNOWN_BUILDING
    site = plan.buildings[building]
    if not stands(geometry, plan.compounds[site.compound].geometry):
        return why.BAD_GEOMETRY
    if geometry.equals_exact(site.geometry, 0):
        return why.NO_CHANGE
    if overlying(plan, geometry, own=building):
        return why.OVER_A_HOUSE
    return why.TEARS_APART if torn(plan, _corrected(plan, building, geometry)) else None


def correct_building(plan: Plan, building: str, *, geometry: Footprint) -> Plan:
    """Draw a building's footprint anew; parts of units drawn inside the old one are forgotten.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, building, geometry=geometry):
        raise RefusedError(reason)
    return _corrected(plan, building, geometry)


def _corrected(plan: Plan, building: str, geometry: Footprint) -> Plan:
    site = plan.buildings[building]
    drawn = replace(
        plan,
        buildings={**plan.buildings, building: replace(site, geometry=geometry)},
        units={
            key: replace(unit, geometry=None) if unit.building == building else unit for key, unit in plan.units.items()
        },
    )
    return resettled(drawn, site.compound)

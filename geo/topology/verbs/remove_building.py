"""A building is pulled down: its stairwells leave the plan, its ground goes to others. Undone by ``add_building``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.verbs.movable import damage, locked
from geo.topology.verbs.resettle import resettled

if TYPE_CHECKING:
    from collections.abc import Collection

    from geo.errors import Refusal
    from geo.topology.plan import Plan


def refusal(plan: Plan, building: str) -> Refusal | None:
    """Tell why the building may not be removed, or None if it may."""
    if building not in plan.buildings:
        return why.UNKNOWN_BUILDING
    return unremovable(plan, _units(plan, building), building)


def unremovable(plan: Plan, units: Collection[str], building: str | None) -> Refusal | None:
    """Why some units (and their building) may not go."""
    grids = {band.grid for unit in units for band in plan.bands[unit]}
    if any(locked(plan, grid) for grid in grids):
        return why.LOCKED
    return damage(plan, removed(plan, units, building), gains=None, loses=plan.grids)


def remove_building(plan: Plan, building: str) -> Plan:
    """Take a building and its units out of the plan.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, building):
        raise RefusedError(reason)
    return removed(plan, _units(plan, building), building)


def _units(plan: Plan, building: str) -> frozenset[str]:
    return frozenset(key for key, site in plan.units.items() if site.building == building)


def removed(plan: Plan, units: Collection[str], building: str | None) -> Plan:
    """The plan without some units, and without their building when it is named."""
    home = plan.buildings[building].compound if building else plan.compound(next(iter(units)))
    left = replace(
        plan,
        buildings={key: site for key, site in plan.buildings.items() if key != building},
        units={key: site for key, site in plan.units.items() if key not in units},
        bands={key: bands for key, bands in plan.bands.items() if key not in units},
    )
    return resettled(left, home)

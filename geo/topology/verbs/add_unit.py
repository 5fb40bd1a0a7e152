"""A stairwell that was forgotten joins its building and a micro-grid. The inverse of ``remove_unit``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.plan import Band
from geo.topology.verbs.add_building import countable
from geo.topology.verbs.movable import unsettled, unwelcome
from geo.topology.verbs.resettle import resettled

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.ground import UnitSite
    from geo.topology.plan import Plan


def refusal(plan: Plan, unit: UnitSite, *, to: str | None) -> Refusal | None:
    """Tell why the unit may not be added and given to a grid, or None if it may."""
    if unit.key in plan.units:
        return why.KEY_TAKEN
    if unit.building not in plan.buildings:
        return why.UNKNOWN_BUILDING
    if not countable(unit):
        return why.IMPOSSIBLE_COUNT
    return unwelcome(plan, to) or unsettled(plan, _added(plan, unit, to), to)


def add_unit(plan: Plan, unit: UnitSite, *, to: str | None) -> Plan:
    """Let a unit share its building's footprint; its households belong to a grid, or to none yet.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, unit, to=to):
        raise RefusedError(reason)
    return _added(plan, unit, to)


def _added(plan: Plan, unit: UnitSite, to: str | None) -> Plan:
    joined = replace(
        plan,
        units={**plan.units, unit.key: unit},
        bands={**plan.bands, unit.key: (Band(unit.floor_lo, unit.floor_hi, to),)},
    )
    return resettled(joined, plan.buildings[unit.building].compound)

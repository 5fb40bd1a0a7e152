"""A stairwell was counted anew: households and floors change, its ground stays. Its own inverse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.plan import Band
from geo.topology.verbs.add_building import countable
from geo.topology.verbs.movable import damage, locked

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.ground import UnitSite
    from geo.topology.plan import Plan


def refusal(plan: Plan, site: UnitSite) -> Refusal | None:
    """Tell why the unit of this key may not be as ``site`` says, or None if it may."""
    if site.key not in plan.units:
        return why.UNKNOWN_UNIT
    if site.building != plan.units[site.key].building:
        return why.UNKNOWN_BUILDING
    if not countable(site):
        return why.IMPOSSIBLE_COUNT
    if _counted(plan, site) == plan.units[site.key]:
        return why.NO_CHANGE
    if any(locked(plan, band.grid) for band in plan.bands[site.key]):
        return why.LOCKED
    return damage(plan, _corrected(plan, site), gains=None, loses=plan.grids)


def correct_unit(plan: Plan, site: UnitSite) -> Plan:
    """Set a unit's households and floors; new floors belong to the grid of the floor next to them.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, site):
        raise RefusedError(reason)
    return _corrected(plan, site)


def _counted(plan: Plan, site: UnitSite) -> UnitSite:
    """The unit as counted anew; its part of the footprint stays as it was."""
    return replace(site, geometry=plan.units[site.key].geometry)


def _corrected(plan: Plan, site: UnitSite) -> Plan:
    bands = _refloored(plan.bands[site.key], site.floor_lo, site.floor_hi)
    return replace(plan, units={**plan.units, site.key: _counted(plan, site)}, bands={**plan.bands, site.key: bands})


def _refloored(bands: tuple[Band, ...], low: int, high: int) -> tuple[Band, ...]:
    """Bands cut or stretched to new floors."""
    kept = [band for band in bands if band.floor_hi >= low and band.floor_lo <= high]
    if not kept:
        return (Band(low, high, bands[0].grid if high < bands[0].floor_lo else bands[-1].grid),)
    ends = [*(band.floor_hi for band in kept[:-1]), high]
    starts = [low, *(end + 1 for end in ends[:-1])]
    return tuple(Band(a, b, band.grid) for a, b, band in zip(starts, ends, kept, strict=True))

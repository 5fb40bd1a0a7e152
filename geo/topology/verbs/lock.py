"""Lock a micro-grid so that neither hand nor machine changes it, or unlock it. Its own inverse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.plan import Plan


def refusal(plan: Plan, grid: str, *, locked: bool) -> Refusal | None:
    """Tell why the grid may not be locked (or unlocked), or None if it may."""
    if grid not in plan.grids:
        return why.UNKNOWN_GRID
    return why.NO_CHANGE if plan.grids[grid].locked == locked else None


def lock(plan: Plan, grid: str, *, locked: bool) -> Plan:
    """Lock or unlock a grid.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, grid, locked=locked):
        raise RefusedError(reason)
    return replace(plan, grids={**plan.grids, grid: replace(plan.grids[grid], locked=locked)})

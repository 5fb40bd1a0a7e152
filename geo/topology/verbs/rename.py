"""Give a micro-grid another name. Its own inverse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.plan import Plan


def refusal(plan: Plan, grid: str, *, name: str) -> Refusal | None:
    """Tell why the grid may not be called so, or None if it may."""
    if grid not in plan.grids:
        return why.UNKNOWN_GRID
    if plan.grids[grid].locked:
        return why.LOCKED
    if not name.strip():
        return why.NAME_EMPTY
    if plan.grids[grid].name == name:
        return why.NO_CHANGE
    if any(other.name == name for other in plan.grids.values()):
        return why.NAME_TAKEN
    return None


def rename(plan: Plan, grid: str, *, name: str) -> Plan:
    """Call a grid by another name.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, grid, name=name):
        raise RefusedError(reason)
    return replace(plan, grids={**plan.grids, grid: replace(plan.grids[grid], name=name)})

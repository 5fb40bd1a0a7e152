"""Split a tower's micro-grid by floors: from one floor upwards it becomes a grid of its own. Undone by ``merge``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.plan import Span
from geo.topology.verbs import found

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.plan import Plan


def refusal(plan: Plan, grid: str, *, floor: int, key: str, name: str) -> Refusal | None:
    """Tell why the grid may not be cut below ``floor``, or None if it may."""
    if grid not in plan.grids:
        return why.UNKNOWN_GRID
    upper = above(plan, grid, floor)
    if not upper or set(upper) == set(plan.spans(grid)):
        return why.UNKNOWN_FLOOR
    return found.refusal(plan, upper, key=key, name=name)


def split_floors(plan: Plan, grid: str, *, floor: int, key: str, name: str) -> Plan:
    """Make a new grid of everything from ``floor`` upwards.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, grid, floor=floor, key=key, name=name):
        raise RefusedError(reason)
    return found.found(plan, above(plan, grid, floor), key=key, name=name)


def above(plan: Plan, grid: str, floor: int) -> tuple[Span, ...]:
    """Floors of the grid from ``floor`` upwards."""
    return tuple(
        Span(span.unit, max(span.floor_lo, floor), span.floor_hi) for span in plan.spans(grid) if span.floor_hi >= floor
    )

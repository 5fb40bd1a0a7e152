"""Whether dwellings may go from grid to grid: the questions that the verbs of reassignment share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.topology import refusals as why

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.errors import Refusal
    from geo.topology.plan import Plan, Span


def unmovable(plan: Plan, spans: Sequence[Span]) -> Refusal | None:
    """Why these floors may not leave where they are: unknown, or in a locked grid."""
    if not spans:
        return why.NOTHING_CHOSEN
    for span in spans:
        site = plan.units.get(span.unit)
        if site is None:
            return why.UNKNOWN_UNIT
        if not site.floor_lo <= span.floor_lo <= span.floor_hi <= site.floor_hi:
            return why.UNKNOWN_FLOOR
    return why.LOCKED if any(locked(plan, grid) for grid in sources(plan, spans)) else None


def locked(plan: Plan, grid: str | None) -> bool:
    """Whether a grid may not change."""
    return grid is not None and plan.grids[grid].locked


def sources(plan: Plan, spans: Iterable[Span]) -> frozenset[str | None]:
    """The grids from which these floors come."""
    return frozenset(
        band.grid
        for span in spans
        for band in plan.bands[span.unit]
        if band.floor_lo <= span.floor_hi and span.floor_lo <= band.floor_hi
    )


def damage(before: Plan, after: Plan, *, gains: str | None, loses: Iterable[str | None]) -> Refusal | None:
    """What an edit would break: a grid left empty, grown where it does not touch, or torn apart."""
    for grid in sorted(g for g in loses if g is not None and g != gains):
        if not after.members(grid):
            return why.LAST_DWELLING
        if after.pieces(grid) > max(before.pieces(grid), 1):
            return why.TEARS_APART
    if gains is not None and after.pieces(gains) > max(before.pieces(gains) if gains in before.grids else 1, 1):
        return why.NOT_ADJACENT
    return None


def unwelcome(plan: Plan, grid: str | None) -> Refusal | None:
    """Why a grid may not take anybody in."""
    if grid is not None and grid not in plan.grids:
        return why.UNKNOWN_GRID
    return why.LOCKED if locked(plan, grid) else None


def unsettled(before: Plan, after: Plan, grid: str | None) -> Refusal | None:
    """What newcomers in a grid (None: in none) and the ground laid anew for them would break."""
    if grid is not None and after.pieces(grid) > max(before.pieces(grid), 1):
        return why.NOT_ADJACENT
    return why.TEARS_APART if torn(before, after) else None


def torn(before: Plan, after: Plan) -> bool:
    """Whether any grid falls into more pieces than before."""
    return any(after.pieces(grid) > max(before.pieces(grid), 1) for grid in before.grids if grid in after.grids)

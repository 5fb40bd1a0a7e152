"""Give stairwells, or some of their floors, to another micro-grid. Its own inverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.verbs.movable import damage, locked, sources, unmovable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.errors import Refusal
    from geo.topology.plan import Plan, Span


def refusal(plan: Plan, spans: Sequence[Span], *, to: str | None) -> Refusal | None:
    """Tell why these floors may not go to a grid (None: to no grid), or None if they may."""
    if to is not None and to not in plan.grids:
        return why.UNKNOWN_GRID
    if reason := unmovable(plan, spans):
        return reason
    if locked(plan, to):
        return why.LOCKED
    origin = sources(plan, spans)
    if origin == {to}:
        return why.NO_CHANGE
    return damage(plan, plan.give(spans, to), gains=to, loses=origin)


def reassign(plan: Plan, spans: Sequence[Span], *, to: str | None) -> Plan:
    """Give floors to a grid.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, spans, to=to):
        raise RefusedError(reason)
    return plan.give(spans, to)

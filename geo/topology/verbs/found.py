"""Found a new micro-grid of chosen stairwells or floors. Undone by merging it away, or by giving its dwellings back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.plan import MicroGrid
from geo.topology.verbs.movable import damage, sources, unmovable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.errors import Refusal
    from geo.topology.plan import Plan, Span


def refusal(plan: Plan, spans: Sequence[Span], *, key: str, name: str) -> Refusal | None:
    """Tell why these floors may not become a grid of their own, or None if they may."""
    if key in plan.grids:
        return why.KEY_TAKEN
    if not name.strip():
        return why.NAME_EMPTY
    if any(grid.name == name for grid in plan.grids.values()):
        return why.NAME_TAKEN
    if reason := unmovable(plan, spans):
        return reason
    after = _founded(plan, spans, key, name)
    if reason := damage(plan, after, gains=None, loses=sources(plan, spans)):
        return reason
    return why.TEARS_APART if after.pieces(key) > 1 else None


def found(plan: Plan, spans: Sequence[Span], *, key: str, name: str) -> Plan:
    """Make a grid of these floors.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, spans, key=key, name=name):
        raise RefusedError(reason)
    return _founded(plan, spans, key, name)


def _founded(plan: Plan, spans: Sequence[Span], key: str, name: str) -> Plan:
    return replace(plan.give(spans, key), grids={**plan.grids, key: MicroGrid(key, name)})

"""Merge one micro-grid into a neighbour. The inverse of ``split``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.verbs.movable import locked

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.plan import Plan


def refusal(plan: Plan, absorbed: str, *, into: str) -> Refusal | None:
    """Tell why this merge may not happen, or None if it may."""
    if absorbed not in plan.grids or into not in plan.grids:
        return why.UNKNOWN_GRID
    if absorbed == into:
        return why.NO_CHANGE
    if locked(plan, absorbed) or locked(plan, into):
        return why.LOCKED
    if into not in plan.neighbours(absorbed):
        return why.NOT_ADJACENT
    if plan.households(absorbed) + plan.households(into) > plan.rule.most:
        return why.TOO_MANY_HOUSEHOLDS
    return None


def merge(plan: Plan, absorbed: str, *, into: str) -> Plan:
    """Give all dwellings of one grid to its neighbour; the grid ends.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, absorbed, into=into):
        raise RefusedError(reason)
    given = plan.give(plan.spans(absorbed), into)
    return replace(given, grids={key: grid for key, grid in plan.grids.items() if key != absorbed})

"""Two neighbouring micro-grids exchange dwellings in one step, as neither could alone. Its own inverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.verbs.movable import damage, sources, unmovable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.errors import Refusal
    from geo.topology.plan import Plan, Span


def refusal(plan: Plan, these: Sequence[Span], those: Sequence[Span]) -> Refusal | None:
    """Tell why these floors may not be exchanged for those, or None if they may."""
    if reason := unmovable(plan, these) or unmovable(plan, those):
        return reason
    here, there = sources(plan, these), sources(plan, those)
    if here == there:
        return why.NO_CHANGE
    if len(here) != 1 or len(there) != 1 or None in here | there:
        return why.UNKNOWN_GRID
    after = _swapped(plan, these, those)
    (one,), (other,) = here, there
    return damage(plan, after, gains=one, loses=()) or damage(plan, after, gains=other, loses=())


def swap(plan: Plan, these: Sequence[Span], those: Sequence[Span]) -> Plan:
    """Exchange floors of one grid for floors of another.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, these, those):
        raise RefusedError(reason)
    return _swapped(plan, these, those)


def _swapped(plan: Plan, these: Sequence[Span], those: Sequence[Span]) -> Plan:
    (one,), (other,) = sources(plan, these), sources(plan, those)
    return plan.give(these, other).give(those, one)

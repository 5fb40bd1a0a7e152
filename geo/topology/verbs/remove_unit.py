"""A stairwell that does not exist leaves the plan. The inverse of ``add_unit``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.verbs.remove_building import removed, unremovable

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.plan import Plan


def refusal(plan: Plan, unit: str) -> Refusal | None:
    """Tell why the unit may not be removed, or None if it may."""
    return why.UNKNOWN_UNIT if unit not in plan.units else unremovable(plan, {unit}, None)


def remove_unit(plan: Plan, unit: str) -> Plan:
    """Take a unit out of the plan; its building stays.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, unit):
        raise RefusedError(reason)
    return removed(plan, {unit}, None)

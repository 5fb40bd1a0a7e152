"""Give a building, its dwellings and its ground to the compound next door. Undone by giving it back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.plan import Span
from geo.topology.verbs.movable import damage, locked, sources, unmovable
from geo.topology.verbs.outlined import outlined

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.plan import Plan


def refusal(plan: Plan, building: str, *, compound: str, to: str) -> Refusal | None:
    """Tell why the building may not go to a compound and to a grid there, or None if it may."""
    if reason := _unknown(plan, building, compound, to):
        return reason
    spans = _dwellings(plan, building)
    if reason := unmovable(plan, spans) or (why.LOCKED if locked(plan, to) else None):
        return reason
    if compound not in {plan.compound(unit) for unit, _ in plan.members(to)}:
        return why.OTHER_COMPOUND
    if not _grounds_touch(plan, building, compound):
        return why.NOT_ADJACENT
    return damage(plan, _transferred(plan, building, compound, to), gains=to, loses=sources(plan, spans))


def transfer(plan: Plan, building: str, *, compound: str, to: str) -> Plan:
    """Move a building with its cells into another compound and one of its grids; both outlines follow.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, building, compound=compound, to=to):
        raise RefusedError(reason)
    return _transferred(plan, building, compound, to)


def _unknown(plan: Plan, building: str, compound: str, to: str) -> Refusal | None:
    if building not in plan.buildings:
        return why.UNKNOWN_BUILDING
    if compound not in plan.compounds:
        return why.UNKNOWN_COMPOUND
    if to not in plan.grids:
        return why.UNKNOWN_GRID
    return why.NO_CHANGE if plan.buildings[building].compound == compound else None


def _dwellings(plan: Plan, building: str) -> tuple[Span, ...]:
    return tuple(
        Span(key, site.floor_lo, site.floor_hi) for key, site in plan.units.items() if site.building == building
    )


def _grounds_touch(plan: Plan, building: str, compound: str) -> bool:
    own = [plan.cells[span.unit] for span in _dwellings(plan, building)]
    theirs = [cell for unit, cell in plan.cells.items() if plan.compound(unit) == compound]
    edge = shapely.intersection(shapely.boundary(shapely.union_all(own)), shapely.boundary(shapely.union_all(theirs)))
    return bool(shapely.length(edge) > 0)


def _transferred(plan: Plan, building: str, compound: str, to: str) -> Plan:
    moved = {**plan.buildings, building: replace(plan.buildings[building], compound=compound)}
    after = replace(plan.give(_dwellings(plan, building), to), buildings=moved)
    return outlined(after, (plan.buildings[building].compound, compound))

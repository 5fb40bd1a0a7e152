"""Join two stairwells by a gate that the map does not know, or part them by a wall. Its own inverse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.adjacency import Edits
from geo.topology.lanes import LANE_M
from geo.topology.verbs.movable import torn

if TYPE_CHECKING:
    from geo.errors import Refusal
    from geo.topology.plan import Plan


def refusal(plan: Plan, a: str, b: str, *, joined: bool) -> Refusal | None:
    """Tell why the stairwells may not be joined (or parted), or None if they may."""
    if a not in plan.units or b not in plan.units:
        return why.UNKNOWN_UNIT
    if a == b:
        return why.SAME_UNIT
    if (b in plan.edges[a]) == joined:
        return why.NO_CHANGE
    if joined and not _meet(plan, a, b):
        return why.CELLS_APART
    return why.TEARS_APART if torn(plan, _edited(plan, a, b, joined=joined)) else None


def edit_adjacency(plan: Plan, a: str, b: str, *, joined: bool) -> Plan:
    """Join or part two stairwells.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, a, b, joined=joined):
        raise RefusedError(reason)
    return _edited(plan, a, b, joined=joined)


def _meet(plan: Plan, a: str, b: str) -> bool:
    """Whether the cells share a border; across a lane between compounds it is enough to be near."""
    one, other = plan.cells[a], plan.cells[b]
    if plan.compound(a) != plan.compound(b):
        return bool(shapely.dwithin(one, other, LANE_M))
    return bool(shapely.length(shapely.intersection(shapely.boundary(one), shapely.boundary(other))) > 0)


def _edited(plan: Plan, a: str, b: str, *, joined: bool) -> Plan:
    pair = (min(a, b), max(a, b))
    said = plan.edits
    edits = Edits(said.joined - {pair}, said.parted - {pair})
    edits = Edits(edits.joined | {pair}, edits.parted) if joined else Edits(edits.joined, edits.parted | {pair})
    beside = {**plan.edges}
    for one, other in ((a, b), (b, a)):
        beside[one] = plan.edges[one] | {other} if joined else plan.edges[one] - {other}
    return replace(plan, edges=beside, edits=edits)

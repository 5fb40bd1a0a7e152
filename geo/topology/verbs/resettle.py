"""Lays the ground anew where a building or a unit came, went or changed shape: cells and neighbours round it.

Only compounds that lie together with the changed one are touched; borders that planners dragged there are drawn anew.
Planners' edits of adjacency stay.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from geo.topology.adjacency import walkable
from geo.topology.cells import lay_cells
from geo.topology.ground import Ground
from geo.topology.portions import neighbouring
from geo.topology.tiles import smooth_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo.topology.adjacency import Edits
    from geo.topology.ground import Areal
    from geo.topology.plan import Plan


def resettled(plan: Plan, compound: str) -> Plan:
    """The plan with the cells and edges round one compound laid anew.

    Raises:
        InvalidInputError: for a unit or building whose building or compound is not there.
        InvalidGeometryError: for a coordinate that is no number.
    """
    whole = Ground(
        tuple(plan.compounds.values()),
        tuple(plan.buildings[key] for key in sorted(plan.buildings)),
        tuple(plan.units[key] for key in sorted(plan.units)),
        plan.barriers,
        plan.gates,
    )
    part = next(g for g in neighbouring(whole) if any(c.key == compound for c in g.compounds))
    changed = {u.key for u in part.units}
    cells = {key: cell for key, cell in plan.cells.items() if key in plan.units and key not in changed}
    edges = {key: others for key, others in plan.edges.items() if key in plan.units and key not in changed}
    if part.units:
        fresh, pairs = _laid(part)
        cells |= fresh
        edges |= beside(list(fresh), pairs, plan.edits)
    return replace(plan, cells=cells, edges=edges)


@lru_cache(maxsize=2)
def _laid(part: Ground) -> tuple[Mapping[str, Areal], tuple[tuple[str, str], ...]]:
    """Cells by unit, and neighbours. A verb asks twice: may it be, and then be it so."""
    laid = lay_cells(part)
    keys = [u.key for u in part.units]
    cells = MappingProxyType(dict(zip(keys, smooth_cells(laid), strict=True)))
    return cells, tuple((keys[a], keys[b]) for a, b in walkable(part, laid).tolist())


def beside(keys: Iterable[str], pairs: Iterable[tuple[str, str]], edits: Edits) -> Mapping[str, frozenset[str]]:
    """For each unit the units next to it, after the planners' edits."""
    around: dict[str, set[str]] = {key: set() for key in keys}
    for a, b in {*pairs, *edits.joined} - edits.parted - {(b, a) for a, b in edits.parted}:
        if a in around and b in around:
            around[a].add(b)
            around[b].add(a)
    return {key: frozenset(others) for key, others in around.items()}

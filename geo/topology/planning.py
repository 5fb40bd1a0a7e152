"""A plan to work on, from ground that the machine has divided, or from ground nobody has divided yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.topology.adjacency import Edits, walkable
from geo.topology.cells import lay_cells
from geo.topology.plan import Band, MicroGrid, Plan
from geo.topology.tiles import smooth_cells
from geo.topology.verbs.resettle import beside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.topology.bounds import Rule
    from geo.topology.cells import Cells
    from geo.topology.divided import Divided
    from geo.topology.ground import Ground


def blank_plan(ground: Ground, rule: Rule, edits: Edits | None = None) -> Plan:
    """A plan in which no dwelling belongs to a grid yet."""
    whole = {u.key: (Band(u.floor_lo, u.floor_hi, None),) for u in ground.units}
    return _plan(ground, lay_cells(ground), rule, edits or Edits(), whole)


def plan_of(divided: Divided, rule: Rule, names: Sequence[str], edits: Edits | None = None) -> Plan:
    """The machine's division as a plan; ``names`` are keys and names of its grids, by number."""
    bands: dict[str, tuple[Band, ...]] = {}
    for member in divided.members():
        unit = divided.ground.units[member.unit].key
        bands[unit] = (*bands.get(unit, ()), Band(member.floor_lo, member.floor_hi, names[member.grid]))
    drawn = _plan(divided.ground, divided.cells, rule, edits or Edits(), bands)
    return replace(drawn, grids={name: MicroGrid(name, name) for name in names})


def _plan(ground: Ground, cells: Cells, rule: Rule, edits: Edits, bands: Mapping[str, tuple[Band, ...]]) -> Plan:
    keys = [u.key for u in ground.units]
    pairs = [(keys[a], keys[b]) for a, b in walkable(ground, cells).tolist()]
    return Plan(
        rule=rule,
        compounds={c.key: c for c in ground.compounds},
        buildings={b.key: b for b in ground.buildings},
        units={u.key: u for u in ground.units},
        cells=dict(zip(keys, smooth_cells(cells), strict=True)),
        edges=beside(keys, pairs, edits),
        bands=bands,
        grids={},
        edits=edits,
        barriers=ground.barriers,
        gates=ground.gates,
    )

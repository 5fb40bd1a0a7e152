"""Writes what each verb does to random plans, for the browser's own verbs to be held against: one file of vectors.

``python -m tests.geo.topology.vectors`` writes ``web/test/plan/vectors.json``; vitest replays it, and a test here sees
that the file is what the verbs do today. A vector is a workbench as the service sends it, and operations one after the
other: the refusal's code, or the present value of all that the operation changed; and footprints drawn on it in the
beginning, each with the houses that it would lie over.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
import shapely.affinity

from api.plans.patching import patch_of
from api.plans.plain_shapes import as_heard, told
from api.plans.workbench import ground_told
from geo.errors import RefusedError
from geo.topology.bounds import Rule
from geo.topology.delta import difference
from geo.topology.ground import Ground
from geo.topology.operations import Operation, perform
from geo.topology.plan import Band, MicroGrid, Plan
from geo.topology.planning import blank_plan
from geo.topology.verbs.overlying import overlying
from geo.topology.verbs.reshape import arcs
from tests.geo.topology.quarters import quarter

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).parents[3] / "web/test/plan/vectors.json"
EDITS = 120
DRAWN = 40
RULE = Rule(30, 100, 70)
VERBS = (
    *("reassign", "reassign", "reassign", "merge", "found", "found", "split", "split", "split_floors", "swap"),
    *("reshape", "reshape", "reshape", "transfer", "rename", "lock", "lock", "edit_adjacency", "edit_adjacency"),
)


def vectors() -> list[dict[str, Any]]:
    """All vectors, the same every time."""
    grounds = [quarter(seed, 4, mistakes=False, walls=seed % 2 == 1) for seed in range(4)]
    return [_vector(seed, of) for seed, of in enumerate([*grounds, _two_compounds(11), _two_compounds(12)])]


def _two_compounds(seed: int) -> Ground:
    """A quarter cut in two by a straight line: two compounds whose ground touches, one of them small."""
    whole = quarter(seed, 4, mistakes=False, walls=False)
    (site,) = whole.compounds
    west, south, east, north = site.geometry.bounds
    middle = (west + east) / 2
    houses = list(whole.buildings)
    left: Any = site.geometry.intersection(shapely.box(west - 1, south - 1, middle, north + 1))
    right: Any = site.geometry.difference(left)
    placed = [
        replace(h, compound="c" if left.intersection(h.geometry).area > h.geometry.area / 2 else "d") for h in houses
    ]
    inside = {"c": left, "d": right}
    placed = [replace(h, geometry=_within(h.geometry, inside[h.compound])) for h in placed]
    compounds = (replace(site, key="c", geometry=left), replace(site, key="d", geometry=right))
    return Ground(compounds, tuple(placed), whole.units)


def _within(shape: Any, home: Any) -> Any:
    kept = shape.intersection(home)
    return kept if kept.area > 0 and kept.geom_type == "Polygon" else home.representative_point()


def _vector(seed: int, of: Ground) -> dict[str, Any]:
    chance = random.Random(seed)
    plan = _peopled(chance, blank_plan(of, RULE))
    bench = ground_told(plan, {}, None, floors=True)
    drawn = [_drawn(random.Random(1000 * seed + n), plan) for n in range(DRAWN)]
    steps = []
    for n in range(EDITS):
        asked = MadeUp(chance, plan, n).operation()
        said = {"verb": asked[0], "arguments": asked[1]}
        try:
            after = perform(plan, Operation(asked[0], as_heard(asked[1])))
        except RefusedError as refused:
            steps.append({**said, "refused": refused.refusal.code})
            continue
        touched = [f"{part}:{key}" for part, key in sorted(difference(plan, after).touches())]
        patch = patch_of(after, touched).model_dump(mode="json")
        steps.append(
            {**said, "patch": {part: patch[part] for part in ("bands", "cells", "edges", "buildings", "grids")}}
        )
        plan = after
    rule = {"least": RULE.least, "most": RULE.most, "target": RULE.target}
    return {"bench": {**bench, "plan": {"rule": rule}}, "drawn": drawn, "steps": steps}


def _drawn(chance: random.Random, plan: Plan) -> dict[str, Any]:
    """A footprint with four to six corners near some house, new or in place of another one, and what it lies over."""
    keys = sorted(plan.buildings)
    middle = plan.buildings[chance.choice(keys)].geometry.centroid
    x, y = middle.x + chance.uniform(-12, 12), middle.y + chance.uniform(-12, 12)
    wide, deep = chance.uniform(3, 25), chance.uniform(3, 15)
    corners = [(x, y), (x + wide, y), (x + wide, y + deep), (x + wide / 2, y + deep / 3), (x, y + deep)]
    turned = shapely.affinity.rotate(shapely.Polygon(corners), chance.uniform(0, 360))
    shape = shapely.set_precision(turned, 0.001, mode="pointwise")
    own = chance.choice([None, chance.choice(keys)])
    return {"shape": told(shape), "own": own, "over": overlying(plan, shape, own=own)}


def _peopled(chance: random.Random, blank: Plan) -> Plan:
    """A plan whose stairwells are in grids that grew from some of them; one in ten in none."""
    left, bands = sorted(blank.units), dict(blank.bands)
    grids: dict[str, MicroGrid] = {}
    while left:
        key, queue, own = f"g{len(grids)}", [left[0]], list[str]()
        while queue and len(own) < 4:
            unit = queue.pop(0)
            if unit in left:
                left.remove(unit)
                own.append(unit)
                queue += sorted(blank.edges[unit] & set(left))
        if chance.random() < 0.9:
            grids[key] = MicroGrid(key, f"第{len(grids)}格")
            for unit in own:
                site = blank.units[unit]
                bands[unit] = (Band(site.floor_lo, site.floor_hi, key),)
    return replace(blank, bands=bands, grids=grids)


class MadeUp:
    """Made-up operations in the service's plain form, sensible and senseless."""

    def __init__(self, chance: random.Random, plan: Plan, serial: int) -> None:
        self.chance, self.plan = chance, plan
        self.fresh = {"key": f"n{serial}", "name": f"新{serial}"}
        self.grids, self.units = sorted(plan.grids), sorted(plan.units)
        self.grid = chance.choice(self.grids)
        near = sorted(plan.neighbours(self.grid))
        self.other = chance.choice(near if near and chance.random() < 0.9 else self.grids)

    def operation(self) -> tuple[str, dict[str, Any]]:
        """Any verb."""
        verb = self.chance.choice(VERBS)
        said: dict[str, Any] = getattr(self, f"_{verb}")()
        return verb, said

    def _spans(self, grid: str) -> list[dict[str, Any]]:
        """Some floors of a grid, now and then with floors or units that do not exist, or none at all."""
        if self.chance.random() < 0.05:
            return self.chance.choice([[], [{"unit": "nowhere", "floor_lo": 1, "floor_hi": 1}]])
        own = self.plan.spans(grid)
        found = []
        for span in self.chance.sample(own, min(len(own), self.chance.choice([1, 1, 1, 2]))):
            low = self.chance.choice([span.floor_lo, span.floor_lo, (span.floor_lo + span.floor_hi) // 2])
            high = span.floor_hi + (99 if self.chance.random() < 0.03 else 0)
            found.append({"unit": span.unit, "floor_lo": low, "floor_hi": high})
        return found

    def _reassign(self) -> dict[str, Any]:
        return {"spans": self._spans(self.grid), "to": self.chance.choice([self.other] * 9 + [None])}

    def _merge(self) -> dict[str, Any]:
        return {"absorbed": self.grid, "into": self.other}

    def _found(self) -> dict[str, Any]:
        taken = {"key": self.fresh["key"], "name": self.plan.grids[self.other].name}
        return {"spans": self._spans(self.grid), **self.chance.choice([self.fresh] * 9 + [taken])}

    def _split(self) -> dict[str, Any]:
        cells = [self.plan.cells[span.unit] for span in self.plan.spans(self.grid)]
        west, south, east, north = shapely.total_bounds(cells).tolist()
        points = [
            (self.chance.uniform(west, east), self.chance.uniform(south, north))
            for _ in range(self.chance.choice([2, 2, 3]))
        ]
        return {"grid": self.grid, "line": _mm(shapely.LineString(points)), **self.fresh}

    def _split_floors(self) -> dict[str, Any]:
        return {"grid": self.grid, "floor": self.chance.randint(0, 12), **self.fresh}

    def _swap(self) -> dict[str, Any]:
        return {"these": self._spans(self.grid), "those": self._spans(self.other)}

    def _reshape(self) -> dict[str, Any]:
        a = self.chance.choice(self.units)
        b = self.chance.choice(sorted(self.plan.edges[a]) or self.units)
        found = arcs(self.plan, a, b) if a != b else []
        ends = list(self.chance.choice(found).coords) if found else [(0.0, 0.0), (9.0, 9.0)]
        (ax, ay), (bx, by) = ends[0], ends[-1]
        pull = self.chance.choice([0.4, -0.4, 2.0, -3.0, 15.0])
        middle = ((ax + bx) / 2 + pull, (ay + by) / 2 - pull)
        course = self.chance.choice(
            [[(ax, ay), middle, (bx, by)], [(bx, by), middle, (ax, ay)], ends, [(ax, ay), middle]]
        )
        return {"a": a, "b": b, "line": _mm(shapely.LineString(course))}

    def _transfer(self) -> dict[str, Any]:
        """A building on the edge of its compound, where there is another one."""
        plan = self.plan
        across = [(a, b) for a in self.units for b in sorted(plan.edges[a]) if plan.compound(a) != plan.compound(b)]
        beside = [(a, b) for a in self.units for b in self.units if plan.compound(a) != plan.compound(b)]
        pairs = across or [pair for pair in beside if plan.cells[pair[0]].distance(plan.cells[pair[1]]) == 0] or beside
        if not pairs or self.chance.random() < 0.1:
            building = self.chance.choice(sorted(plan.buildings))
            return {"building": building, "compound": self.chance.choice(["c", "nowhere"]), "to": self.other}
        one, other = self.chance.choice(pairs)
        to = plan.bands[other][0].grid or self.other
        return {"building": plan.units[one].building, "compound": plan.compound(other), "to": to}

    def _rename(self) -> dict[str, Any]:
        return {
            "grid": self.grid,
            "name": self.chance.choice(["", self.fresh["name"], self.plan.grids[self.other].name]),
        }

    def _lock(self) -> dict[str, Any]:
        return {"grid": self.grid, "locked": self.chance.random() < 0.2}

    def _edit_adjacency(self) -> dict[str, Any]:
        a = self.chance.choice(self.units)
        b = (
            self.chance.choice(sorted(self.plan.edges[a]) or self.units)
            if self.chance.random() < 0.6
            else self.chance.choice(self.units)
        )
        return {"a": a, "b": b, "joined": self.chance.random() < 0.5}


def _mm(line: shapely.LineString) -> Any:
    return told(shapely.set_precision(line, 0.001, mode="pointwise"))


def _lines() -> Iterator[str]:
    """One step a line, so that a change of a verb shows as the lines it changes."""
    for vector in vectors():
        steps = ",\n".join(json.dumps(step, ensure_ascii=False, separators=(",", ":")) for step in vector["steps"])
        bench = json.dumps(vector["bench"], ensure_ascii=False, separators=(",", ":"))
        drawn = ",\n".join(json.dumps(one, separators=(",", ":")) for one in vector["drawn"])
        yield f'{{"bench":{bench},\n"drawn":[\n{drawn}\n],\n"steps":[\n{steps}\n]}}'


def written() -> str:
    """The file's text."""
    return "[" + ",\n".join(_lines()) + "]\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")

"""Made-up operations of every verb over a town's workbench: mostly sensible, now and then nonsense or malformed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import random

    from tests.api.plans.model import Model

Said = tuple[str, dict[str, Any]]
VERBS = (
    *("found", "found", "reassign", "reassign", "merge", "split", "split_floors", "swap", "reshape", "transfer"),
    *("rename", "lock", "lock", "edit_adjacency", "add_building", "remove_building", "correct_building"),
    *("add_unit", "remove_unit", "correct_unit"),
)


class MadeUp:
    """Makes operations up out of a workbench, a model and chance."""

    def __init__(self, chance: random.Random, model: Model, bench: dict[str, Any]) -> None:
        self.chance, self.model, self.bench = chance, model, bench
        self.cells = {unit["id"]: unit["cell"] for unit in bench["units"]}
        self.grids, self.units = model.keys("grid"), model.keys("unit")

    def key(self) -> str:
        """A key that nobody has."""
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def operation(self) -> Said:
        """Any verb with arguments that may or may not make sense."""
        verb = self.chance.choice(VERBS)
        said: dict[str, Any] = getattr(self, f"_{verb}")()
        return verb, said

    def malformed(self) -> Said:
        """What no verb understands."""
        far = {"type": "LineString", "coordinates": [[0, 0], [10**12, 0]]}
        choices: list[Said] = [
            ("fly", {}),
            ("merge", {"absorbed": 7}),
            ("take_back", {"version": -1}),
            ("found", {"spans": [], "key": "no key", "name": "格"}),
            ("reassign", {"spans": [{"unit": self.units[0], "floor_lo": 1.5, "floor_hi": 2}], "to": None}),
            ("split", {"grid": self.key(), "line": far, **self._fresh()}),
            ("correct_unit", {"site": {"key": self.units[0]}}),
            ("rename", {"grid": self.key(), "name": "x" * 201}),
        ]
        return self.chance.choice(choices)

    def _fresh(self) -> dict[str, Any]:
        return {"key": self.key(), "name": f"格{self.chance.randint(0, 10**6)}"}

    def _grid(self) -> str:
        return self.chance.choice(self.grids or [self.key()])

    def _span(self, unit: str) -> dict[str, Any]:
        floors = self.model.floors(unit)
        low, high = floors[0], floors[-1]
        if self.chance.random() < 0.3:
            low = self.chance.choice(floors)
        return {"unit": unit, "floor_lo": low, "floor_hi": high + (self.chance.random() < 0.02)}

    def _spans(self) -> list[dict[str, Any]]:
        """Stairwells of one building or chosen by lot; now and then nobody, or a stranger."""
        if self.chance.random() < 0.05:
            return self.chance.choice([[], [{"unit": self.key(), "floor_lo": 1, "floor_hi": 1}]])
        unit = self.chance.choice(self.units)
        home = self.model.facts["unit", unit][2]
        together = [other for other in self.units if self.model.facts["unit", other][2] == home]
        chosen = together if self.chance.random() < 0.4 else [unit]
        return [self._span(one) for one in chosen]

    def _found(self) -> dict[str, Any]:
        return {"spans": self._spans(), **self._fresh()}

    def _reassign(self) -> dict[str, Any]:
        to = None if self.chance.random() < 0.2 else self._grid()
        return {"spans": self._spans(), "to": to}

    def _merge(self) -> dict[str, Any]:
        return {"absorbed": self._grid(), "into": self._grid()}

    def _split(self) -> dict[str, Any]:
        grid = self._grid()
        own = [self.cells[span["unit"]] for span in self.model.spans(grid) if span["unit"] in self.cells]
        x, y = self._corner(self.chance.choice(own)) if own else [0, 0]
        dx, dy = self.chance.choice([(0, 50_000), (50_000, 0), (30_000, 40_000)])
        return {"grid": grid, "line": _line([x - dx + 7, y - dy + 3], [x + dx, y + dy]), **self._fresh()}

    def _split_floors(self) -> dict[str, Any]:
        return {"grid": self._grid(), "floor": self.chance.randint(0, 10), **self._fresh()}

    def _swap(self) -> dict[str, Any]:
        """Two neighbours of different grids, most of the time."""
        pairs = [tuple(self.bench["units"][unit]["id"] for unit in pair) for pair in self.bench["edges"]]
        apart = [(a, b) for a, b in pairs if self._owner(a) and self._owner(b) and self._owner(a) != self._owner(b)]
        if not apart or self.chance.random() < 0.1:
            return {"these": self._spans(), "those": self._spans()}
        a, b = self.chance.choice(apart)
        return {"these": [self._whole(a)], "those": [self._whole(b)]}

    def _owner(self, unit: str) -> str | None:
        floors = self.model.floors(unit)
        return self.model.grid(unit, floors[0]) if floors else None

    def _whole(self, unit: str) -> dict[str, Any]:
        floors = self.model.floors(unit)
        return {"unit": unit, "floor_lo": floors[0], "floor_hi": floors[-1]}

    def _reshape(self) -> dict[str, Any]:
        """A border between two neighbours bent a little, from one of its ends to the other."""
        a, b = (
            self.bench["units"][one]["id"]
            for one in self.chance.choice(self.bench["edges"] or [[0, min(1, len(self.units) - 1)]])
        )
        course = _shared(self.cells[a], self.cells[b])
        if len(course) < 2:
            return {"a": a, "b": b, "line": _line([0, 0], [1, 1])}
        (ax, ay), (bx, by) = course[0], course[-1]
        off = self.chance.choice([400, 5_000, 90_000, -700])
        middle = [(ax + bx) // 2 + off, (ay + by) // 2 + off // 3]
        return {"a": a, "b": b, "line": _line([ax, ay], middle, [bx, by])}

    def _transfer(self) -> dict[str, Any]:
        compound = self.chance.choice(self.bench["compounds"])["id"]
        return {"building": self.chance.choice(self.model.keys("building")), "compound": compound, "to": self._grid()}

    def _rename(self) -> dict[str, Any]:
        return {"grid": self._grid(), "name": self.chance.choice(["", "同名", self._fresh()["name"]])}

    def _lock(self) -> dict[str, Any]:
        return {"grid": self._grid(), "locked": self.chance.random() < 0.2}

    def _edit_adjacency(self) -> dict[str, Any]:
        a, b = self.chance.choice(self.units), self.chance.choice(self.units)
        return {"a": a, "b": b, "joined": self.chance.random() < 0.6}

    def _shape(self) -> dict[str, Any]:
        """A square of ten metres about a corner of somebody's ground, half of the time well inside it."""
        x, y = self._corner(self.chance.choice([unit["cell"] for unit in self.bench["units"]]))
        x, y = x + self.chance.randint(-60_000, 60_000), y + self.chance.randint(-60_000, 60_000)
        ring = [[x, y], [x + 10_000, y], [x + 10_000, y + 10_000], [x, y + 10_000], [x, y]]
        return {"type": "Polygon", "coordinates": [ring]}

    def _site(self, key: str, building: str) -> dict[str, Any]:
        floors = self.chance.randint(1, 8)
        by_floor = [self.chance.randint(0, 4) for _ in range(floors)] if self.chance.random() < 0.3 else []
        count = sum(by_floor) if by_floor else self.chance.randint(-1, 30)
        return {
            "key": key,
            "building": building,
            "households": count,
            "floor_lo": 1,
            "floor_hi": floors,
            "floor_households": by_floor,
        }

    def _add_building(self) -> dict[str, Any]:
        key, compound = self.key(), self.chance.choice(self.bench["compounds"])["id"]
        site = {"key": key, "compound": compound, "geometry": self._shape()}
        units = [self._site(self.key(), key) for _ in range(self.chance.randint(0, 2))]
        return {"site": site, "units": units, "to": self.chance.choice([None, self._grid()])}

    def _remove_building(self) -> dict[str, Any]:
        return {"building": self.chance.choice([*self.model.keys("building"), self.key()])}

    def _correct_building(self) -> dict[str, Any]:
        return {"building": self.chance.choice(self.model.keys("building")), "geometry": self._shape()}

    def _add_unit(self) -> dict[str, Any]:
        unit = self._site(self.key(), self.chance.choice(self.model.keys("building")))
        return {"unit": unit, "to": self.chance.choice([None, self._grid()])}

    def _remove_unit(self) -> dict[str, Any]:
        return {"unit": self.chance.choice([*self.units, self.key()])}

    def _correct_unit(self) -> dict[str, Any]:
        unit = self.chance.choice(self.units)
        return {"site": self._site(unit, self.model.facts["unit", unit][2])}

    def _corner(self, cell: dict[str, Any]) -> list[int]:
        return list(self.chance.choice(_ring(cell)))


def _ring(cell: dict[str, Any]) -> list[list[int]]:
    part = cell["coordinates"][0]
    ring: list[list[int]] = part[0] if cell["type"] == "MultiPolygon" else part
    return ring


def _shared(one: dict[str, Any], other: dict[str, Any]) -> list[list[int]]:
    """Corners of one ring that the other has too, as far as they follow each other."""
    theirs = {tuple(corner) for corner in _ring(other)}
    ring = _ring(one)[:-1]
    start = next((i for i, corner in enumerate(ring) if tuple(corner) not in theirs), 0)
    turned = [*ring[start:], *ring[:start]]
    run: list[list[int]] = []
    for corner in turned:
        if tuple(corner) in theirs:
            run.append(corner)
        elif run:
            break
    return run


def _line(*points: list[int]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(point) for point in points]}

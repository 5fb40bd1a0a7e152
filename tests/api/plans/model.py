"""A draft in plain Python: who is in which grid, floor by floor, and the way back. Knows no geometry and no store.

It is told what the service accepted and says what must be so afterwards. Facts are single values by key, an edit is
what it changed of them, so undo is nothing but putting the former values back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

Fact = tuple[str, ...] | tuple[str, str, int]
Facts = dict[Fact, Any]


@dataclass
class Line:
    """One accepted operation: what it changed, whether it is in effect, and which one it takes back."""

    version: int
    changes: dict[Fact, tuple[Any, Any]]
    on: bool = True
    takes_back: int | None = None


@dataclass
class Model:
    """Facts and the log of a draft."""

    facts: Facts = field(default_factory=dict)
    roots: list[Line] = field(default_factory=list)
    undone: list[Line] = field(default_factory=list)

    def floors(self, unit: str) -> list[int]:
        """The floors of a unit, from below."""
        return sorted(key[2] for key in self.facts if key[0] == "floor" and key[1] == unit)  # type: ignore[misc]

    def grid(self, unit: str, floor: int) -> str | None:
        """Who has a floor."""
        held: str | None = self.facts["floor", unit, floor]
        return held

    def keys(self, kind: str) -> list[str]:
        """All units, buildings or grids."""
        return sorted({str(key[1]) for key in self.facts if key[0] == kind})

    def spans(self, grid: str | None) -> list[dict[str, Any]]:
        """All floors of a grid, each run of them as a span."""
        found: list[dict[str, Any]] = []
        for unit in self.keys("unit"):
            for floor in self.floors(unit):
                if self.grid(unit, floor) != grid:
                    continue
                last = found[-1] if found else None
                if last and last["unit"] == unit and last["floor_hi"] == floor - 1:
                    last["floor_hi"] = floor
                else:
                    found.append({"unit": unit, "floor_lo": floor, "floor_hi": floor})
        return found

    def households(self, grid: str) -> int:
        """Households of a grid: by floor where they were counted so, else spread evenly."""
        total = 0
        for unit in self.keys("unit"):
            count, by_floor, _ = self.facts["unit", unit]
            floors = self.floors(unit)
            for place, floor in enumerate(floors):
                if self.grid(unit, floor) == grid:
                    total += by_floor[place] if by_floor else _upto(count, len(floors), place)
        return total

    def done(self, version: int, verb: str, said: dict[str, Any], left: Collection[str] = ()) -> None:
        """Take over an accepted edit; ``left``: the units that a cut gave away."""
        before = dict(self.facts)
        DO[verb](self, {**said, "left": left})
        for grid in [key[1] for key in self.facts if key[0] == "grid"]:
            if not any(key[0] == "floor" and held == grid for key, held in self.facts.items()):
                del self.facts["grid", str(grid)]
        keys = [key for key in before.keys() | self.facts.keys() if before.get(key, ...) != self.facts.get(key, ...)]
        changes = {key: (before.get(key, ...), self.facts.get(key, ...)) for key in keys}
        self.roots.append(Line(version, changes))
        self.undone.clear()

    def undo(self) -> None:
        """Take over an accepted undo: the newest edit in effect."""
        line = next(line for line in reversed(self.roots) if self.in_effect(line))
        self._put(line, backwards=True)
        line.on = False
        self.undone.append(line)

    def redo(self) -> None:
        """Take over an accepted redo: what was undone last."""
        line = self.undone.pop()
        self._put(line, backwards=False)
        line.on = True

    def take_back(self, version: int, new_version: int) -> None:
        """Take over an accepted take-back of one old edit, which is an edit itself."""
        line = next(line for line in self.roots if line.version == version)
        assert self.in_effect(line)
        self._put(line, backwards=True)
        turned = {key: (after, before) for key, (before, after) in line.changes.items()}
        self.roots.append(Line(new_version, turned, takes_back=version))
        self.undone.clear()

    def in_effect(self, line: Line) -> bool:
        """Whether an edit is in effect: neither undone nor taken back (by what was not taken back itself)."""
        return line.on and not any(other.takes_back == line.version and self.in_effect(other) for other in self.roots)

    def _put(self, line: Line, *, backwards: bool) -> None:
        for key, (before, after) in line.changes.items():
            now, then = (after, before) if backwards else (before, after)
            assert self.facts.get(key, ...) == now, f"{key} was changed since, yet the edit was undone"
            if then is ...:
                self.facts.pop(key, None)
            else:
                self.facts[key] = then

    def give(self, spans: Iterable[dict[str, Any]], to: str | None) -> None:
        """Floors change their grid."""
        for span in spans:
            for floor in range(span["floor_lo"], span["floor_hi"] + 1):
                self.facts["floor", span["unit"], floor] = to

    def house(self, unit: dict[str, Any], to: str | None) -> None:
        """A unit stands there with its floors."""
        key = unit["key"]
        self.facts["unit", key] = (unit["households"], tuple(unit.get("floor_households") or ()), unit["building"])
        for floor in range(unit["floor_lo"], unit["floor_hi"] + 1):
            self.facts["floor", key, floor] = to

    def vacate(self, unit: str) -> None:
        """A unit is gone."""
        for floor in self.floors(unit):
            del self.facts["floor", unit, floor]
        del self.facts["unit", unit]


def of_bench(bench: dict[str, Any]) -> Model:
    """The model of a draft as its workbench shows it; nobody in a grid yet."""
    model = Model()
    compounds, buildings = bench["compounds"], bench["buildings"]
    for building in buildings:
        model.facts["building", building["id"]] = compounds[building["compound"]]["id"]
    for unit in bench["units"]:
        home = buildings[unit["building"]]["id"]
        model.house({**unit, "key": unit["id"], "building": home}, None)
    return model


def _upto(households: int, floors: int, place: int) -> int:
    below, upto = ((2 * households * n + floors) // (2 * floors) for n in (place, place + 1))
    return upto - below


def _founded(model: Model, said: dict[str, Any], spans: Iterable[dict[str, Any]]) -> None:
    model.give(list(spans), said["key"])
    model.facts["grid", said["key"]] = (said["name"], False)


def _split(model: Model, said: dict[str, Any]) -> None:
    _founded(model, said, [span for span in model.spans(said["grid"]) if span["unit"] in said["left"]])


def _split_floors(model: Model, said: dict[str, Any]) -> None:
    spans = [
        {**span, "floor_lo": max(span["floor_lo"], said["floor"])}
        for span in model.spans(said["grid"])
        if span["floor_hi"] >= said["floor"]
    ]
    _founded(model, said, spans)


def _swap(model: Model, said: dict[str, Any]) -> None:
    one, other = (model.grid(spans[0]["unit"], spans[0]["floor_lo"]) for spans in (said["these"], said["those"]))
    model.give(said["these"], other)
    model.give(said["those"], one)


def _transfer(model: Model, said: dict[str, Any]) -> None:
    for unit in model.keys("unit"):
        if model.facts["unit", unit][2] == said["building"]:
            for floor in model.floors(unit):
                model.facts["floor", unit, floor] = said["to"]
    model.facts["building", said["building"]] = said["compound"]


def _rename(model: Model, said: dict[str, Any]) -> None:
    model.facts["grid", said["grid"]] = (said["name"], model.facts["grid", said["grid"]][1])


def _lock(model: Model, said: dict[str, Any]) -> None:
    model.facts["grid", said["grid"]] = (model.facts["grid", said["grid"]][0], said["locked"])


def _adjoin(model: Model, said: dict[str, Any]) -> None:
    one, other = sorted((said["a"], said["b"]))
    model.facts["pair", one, other] = said["joined"]


def _add_building(model: Model, said: dict[str, Any]) -> None:
    model.facts["building", said["site"]["key"]] = said["site"]["compound"]
    for unit in said["units"]:
        model.house(unit, said["to"])


def _remove_building(model: Model, said: dict[str, Any]) -> None:
    for unit in model.keys("unit"):
        if model.facts["unit", unit][2] == said["building"]:
            model.vacate(unit)
    del model.facts["building", said["building"]]


def _correct_unit(model: Model, said: dict[str, Any]) -> None:
    """Counted anew: floors that stay keep their grid, new ones take that of the nearest floor there was."""
    site = said["site"]
    held = {floor: model.grid(site["key"], floor) for floor in model.floors(site["key"])}
    model.vacate(site["key"])
    model.house(site, None)
    for floor in range(site["floor_lo"], site["floor_hi"] + 1):
        nearest = min(max(floor, min(held)), max(held))
        model.facts["floor", site["key"], floor] = held[nearest]


DO: dict[str, Callable[[Model, dict[str, Any]], None]] = {
    "found": lambda model, said: _founded(model, said, said["spans"]),
    "reassign": lambda model, said: model.give(said["spans"], said["to"]),
    "merge": lambda model, said: model.give(model.spans(said["absorbed"]), said["into"]),
    "split": _split,
    "split_floors": _split_floors,
    "swap": _swap,
    "reshape": lambda _model, _said: None,
    "transfer": _transfer,
    "rename": _rename,
    "lock": _lock,
    "edit_adjacency": _adjoin,
    "add_building": _add_building,
    "remove_building": _remove_building,
    "correct_building": lambda _model, _said: None,
    "add_unit": lambda model, said: model.house(said["unit"], said["to"]),
    "remove_unit": lambda model, said: model.vacate(said["unit"]),
    "correct_unit": _correct_unit,
}
"""What each verb means."""

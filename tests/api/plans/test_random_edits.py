"""Random edits over HTTP against a plain-Python model: nobody lost or doubled, the ground tiled, undo leads home.

The model knows only who is in which grid. It is told what the service accepted and must agree with what the store
then holds; what is refused must leave the store as it was. ``MINQING_RANDOM_EDITS`` says how many (500 in the suite).
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
import shapely

from tests.api.places.small_city import COMMUNITY
from tests.api.plans.redraw import Drafting

if TYPE_CHECKING:
    import httpx

HERE = str(COMMUNITY.id)
STEPS = int(os.environ.get("MINQING_RANDOM_EDITS", "500"))
MALFORMED = 0.05
MEMBERS = """
SELECT unit_id::text, lower(floors), upper(floors) - 1, micro_grid_id::text FROM plan_member WHERE plan_id = %s
"""


class Model:
    """Floors of units and the grid of each, in plain Python."""

    def __init__(self, bench: dict[str, Any]) -> None:
        self.floors = {u["id"]: range(u["floor_lo"], u["floor_hi"] + 1) for u in bench["units"]}
        self.of: dict[tuple[str, int], str | None] = {(u, f): None for u, own in self.floors.items() for f in own}

    def give(self, spans: list[dict[str, Any]], to: str | None) -> None:
        """Floors change their grid."""
        for span in spans:
            for floor in range(span["floor_lo"], span["floor_hi"] + 1):
                self.of[span["unit"], floor] = to

    def do(self, verb: str, said: dict[str, Any]) -> None:
        """What an accepted operation means."""
        if verb == "found":
            self.give(said["spans"], said["key"])
        elif verb == "reassign":
            self.give(said["spans"], said["to"])
        elif verb == "merge":
            self.of = {key: said["into"] if grid == said["absorbed"] else grid for key, grid in self.of.items()}
        elif verb == "swap":
            one, other = (self.of[s[0]["unit"], s[0]["floor_lo"]] for s in (said["these"], said["those"]))
            self.give(said["these"], other)
            self.give(said["those"], one)
        elif verb == "split_floors":
            for (unit, floor), grid in list(self.of.items()):
                if grid == said["grid"] and floor >= said["floor"]:
                    self.of[unit, floor] = said["key"]


def operation(chance: random.Random, model: Model) -> tuple[str, dict[str, Any]]:
    """Any verb with arguments that may or may not make sense."""
    units = list(model.floors)
    grids = [*{grid for grid in model.of.values() if grid}, str(uuid4())]

    def spans() -> list[dict[str, Any]]:
        chosen = chance.sample(units, chance.randint(0, 2))
        return [
            {"unit": u, "floor_lo": chance.choice([1, 1, 1, 2]), "floor_hi": chance.choice([*model.floors[u]][-2:])}
            for u in chosen
        ]

    fresh = {"key": str(uuid4()), "name": f"格{chance.randint(0, 10**6)}"}
    some, line = chance.choice(grids), [[chance.randint(-900_000, 900_000) for _ in "xy"] for _ in range(2)]
    choices: list[tuple[str, dict[str, Any]]] = [
        ("found", {"spans": spans(), **fresh}),
        ("found", {"spans": spans(), **fresh}),
        ("reassign", {"spans": spans(), "to": chance.choice([*grids, None])}),
        ("reassign", {"spans": spans(), "to": some}),
        ("merge", {"absorbed": some, "into": chance.choice(grids)}),
        ("swap", {"these": spans(), "those": spans()}),
        ("split_floors", {"grid": some, "floor": chance.randint(0, 7), **fresh}),
        ("rename", {"grid": some, "name": fresh["name"]}),
        ("lock", {"grid": some, "locked": chance.random() < 0.2}),
        ("edit_adjacency", {"a": chance.choice(units), "b": chance.choice(units), "joined": chance.random() < 0.7}),
        ("reshape", {"a": units[0], "b": units[1], "line": {"type": "LineString", "coordinates": line}}),
        ("remove_unit", {"unit": str(uuid4())}),
    ]
    return chance.choice(choices)


def held(url: str, plan: str) -> dict[tuple[str, int], str]:
    """Who is in which grid in the store, floor by floor."""
    with psycopg.connect(url) as store:
        rows = store.execute(MEMBERS, [plan]).fetchall()
    found = [((unit, floor), grid) for unit, low, high, grid in rows for floor in range(low, high + 1)]
    assert len(dict(found)) == len(found), "somebody is in two grids"
    return dict(found)


def tiled(bench: dict[str, Any]) -> None:
    """The cells leave no gap and do not overlap."""
    cells = [shapely.geometry.shape(unit["cell"]) for unit in bench["units"]]
    outline = shapely.geometry.shape(bench["compounds"][0]["outline"])
    assert shapely.coverage_is_valid(cells)
    assert abs(sum(cell.area for cell in cells) - outline.area) < 1e-5 * outline.area


async def drafted(planner: httpx.AsyncClient) -> Drafting:
    rule = {"least": 0, "most": 100, "target": 20}
    made = await planner.post("/api/plans", json={"name": "乱改", "community_id": HERE, "rule": rule})
    desk = Drafting(planner, made.json(), HERE)
    await desk.load()
    return desk


@pytest.mark.parametrize("seed", [1])
async def test_random_edits_lose_nobody_and_undo_leads_home(
    planner: httpx.AsyncClient, city_url: str, seed: int
) -> None:
    chance = random.Random(seed)
    desk = await drafted(planner)
    start = {**desk.bench}
    model = Model(desk.bench)
    past: list[dict[tuple[str, int], str | None]] = []
    undone: list[dict[tuple[str, int], str | None]] = []
    accepted = refused = 0
    for _ in range(STEPS):
        draw = chance.random()
        if draw < MALFORMED:
            verb, said = chance.choice([("fly", {}), ("merge", {"absorbed": 7}), ("take_back", {"version": -1})])
            answer = await desk.edit((verb, said), base=chance.choice([None, 10**6]))
        elif draw < 0.2:
            verb, said = chance.choice([("undo", {}), ("undo", {}), ("redo", {})])
            answer = await desk.edit((verb, said))
        else:
            verb, said = operation(chance, model)
            answer = await desk.edit((verb, said))
        if answer.status_code == 200:
            accepted += 1
            if verb == "undo":
                undone.append(dict(model.of))
                model.of = past.pop()
            elif verb == "redo":
                past.append(dict(model.of))
                model.of = undone.pop()
            else:
                past.append(dict(model.of))
                undone.clear()
                model.do(verb, said)
        else:
            refused += 1
            assert answer.status_code == 422, answer.text
            assert answer.json()["detail"]
        assert held(city_url, desk.plan["id"]) == {key: grid for key, grid in model.of.items() if grid}
    tiled(await desk.load())
    assert accepted > STEPS / 10 < refused
    while (await desk.edit(("undo", {"whose": "anyone"}))).status_code == 200:
        pass
    assert held(city_url, desk.plan["id"]) == {}
    end = await desk.load()
    assert {**end, "version": 0} == {**start, "version": 0}


async def test_a_store_that_lost_somebody_is_noticed(planner: httpx.AsyncClient, city_url: str) -> None:
    """The control: the comparison with the model finds a dwelling taken away behind the service's back."""
    desk = await drafted(planner)
    model, unit = Model(desk.bench), desk.bench["units"][0]
    spans = [{"unit": unit["id"], "floor_lo": unit["floor_lo"], "floor_hi": unit["floor_hi"]}]
    said = {"spans": spans, "key": str(uuid4()), "name": "格"}
    assert (await desk.edit(("found", said))).status_code == 200
    model.do("found", said)
    with psycopg.connect(city_url) as store:
        store.execute("DELETE FROM plan_member WHERE plan_id = %s", [desk.plan["id"]])
    assert held(city_url, desk.plan["id"]) != {key: grid for key, grid in model.of.items() if grid}

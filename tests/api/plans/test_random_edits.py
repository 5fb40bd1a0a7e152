"""Random edits of all verbs over HTTP against a plain-Python model: nobody lost or doubled, no gap, no overlap.

A Hypothesis state machine makes drafts, edits, undoes, redoes and takes back; one step in twenty is malformed or comes
from a page that is far behind. What is accepted has to be what the model says, what is refused has to leave the store
as it was, and undoing everything has to lead to the very bytes of the beginning. ``MINQING_RANDOM_EDITS`` says how
many steps (500 in the suite), ``MINQING_RANDOM_SEED`` which.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from api.access.roles import Role
from api.main import create_app
from api.places.load import load_city
from api.plans.operation_schemas import VERBS
from api.settings import Settings
from tests.api.places.small_city import SUBDISTRICT
from tests.api.plans.made_up import MadeUp
from tests.api.plans.model import Model, of_bench
from tests.api.plans.redraw import Drafting
from tests.api.plans.town import HERE, TOWN
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

LOG = logging.getLogger(__name__)
STEPS = int(os.environ.get("MINQING_RANDOM_EDITS", "500"))
SEED = int(os.environ.get("MINQING_RANDOM_SEED", "1"))
A_DRAFT = 100
"""Steps that one draft takes before everything is undone."""
ALL_VERBS_IN = 1000
"""Steps in which every verb has been accepted at least once."""
LOOKED_AT_EVERY = 10
MOVES_GROUND = VERBS.keys() - {"found", "reassign", "merge", "split_floors", "swap", "rename", "lock", "correct_unit"}
"""After these the workbench is looked at afresh: its cells and neighbours may be others."""
MALFORMED, STALE, BACK = 0.03, 0.05, 0.2
RULE = {"least": 0, "most": 100, "target": 20}
MEMBERS = """
SELECT unit_id::text, lower(floors), upper(floors) - 1, micro_grid_id::text FROM plan_member WHERE plan_id = %s
"""
GRIDS = "SELECT id::text, name, locked, households FROM micro_grid WHERE plan_id = %s"


class Office:
    """The service, a planner and the store behind it, spoken to from tests that are not asynchronous."""

    def __init__(self, runner: asyncio.Runner, client: httpx.AsyncClient, store: psycopg.Connection) -> None:
        self.run, self.client, self.store = runner.run, client, store

    def draft(self) -> Drafting:
        """A new draft, its workbench loaded."""
        return self.run(self._draft())

    async def _draft(self) -> Drafting:
        made = await self.client.post("/api/plans", json={"name": "乱改", "community_id": HERE, "rule": RULE})
        desk = Drafting(self.client, made.json(), HERE)
        await desk.load()
        return desk

    def held(self, desk: Drafting) -> dict[tuple[str, int], str]:
        """Who is in which grid in the store, floor by floor."""
        rows = self.store.execute(MEMBERS, [desk.plan["id"]]).fetchall()
        found = [((unit, floor), grid) for unit, low, high, grid in rows for floor in range(low, high + 1)]
        assert len(dict(found)) == len(found), "somebody is in two grids"
        return dict(found)

    def grids(self, desk: Drafting) -> dict[str, tuple[str, bool, int]]:
        """Name, lock and households of the grids in the store."""
        rows = self.store.execute(GRIDS, [desk.plan["id"]]).fetchall()
        return {row[0]: (row[1], row[2], row[3]) for row in rows}


@pytest.fixture(scope="module")
def town_url(database_url: str) -> str:
    load_city(database_url, [TOWN], doors=True)
    return database_url


@contextmanager
def _office(town_url: str, app_url: str) -> Iterator[Office]:
    headers = sign_in(town_url, Role.PLANNER, "subdistrict", SUBDISTRICT.id)

    async def opened() -> AsyncGenerator[httpx.AsyncClient, None]:
        async with AsyncExitStack() as stack:
            app = create_app(Settings(app_database_url=app_url))
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app=app)
            client = httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)
            yield await stack.enter_async_context(client)

    with asyncio.Runner() as runner, psycopg.connect(town_url, autocommit=True) as store:
        doors = opened()
        yield Office(runner, runner.run(doors.__anext__()), store)
        runner.run(doors.aclose())


@pytest.fixture(scope="module")
def office(town_url: str, app_database_url: str) -> Iterator[Office]:
    with _office(town_url, app_database_url) as office:
        yield office


def tiled(bench: dict[str, Any]) -> None:
    """The cells of each compound leave no gap and do not overlap."""
    for at, compound in enumerate(bench["compounds"]):
        homes = {i for i, building in enumerate(bench["buildings"]) if building["compound"] == at}
        cells = [shapely.geometry.shape(unit["cell"]) for unit in bench["units"] if unit["building"] in homes]
        if cells:
            outline = shapely.geometry.shape(compound["outline"])
            assert shapely.coverage_is_valid(cells)
            assert abs(sum(cell.area for cell in cells) - outline.area) < 1e-5 * outline.area


def as_shown(bench: dict[str, Any]) -> dict[tuple[str, int], str | None]:
    """Who is in which grid on the workbench, floor by floor."""
    names = [grid["id"] for grid in bench["grids"]]
    return {
        (bench["units"][unit]["id"], floor): names[own] if own >= 0 else None
        for unit, low, high, own in bench["bands"]
        for floor in range(low, high + 1)
    }


def left_of(bench: dict[str, Any], said: dict[str, Any]) -> set[str]:
    """Units whose ground's middle lies left of a straight line, seen along it."""
    (ax, ay), (bx, by) = said["line"]["coordinates"]
    middles = {unit["id"]: shapely.point_on_surface(shapely.geometry.shape(unit["cell"])) for unit in bench["units"]}
    return {key for key, at in middles.items() if (bx - ax) * (at.y - ay) - (by - ay) * (at.x - ax) > 0}


class RandomEdits(RuleBasedStateMachine):
    """A draft under random hands."""

    office: Office
    counted = {"accepted": 0, "refused": 0}  # noqa: RUF012 - counts over all drafts of a run
    verbs: set[str] = set()  # noqa: RUF012 - which verbs were ever accepted

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        self.desk = self.office.draft()
        self.model = of_bench(self.desk.bench)
        self.known = set(self.model.keys("unit"))
        self.start = {**self.desk.bench, "version": 0}

    @rule(by=st.integers(0, 2**48))
    def step(self, by: int) -> None:
        """Anything that a page might send."""
        self.steps += 1
        chance = random.Random(by * 1_000_003 + self.steps)
        dice = chance.random()
        made_up = MadeUp(chance, self.model, self.desk.bench)
        if dice < MALFORMED:
            self._send(made_up.malformed(), base=chance.choice([None, 10**6]))
        elif dice < STALE:
            self._send(made_up.operation(), base=0, client=str(uuid4()))
        elif dice < BACK:
            back = [line.version for line in self.model.roots] or [1]
            choices = [("undo", {}), ("undo", {}), ("redo", {}), ("take_back", {"version": chance.choice(back)})]
            self._send(chance.choice(choices))
        else:
            self._send(made_up.operation())

    def _send(self, asked: tuple[str, dict[str, Any]], **said: Any) -> None:
        answer = self.office.run(self.desk.edit(asked, **said))
        if answer.status_code == 200:
            self.counted["accepted"] += 1
            self.verbs.add(asked[0])
            self._done(answer.json()["version"], *asked)
            if asked[0] in MOVES_GROUND or self.steps % LOOKED_AT_EVERY == 0:
                self.office.run(self.desk.load())
                self._look_closely()
        else:
            self.counted["refused"] += 1
            assert answer.status_code in {409, 422}, answer.text
            assert answer.json()["detail"]
            assert (answer.status_code == 409) <= (said.get("base") == 0), answer.text
        self._compare()

    def _done(self, version: int, verb: str, said: dict[str, Any]) -> None:
        if verb == "undo":
            self.model.undo()
        elif verb == "redo":
            self.model.redo()
        elif verb == "take_back":
            self.model.take_back(said["version"], version)
        else:
            left = left_of(self.desk.bench, said) if verb == "split" else ()
            self.model.done(version, verb, said, left)

    def _compare(self) -> None:
        """The store holds what the model says; units that only the draft has stand in no table of places yet."""
        model = self.model
        floors = {key[1:]: grid for key, grid in model.facts.items() if key[0] == "floor"}
        held = self.office.held(self.desk)
        there = {floor: grid for floor, grid in floors.items() if grid and floor[0] in self.known}
        assert {floor: grid for floor, grid in held.items() if floor in there} == held
        missing = there.keys() - held.keys()
        assert all(self._grown(str(unit), int(floor)) for unit, floor in missing), missing
        grids = {key: (*model.facts["grid", key], model.households(key)) for key in model.keys("grid")}
        assert self.office.grids(self.desk) == grids

    def _grown(self, unit: str, floor: int) -> bool:
        """Whether a floor is one that only the draft counts."""
        site = next(site for site in TOWN.units if str(site.id) == unit)
        return not site.floor_lo <= floor <= site.floor_hi

    def _look_closely(self) -> None:
        """The workbench shows what the model says, on ground without gap or overlap."""
        floors = {key[1:]: grid for key, grid in self.model.facts.items() if key[0] == "floor"}
        assert as_shown(self.desk.bench) == floors
        tiled(self.desk.bench)

    def teardown(self) -> None:
        """Undo everything: the draft is what it was in the beginning, to the byte."""
        while self.office.run(self.desk.edit(("undo", {"whose": "anyone"}))).status_code == 200:
            self.model.undo()
        assert not any(self.model.in_effect(line) for line in self.model.roots)
        assert self.office.held(self.desk) == {}
        end = self.office.run(self.desk.load())
        assert {**end, "version": 0} == self.start
        LOG.info("%s after %d steps of a draft", self.counted, self.steps)


@pytest.mark.timeout(900 + STEPS)  # a step takes a tenth of a second on a crowded machine
def test_random_edits_lose_nobody_and_undo_leads_home(office: Office) -> None:
    machine: Any = type("Machine", (RandomEdits,), {"office": office})
    drafts = max(1, STEPS // A_DRAFT)
    run_state_machine_as_test(
        seed(SEED)(machine),
        settings=settings(
            max_examples=drafts,
            stateful_step_count=min(STEPS, A_DRAFT),
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    done = RandomEdits.counted
    assert done["accepted"] > STEPS / 10 < done["refused"], done
    assert not VERBS.keys() - RandomEdits.verbs or STEPS < ALL_VERBS_IN, VERBS.keys() - RandomEdits.verbs


def test_a_store_that_lost_somebody_is_noticed(office: Office) -> None:
    """The control: the comparison with the model finds a dwelling taken away behind the service's back."""
    desk = office.draft()
    model, unit = of_bench(desk.bench), desk.bench["units"][0]
    spans = [{"unit": unit["id"], "floor_lo": unit["floor_lo"], "floor_hi": unit["floor_hi"]}]
    said = {"spans": spans, "key": str(uuid4()), "name": "格"}
    assert office.run(desk.edit(("found", said))).status_code == 200
    model.done(1, "found", said)
    floors = {key[1:]: grid for key, grid in model.facts.items() if key[0] == "floor" and grid}
    assert office.held(desk) == floors
    office.store.execute("DELETE FROM plan_member WHERE plan_id = %s", [desk.plan["id"]])
    assert office.held(desk) != floors


def test_a_model_that_puts_back_what_was_changed_since_is_noticed() -> None:
    """The other control: the model itself refuses a way back over later edits."""
    model = Model({("floor", "u", 1): None, ("unit", "u"): (3, (), "b")})
    model.done(1, "found", {"spans": [{"unit": "u", "floor_lo": 1, "floor_hi": 1}], "key": "g", "name": "格"})
    model.done(2, "found", {"spans": [{"unit": "u", "floor_lo": 1, "floor_hi": 1}], "key": "h", "name": "格二"})
    with pytest.raises(AssertionError, match="changed since"):
        model.take_back(1, 3)

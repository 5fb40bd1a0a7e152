"""What the planner weighs reaches the machine, and is told again with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.access.roles import Role
from tests.api.places.small_city import COMMUNITY, SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx

USUAL = {"few_grids": 1, "near_target": 1, "short_walks": 1, "whole_buildings": 1, "whole_stairwells": 1}


@pytest.fixture
async def plan(client: httpx.AsyncClient, city_url: str) -> str:
    client.headers.update(sign_in(city_url, Role.PLANNER, "subdistrict", SUBDISTRICT.id))
    made: str = (await client.post("/api/plans", json={"name": "方案", "community_id": str(COMMUNITY.id)})).json()["id"]
    return made


async def test_a_run_keeps_its_weights(client: httpx.AsyncClient, plan: str) -> None:
    asked = await client.post(f"/api/plans/{plan}/run", json={"weights": {"short_walks": 2.5, "few_grids": 0}})
    assert asked.status_code == 202, asked.text
    assert asked.json()["weights"] == USUAL | {"short_walks": 2.5, "few_grids": 0}
    assert (await client.get(f"/api/plans/{plan}")).json()["run"]["weights"]["short_walks"] == 2.5


async def test_without_a_word_all_is_as_usual(client: httpx.AsyncClient, plan: str) -> None:
    assert (await client.post(f"/api/plans/{plan}/run", json={})).json()["weights"] is None


@pytest.mark.parametrize("weights", [{"short_walks": -1}, {"short_walks": 5}, {"haste": 1}, {"few_grids": "x"}])
async def test_senseless_weights_are_refused(client: httpx.AsyncClient, plan: str, weights: dict[str, object]) -> None:
    assert (await client.post(f"/api/plans/{plan}/run", json={"weights": weights})).status_code == 422

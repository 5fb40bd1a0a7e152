"""A planner sees what another target size would mean, before anything is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.access.roles import Role
from tests.api.places.small_city import COMMUNITY, SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx


@pytest.fixture
async def plan(client: httpx.AsyncClient, city_url: str) -> str:
    client.headers.update(sign_in(city_url, Role.PLANNER, "subdistrict", SUBDISTRICT.id))
    said = {"name": "方案", "community_id": str(COMMUNITY.id), "rule": {"least": 5, "most": 50, "target": 40}}
    made: str = (await client.post("/api/plans", json=said)).json()["id"]
    return made


async def test_larger_targets_never_want_more_grids(client: httpx.AsyncClient, plan: str) -> None:
    read = (await client.get(f"/api/plans/{plan}/frontier", params={"target": [10, 20]})).json()
    assert read["complete"]
    assert [choice["target"] for choice in read["choices"]] == [10, 20, 40]
    assert [choice["current"] for choice in read["choices"]] == [False, False, True]
    grids = [choice["grids"] for choice in read["choices"]]
    assert grids == sorted(grids, reverse=True)
    assert grids[-1] >= 1


async def test_without_wishes_the_upper_part_of_the_rule_is_tried(client: httpx.AsyncClient, plan: str) -> None:
    read = (await client.get(f"/api/plans/{plan}/frontier")).json()
    targets = [choice["target"] for choice in read["choices"]]
    assert targets == sorted(targets)
    assert (targets[0], targets[-1], 40 in targets) == (20, 50, True)


async def test_a_target_outside_the_rule_is_refused(client: httpx.AsyncClient, plan: str) -> None:
    assert (await client.get(f"/api/plans/{plan}/frontier", params={"target": 51})).status_code == 422
    assert (await client.get(f"/api/plans/{uuid4()}/frontier")).status_code == 404

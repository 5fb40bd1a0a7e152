"""Edits over HTTP: done, proved and logged in one go, refused in words, undone from any machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.api.places.small_city import COMMUNITY
from tests.api.plans.redraw import Drafting, span

if TYPE_CHECKING:
    import httpx


@pytest.fixture
async def desk(planner: httpx.AsyncClient) -> Drafting:
    made = await planner.post("/api/plans", json={"name": "春季方案", "community_id": str(COMMUNITY.id)})
    assert made.status_code == 201, made.text
    desk = Drafting(planner, made.json(), str(COMMUNITY.id))
    await desk.load()
    return desk


def founding(desk: Drafting, *units: int, name: str = "一") -> tuple[str, dict[str, Any]]:
    """The founding of a grid of units, by their places on the workbench."""
    spans = [span(desk.bench, desk.bench["units"][unit]["id"]) for unit in units]
    return "found", {"spans": spans, "key": str(uuid4()), "name": name}


async def test_a_workbench_tells_everything_of_a_community(desk: Drafting) -> None:
    assert desk.bench["grids"] == []
    assert sum(unit["households"] for unit in desk.bench["units"]) == 40
    assert {band[3] for band in desk.bench["bands"]} == {-1}
    assert desk.bench["may"] == {"edit": True, "submit": True, "approve": False}


async def test_a_workbench_that_has_not_changed_is_not_sent_again(desk: Drafting) -> None:
    first = await desk.client.get(f"{desk.path}/workbench")
    again = await desk.client.get(f"{desk.path}/workbench", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await desk.edit(founding(desk, 0))).status_code == 200
    changed = await desk.client.get(f"{desk.path}/workbench", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_a_founded_grid_is_undone_and_done_again(desk: Drafting) -> None:
    verb, said = founding(desk, 0)
    made = (await desk.edit((verb, said))).json()
    assert made["patch"]["grids"][said["key"]] == {"name": "一", "locked": False, "households": 12}
    assert made["entries"][0]["mine"]
    back = (await desk.edit(("undo", {}))).json()
    assert back["patch"]["grids"] == {said["key"]: None}
    assert back["entries"][0]["of"] == made["version"]
    again = (await desk.edit(("redo", {}))).json()
    assert list(again["patch"]["grids"]) == [said["key"]]
    grids = (await desk.client.get(f"{desk.path}/grids")).json()
    assert [(grid["id"], grid["households"]) for grid in grids] == [(said["key"], 12)]
    log = (await desk.client.get(f"{desk.path}/operations", params={"community_id": desk.community})).json()
    assert [entry["verb"] for entry in log["entries"]] == ["found", "undo", "redo"]
    assert [entry["in_effect"] for entry in log["entries"]] == [True, False, False]


async def test_a_long_log_is_read_from_its_end(desk: Drafting) -> None:
    verb, said = founding(desk, 0)
    await desk.edit((verb, said))
    for name in ("二", "三", "四"):
        assert (await desk.edit(("rename", {"grid": said["key"], "name": name}))).status_code == 200
    where: dict[str, str | int] = {"community_id": desk.community, "limit": 2}
    newest = (await desk.client.get(f"{desk.path}/operations", params={**where, "before": 2_000_000_000})).json()
    assert [entry["arguments"]["name"] for entry in newest["entries"]] == ["三", "四"]
    assert (newest["more"], newest["patch"]["grids"]) == (True, {})
    before = newest["entries"][0]["version"]
    rest = (await desk.client.get(f"{desk.path}/operations", params={**where, "before": before})).json()
    assert [entry["arguments"]["name"] for entry in rest["entries"]] == ["一", "二"]
    assert not rest["more"]

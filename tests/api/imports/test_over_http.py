"""A file comes in over HTTP as a planner brings it: read, looked over, mended, entered, taken back."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
import shapely

from api.access.roles import Role
from api.imports.jobs import Job, carry_out
from api.main import create_app
from api.settings import Settings
from geo.crs.datum import Datum, convert_geometry
from tests.api.imports.conftest import square
from tests.api.places.small_city import COMMUNITY, SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


def geojson(*rows: tuple[dict[str, Any], shapely.Geometry]) -> bytes:
    features = [
        {"type": "Feature", "properties": said, "geometry": json.loads(shapely.to_geojson(s))} for said, s in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


HOUSE = geojson(({"楼栋号": "9栋", "总户数": 24, "层数": 6}, square(42, 32, 46, 34)))


@dataclass
class Planner:
    """Somebody who brings files, and the worker that works on them."""

    client: httpx.AsyncClient
    url: str
    home: Path

    async def bring(self, content: bytes, name: str = "楼栋.geojson") -> dict[str, Any]:
        answer = await self.client.post("/api/imports", files={"file": (name, content)})
        assert answer.status_code == 202, answer.text
        return await self.worked(answer.json()["id"], "read")

    async def worked(self, key: str, step: str) -> dict[str, Any]:
        await asyncio.to_thread(carry_out, Job(self.url, UUID(key), self.home / "imports" / key), step)
        told: dict[str, Any] = (await self.client.get(f"/api/imports/{key}")).json()
        return told

    async def choose(self, brought: dict[str, Any], **said: Any) -> dict[str, Any]:
        body = {"layer": brought["layers"][0]["name"], "purpose": "building", **said}
        answer = await self.client.put(f"/api/imports/{brought['id']}/choice", json=body)
        assert answer.status_code == 202, answer.text
        return await self.worked(brought["id"], "check")

    async def enter(self, brought: dict[str, Any], **said: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/api/imports/{brought['id']}/enter", json=said)
        assert answer.status_code == 202, answer.text
        return await self.worked(brought["id"], "enter")


@pytest.fixture
async def planner(city_url: str, app_database_url: str, tmp_path: Path) -> AsyncIterator[Planner]:
    app = create_app(Settings(app_database_url=app_database_url, data_dir=tmp_path))
    headers = sign_in(city_url, Role.PLANNER, "subdistrict", SUBDISTRICT.id)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://localhost", headers=headers
        ) as client,
    ):
        yield Planner(client, app_database_url, tmp_path)


async def test_a_file_goes_all_the_way_in_and_out_again(planner: Planner) -> None:
    brought = await planner.bring(HOUSE)
    assert brought["state"] == "read"
    assert brought["layers"][0]["guesses"] == {"building": "楼栋号", "households": "总户数", "floors": "层数"}
    looked = await planner.choose(brought)
    assert (looked["state"], looked["summary"]["rows"]["added"]) == ("checked", 1)
    entered = await planner.enter(brought)
    assert entered["state"] == "entered", (entered["trouble"], looked["finding"])
    community = (await planner.client.get(f"/api/places/community/{COMMUNITY.id}")).json()
    assert community["counts"]["households"] == 64
    answer = await planner.client.post(f"/api/imports/{brought['id']}/undo")
    assert answer.status_code == 202
    assert (await planner.worked(brought["id"], "undo"))["state"] == "undone"
    community = (await planner.client.get(f"/api/places/community/{COMMUNITY.id}")).json()
    assert community["counts"]["households"] == 40


async def test_a_look_changes_nothing(planner: Planner) -> None:
    await planner.choose(await planner.bring(HOUSE))
    community = (await planner.client.get(f"/api/places/community/{COMMUNITY.id}")).json()
    assert community["counts"]["households"] == 40


async def test_mends_are_accepted_by_kind(planner: Planner) -> None:
    brought = await planner.bring(geojson(({"name": "6栋", "户数": 8}, square(45, 40, 50.2, 42))))
    assert (await planner.choose(brought))["summary"]["rows"]["held"] == 1
    faults = (await planner.client.get(f"/api/imports/{brought['id']}/faults")).json()
    assert faults["kinds"] == {"outside-parent": 1}
    assert faults["items"][0]["after"]["shape"]["type"] == "Polygon"
    answer = await planner.client.post(
        f"/api/imports/{brought['id']}/faults/accept", json={"accept": True, "kind": "outside-parent"}
    )
    assert answer.json()["accepted"] == 1
    entered = await planner.enter(brought)
    assert entered["summary"]["rows"]["added"] == 1
    await planner.client.post(f"/api/imports/{brought['id']}/undo")
    await planner.worked(brought["id"], "undo")


async def test_an_unwanted_part_stays_out(planner: Planner) -> None:
    brought = await planner.bring(HOUSE)
    await planner.choose(brought)
    entered = await planner.enter(brought, added=False)
    assert entered["summary"]["rows"]["added"] == 0
    assert entered["summary"]["rows"]["held"] == 1


async def test_a_file_in_another_datum_is_named_and_entered_only_when_somebody_has_chosen(planner: Planner) -> None:
    """The napkin's own houses, sixteen more of them, shifted as AMap shifts them."""
    shapes = [square(31 + 2 * (n % 9), 38 + 2 * (n // 9), 32 + 2 * (n % 9), 39 + 2 * (n // 9)) for n in range(45)]
    plain = await planner.bring(geojson(*(({"code": f"k{n}", "户数": 10}, s) for n, s in enumerate(shapes))))
    await planner.choose(plain, datum="wgs84")
    await planner.enter(plain)
    shifted = [convert_geometry(s, Datum.WGS84, Datum.GCJ02) for s in shapes]
    brought = await planner.bring(geojson(*(({"code": f"k{n}", "户数": 10}, s) for n, s in enumerate(shifted))))
    looked = await planner.choose(brought)
    assert looked["state"] == "checked", looked["trouble"]
    assert (looked["finding"]["verdict"], looked["finding"]["datum"]) == ("other-reading", "gcj02")
    assert looked["finding"]["converted"]
    refused = await planner.enter(brought)
    assert (refused["state"], refused["trouble"] != "") == ("checked", True)
    looked = await planner.choose(brought, datum="auto")
    assert looked["summary"]["rows"]["same"] + looked["summary"]["rows"]["changed"] == 45
    await planner.client.post(f"/api/imports/{plain['id']}/undo")
    await planner.worked(plain["id"], "undo")


async def test_an_unreadable_file_is_refused_with_a_sentence(planner: Planner) -> None:
    brought = await planner.bring(b"<OGRVRTDataSource/>", "x.geojson")
    assert brought["state"] == "refused"
    assert "x.geojson" in brought["trouble"]


async def test_nobody_else_sees_an_import(planner: Planner, city_url: str) -> None:
    brought = await planner.bring(HOUSE)
    other = sign_in(city_url, Role.COMMUNITY, "community", COMMUNITY.id)
    answer = await planner.client.get(f"/api/imports/{brought['id']}", headers=other)
    assert answer.status_code == 404
    theirs = (await planner.client.get("/api/imports", headers=other)).json()
    assert brought["id"] not in {one["id"] for one in theirs}


async def test_whoever_may_not_change_places_may_bring_no_file(planner: Planner, city_url: str) -> None:
    worker = sign_in(city_url, Role.GRID_WORKER, "community", COMMUNITY.id)
    answer = await planner.client.post("/api/imports", files={"file": ("a.geojson", HOUSE)}, headers=worker)
    assert answer.status_code in {403, 404}


async def test_a_place_of_another_jurisdiction_is_not_written(planner: Planner, city_url: str) -> None:
    office = sign_in(city_url, Role.COMMUNITY, "community", COMMUNITY.id)
    planner.client.headers.update(office)
    brought = await planner.bring(geojson(({"name": "外面", "户数": 3}, square(90, 90, 91, 91))))
    looked = await planner.choose(brought)
    assert looked["state"] == "read"
    assert looked["trouble"]


async def test_faults_go_out_as_excel(planner: Planner) -> None:
    brought = await planner.bring(geojson(({"name": "6栋", "户数": 0}, square(42, 40, 44, 42))))
    await planner.choose(brought)
    answer = await planner.client.get(f"/api/imports/{brought['id']}/faults.xlsx")
    assert answer.content.startswith(b"PK")


async def test_an_estimate_is_confirmed_by_a_person(planner: Planner) -> None:
    brought = await planner.bring(geojson(({"name": "7栋", "层数": 6}, square(42, 40, 44, 42))))
    await planner.choose(brought)
    await planner.enter(brought)
    rows = (await planner.client.get(f"/api/imports/{brought['id']}/rows", params={"outcome": "added"})).json()
    building = rows["items"][0]["place_id"]
    assert (await planner.client.get(f"/api/places/building/{building}")).json()["estimated"] is True
    answer = await planner.client.post(f"/api/buildings/{building}/estimate", json={"households": 18})
    assert answer.json() == 1
    place = (await planner.client.get(f"/api/places/building/{building}")).json()
    assert (place["estimated"], place["counts"]["households"]) == (False, 18)
    await planner.client.post(f"/api/imports/{brought['id']}/undo")
    await planner.worked(brought["id"], "undo")

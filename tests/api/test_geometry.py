"""A request's shape is a sound one on the globe, or it is refused in a sentence before anything is computed with it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import shapely
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from api import problems
from api.errors import ServiceError
from api.geometry import MOST_VERTICES, Area, Line, Point, read

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KINDS = ("Point", "LineString", "Polygon", "MultiPolygon")
SQUARE = [[104.0, 30.0], [104.1, 30.0], [104.1, 30.1], [104.0, 30.1], [104.0, 30.0]]
BOWTIE = [[104.0, 30.0], [104.1, 30.1], [104.1, 30.0], [104.0, 30.1], [104.0, 30.0]]


class Drawn(BaseModel):
    """One shape of each kind."""

    model_config = ConfigDict(extra="forbid")
    where: Point | None = None
    way: Line | None = None
    area: Area | None = None


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)

    @app.post("/drawn")
    async def draw(drawn: Drawn) -> Drawn:
        return drawn

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as found:
        yield found


def circle(corners: int) -> list[list[float]]:
    turns = [2 * math.pi * corner / (corners - 1) for corner in range(corners - 1)]
    ring = [[104 + 0.01 * math.cos(turn), 30 + 0.01 * math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]


async def test_a_sound_shape_comes_back_as_it_was_drawn(client: httpx.AsyncClient) -> None:
    drawn = {"type": "Polygon", "coordinates": [SQUARE]}
    answer = await client.post("/drawn", json={"area": drawn, "where": {"type": "Point", "coordinates": [104, 30, 5]}})
    assert answer.status_code == 200
    assert answer.json()["area"] == drawn
    assert answer.json()["where"]["coordinates"] == [104.0, 30.0]


@pytest.mark.parametrize(
    "body",
    [
        '{"where":{"type":"Point","coordinates":[NaN,30]}}',
        '{"where":{"type":"Point","coordinates":[104,Infinity]}}',
        '{"where":{"type":"Point","coordinates":[104,30,-Infinity]}}',
        '{"where":{"type":"Point","coordinates":[104,1e999]}}',
        '{"where":{"type":"Point","coordinates":[1e308,30]}}',
        '{"where":{"type":"Point","coordinates":[104,91]}}',
        '{"where":{"type":"Point","coordinates":["104",30]}}',
        '{"where":{"type":"Point","coordinates":[true,false]}}',
        '{"where":{"type":"Point","coordinates":[]}}',
        '{"where":{"type":"Point","coordinates":null}}',
        '{"where":{"type":"Polygon","coordinates":[104,30]}}',
        '{"where":{"type":["Point"],"coordinates":[104,30]}}',
        '{"where":{"type":"Point","coordinates":[104,30],"crs":"EPSG:4326"}}',
        '{"where":"POINT(104 30)"}',
        '{"way":{"type":"LineString","coordinates":[[104,30]]}}',
        '{"area":{"type":"Polygon","coordinates":[]}}',
        '{"area":{"type":"MultiPolygon","coordinates":[[]]}}',
        '{"area":{"type":"Polygon","coordinates":[[[104,30],[105,30],[105,31]]]}}',
        '{"area":{"type":"GeometryCollection","geometries":[]}}',
        json.dumps({"area": {"type": "Polygon", "coordinates": [BOWTIE]}}),
        json.dumps({"area": {"type": "Polygon", "coordinates": [[[SQUARE]]]}}),
    ],
)
async def test_a_shape_that_no_street_has_is_refused_in_a_sentence(client: httpx.AsyncClient, body: str) -> None:
    answer = await client.post("/drawn", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["detail"])


@pytest.mark.parametrize("corners", [MOST_VERTICES + 1, 100_000])
async def test_a_hundred_thousand_corners_are_too_many(client: httpx.AsyncClient, corners: int) -> None:
    answer = await client.post("/drawn", json={"area": {"type": "Polygon", "coordinates": [circle(corners)]}})
    assert (answer.status_code, answer.json()["detail"][:8]) == (413, "图形的顶点太多,"[:8])


async def test_as_many_corners_as_may_be_are_taken(client: httpx.AsyncClient) -> None:
    area = {"type": "Polygon", "coordinates": [circle(MOST_VERTICES)]}
    assert (await client.post("/drawn", json={"area": area})).status_code == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(-200, 200),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


@given(st.one_of(JSON, st.fixed_dictionaries({"type": st.sampled_from(KINDS), "coordinates": JSON})))
def test_whatever_is_sent_is_a_sound_shape_or_refused(sent: Any) -> None:
    try:
        shape = read(sent, *KINDS)
    except ServiceError as refusal:
        refused = (refusal.status, bool(refusal.sentence.zh), bool(refusal.sentence.en))
        assert refused in ((413, True, True), (422, True, True))  # either way out is right
    else:
        assert shape.is_valid
        assert not shape.is_empty
        assert shapely.get_coordinates(shape).shape[0] >= 1

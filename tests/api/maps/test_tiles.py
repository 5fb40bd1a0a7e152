"""A tile shows what lies there, in a form that other programs read, and refuses in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.maps.tables import LAYERS
from tests.api.maps.reading import address, decode, fetch, told
from tests.api.places.small_city import BUILDING, COMPOUND, LONE, ORIGIN, STEP, SUBDISTRICT, UNITS

if TYPE_CHECKING:
    import httpx

HERE = (ORIGIN[0] + 36 * STEP, ORIGIN[1] + 34 * STEP)


async def test_a_building_is_shown_with_its_floors_units_and_households(client: httpx.AsyncClient) -> None:
    answer = await client.get(address("building", 16, *HERE))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert told(answer.content, "building")[str(BUILDING.id)] == {
        "id": str(BUILDING.id),
        "name": "3栋",
        "name_en": "",
        "floors": 6,
        "units": 2,
        "households": 36,
        "use": "residential",
        "estimated": True,
    }


async def test_every_layer_is_listed_with_the_zooms_it_serves(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/api/tiles")).json()
    assert [entry["layer"] for entry in listed] == list(LAYERS)
    for entry in listed:
        for zoom in (entry["minzoom"], entry["maxzoom"]):
            assert (await client.get(entry["url"].format(z=zoom, x=0, y=0))).status_code in {200, 204}
        for zoom in (entry["minzoom"] - 1, entry["maxzoom"] + 1):
            if zoom >= 0:
                assert (await client.get(entry["url"].format(z=zoom, x=0, y=0))).status_code == 404


async def test_tilejson_says_what_is_inside_the_tiles(client: httpx.AsyncClient) -> None:
    for name in ("subdistrict", "building", "unit"):
        document = (await client.get(f"/api/tiles/{name}.json")).json()
        assert document["tilejson"] == "3.0.0"
        assert document["tiles"] == [f"http://localhost/api/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt"]
        assert document["bounds"] == pytest.approx([104.01, 30.61, 104.07, 30.67])
        path = address(name, document["maxzoom"], *HERE)
        tile = decode((await client.get(path)).content)
        for inside in document["vector_layers"]:
            for feature in tile.get(inside["id"], {"features": []})["features"]:
                assert set(feature["properties"]) <= set(inside["fields"])


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/api/tiles/building/99/1/1.mvt", 422, "outside the world"),
        ("/api/tiles/building/16/-1/1.mvt", 422, "outside the world"),
        ("/api/tiles/building/16/65536/1.mvt", 422, "outside the world"),
        ("/api/tiles/building/3/1/1.mvt", 404, "from zoom 14 to 16"),
        ("/api/tiles/castle/3/1/1.mvt", 404, 'no layer "castle"'),
        ("/api/tiles/castle.json", 404, 'no layer "castle"'),
        ("/api/tiles/building/x/1/1.mvt", 422, "not valid"),
        ("/api/tiles/building/16/1/1.mvt?plan=x", 422, "not valid"),
    ],
)
async def test_a_tile_that_cannot_be_is_refused_in_a_sentence(
    client: httpx.AsyncClient, path: str, status: int, says: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.json()["detail"]


async def test_a_label_stands_in_one_tile_only(client: httpx.AsyncClient) -> None:
    """The subdistrict spans many tiles at zoom 16; its name must not be written in each of them."""
    labels, shapes = 0, 0
    west, south, east, north = SUBDISTRICT.geometry.bounds
    for lon in (west + 0.0001, (west + east) / 2, east - 0.0001):
        for lat in (south + 0.0001, (south + north) / 2, north - 0.0001):
            tile = (await client.get(address("subdistrict", 16, lon, lat))).content
            shapes += len(told(tile, "subdistrict"))
            labels += len(told(tile, "subdistrict_label"))
    assert (shapes, labels) == (9, 1)


async def test_a_building_known_as_a_point_is_a_point(client: httpx.AsyncClient) -> None:
    tile = (await client.get(address("building", 16, LONE.geometry.centroid.x, LONE.geometry.centroid.y))).content
    (lone,) = decode(tile)["building"]["features"]
    assert (lone["geometry"]["type"], lone["properties"]["id"]) == ("Point", str(LONE.id))


@pytest.mark.parametrize("encoding", ["zstd", "gzip", "identity"])
async def test_a_tile_is_sent_in_a_form_the_reader_understands(client: httpx.AsyncClient, encoding: str) -> None:
    path = address("unit", 16, *HERE)
    answer = await fetch(client, path, accept_encoding=encoding)
    assert str(UNITS[0].id) in told(answer.content, "unit")


async def test_a_compound_is_drawn_where_it_lies(client: httpx.AsyncClient) -> None:
    tile = (await client.get(address("compound", 12, *HERE))).content
    layer = decode(tile)["compound"]
    assert [feature["properties"]["name"] for feature in layer["features"]] == [COMPOUND.name]

"""What is drawn is what lies there: compared with PostGIS's own way of making tiles, and with the specification."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from shapely import make_valid
from shapely.geometry import shape
from shapely.ops import unary_union

from api.maps.tables import LAYERS
from tests.api.maps.reading import decode, over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely import LinearRing

    from api.embedded.cluster import Cluster

MIDDLE = (104.05, 30.65)
# The usual way, clipped, from the degrees in the source: slow, and the judge of ours.
USUAL = """
SELECT ST_AsMVT(f, 'usual', 65536, 'geometry') FROM (
  SELECT id::text,
         ST_AsMVTGeom(ST_Transform(geometry, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 65536, 1024) AS geometry
    FROM {layer} WHERE ST_Transform(geometry, 3857) && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.015625)) AS f
"""


@pytest.fixture
def store(cluster: Cluster, sample_database: str) -> Iterator[psycopg.Connection]:
    """The sample; whatever a test draws into it is rolled back."""
    with psycopg.connect(cluster.url(database=sample_database)) as connection:
        yield connection
        connection.rollback()


def found(cursor: psycopg.Cursor) -> tuple[float, float]:
    """The one point that a query answers."""
    lon, lat = cursor.fetchone() or MIDDLE
    return lon, lat


def draw(store: psycopg.Connection, layer: str, z: int, x: int, y: int) -> dict[str, Any]:
    """A tile as the service reads it."""
    band = LAYERS[layer].band(z)
    query = f"SELECT tile FROM tile_{layer}_{band}_read('visitor', '', true, '', '{{}}', NULL, %s, %s, %s)"
    (tile,) = store.execute(query, [z, x, y]).fetchone() or (b"",)
    return decode(bytes(tile))


def shapes(tile: dict[str, Any], layer: str) -> dict[str, Any]:
    """Feature id → the ground it covers, in parts of the tile's side, cut to the tile."""
    found = tile.get(layer, {"features": [], "extent": 1})
    drawn = {f["properties"]["id"]: shape(scaled(f["geometry"], found["extent"])) for f in found["features"]}
    return {key: ground(ground(whole).intersection(FRAME)) for key, whole in drawn.items()}


def ground(whole: Any) -> Any:
    """The polygons of a shape, as one."""
    parts = getattr(whole, "geoms", [whole])
    return unary_union([make_valid(part) for part in parts if part.area > 0])


def scaled(geometry: dict[str, Any], extent: int) -> dict[str, Any]:
    def scale(part: Any) -> Any:
        return [scale(p) for p in part] if isinstance(part, list | tuple) else part / extent

    return {"type": geometry["type"], "coordinates": scale(geometry["coordinates"])}


FRAME = shape({"type": "Polygon", "coordinates": [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]]})


@pytest.mark.parametrize(
    ("layer", "zoom"),
    [
        *(("building", 14), ("building", 16), ("unit", 16), ("compound", 12), ("compound", 16), ("community", 11)),
        *(("community", 16), ("subdistrict", 9), ("subdistrict", 16), ("area", 13), ("area", 16)),
    ],
)
def test_every_shape_lies_where_the_usual_way_draws_it(store: psycopg.Connection, layer: str, zoom: int) -> None:
    middle = store.execute("SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_Centroid(ST_Extent(geometry)) c FROM compound) m")
    x, y = over(*found(middle), zoom)
    ours = shapes(draw(store, layer, zoom, x, y), layer)
    (judge,) = store.execute(USUAL.format(layer=layer), {"z": zoom, "x": x, "y": y}).fetchone() or (b"",)
    usual = {id_: s for id_, s in shapes(decode(bytes(judge)), "usual").items() if s.area > 0}
    assert usual
    grain = 4 / 4096  # half a pixel of a tile drawn at 512
    for id_, expected in usual.items():
        near = expected.buffer(-grain)
        assert id_ in ours or near.is_empty, f"{layer} {id_} is missing"
        if id_ in ours:
            assert ours[id_].difference(expected.buffer(grain)).area < 1e-9
            assert near.difference(ours[id_]).area < 1e-9


def test_neighbours_share_their_border_at_every_zoom(store: psycopg.Connection) -> None:
    """Communities tile the subdistrict: drawn together they leave no gap and do not overlap, however coarse."""
    for zoom in range(9, 17):
        inside = store.execute("SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_PointOnSurface(geometry) c FROM subdistrict) m")
        x, y = over(*found(inside), zoom)
        parts = [p for p in shapes(draw(store, "community", zoom, x, y), "community").values() if p.area > 0]
        whole = unary_union(parts)
        outline = next(iter(shapes(draw(store, "subdistrict", zoom, x, y), "subdistrict").values()))
        assert sum(p.area for p in parts) == pytest.approx(whole.area, rel=1e-9)
        grain = 4 / 4096
        assert outline.buffer(-grain).difference(whole).area < 1e-9


def test_rings_turn_as_the_specification_asks(store: psycopg.Connection) -> None:
    """MVT 2.1, 4.3.4.4: on the tile, outer rings have a positive surveyor's area and inner rings a negative one."""
    store.execute(
        "INSERT INTO area (kind, geometry) VALUES ('park', ST_Multi(ST_Difference("
        "ST_Buffer(ST_Point(104.05, 30.65, 4326), 0.002), ST_Buffer(ST_Point(104.05, 30.65, 4326), 0.001))))"
    )
    for zoom in (10, 14, 16):
        drawn = [shape(f["geometry"]) for f in draw(store, "area", zoom, *over(*MIDDLE, zoom))["area"]["features"]]
        polygons = [part for whole in drawn for part in getattr(whole, "geoms", [whole]) if part.area > 0]
        assert any(part.interiors for part in polygons)
        for part in polygons:
            assert surveyed(part.exterior) > 0
            assert all(surveyed(hole) < 0 for hole in part.interiors)


def surveyed(ring: LinearRing) -> float:
    """The surveyor's formula."""
    corners = list(ring.coords)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(corners)) / 2


def test_a_hole_stays_a_hole_and_an_island_an_island(store: psycopg.Connection) -> None:
    """A lake with an island in it, and a pond beside it, as one area."""
    store.execute(
        "INSERT INTO area (id, kind, geometry) VALUES"
        " ('00000000-0000-0000-0000-0000000000aa', 'water', ST_Collect(ARRAY["
        "ST_MakePolygon(ST_ExteriorRing(ST_MakeEnvelope(104.06, 30.66, 104.07, 30.67, 4326)),"
        " ARRAY[ST_ExteriorRing(ST_MakeEnvelope(104.064, 30.664, 104.066, 30.666, 4326))]),"
        "ST_MakeEnvelope(104.075, 30.66, 104.077, 30.662, 4326)]))"
    )
    x, y = over(104.065, 30.665, 12)
    lake = shapes(draw(store, "area", 12, x, y), "area")["00000000-0000-0000-0000-0000000000aa"]
    assert lake.geom_type == "MultiPolygon"
    assert sorted(len(part.interiors) for part in lake.geoms) == [0, 1]


def test_what_is_larger_than_a_tile_is_cut_to_it(store: psycopg.Connection) -> None:
    """MapLibre folds what reaches further than four tiles; nothing we send does, be it as large as a district."""
    store.execute(
        "INSERT INTO area (id, kind, geometry) VALUES ('00000000-0000-0000-0000-0000000000ab', 'field',"
        " ST_Multi(ST_MakeEnvelope(103.5, 30.2, 104.6, 31.1, 4326)))"
    )
    for zoom in range(10, 17):
        tile = draw(store, "area", zoom, *over(*MIDDLE, zoom))["area"]
        (field,) = (f for f in tile["features"] if f["properties"]["id"].endswith("ab"))
        drawn = shape(scaled(field["geometry"], tile["extent"]))
        assert drawn.covers(FRAME)
        assert max(abs(value) for value in drawn.bounds) < 4.1


def test_a_tile_that_would_be_too_large_keeps_its_largest_features(store: psycopg.Connection) -> None:
    store.execute(
        "INSERT INTO area (kind, name, geometry) SELECT 'field', repeat(chr(19968 + i), 60) || i,"
        " ST_Multi(ST_MakeEnvelope(104.05 + i * 1e-7, 30.65, 104.051 + i * 2e-7, 30.651, 4326))"
        " FROM generate_series(1, 4000) AS i"
    )
    x, y = over(104.0505, 30.6505, 14)
    row = store.execute(
        "SELECT tile, kept, total FROM tile_area_14_read('visitor', '', true, '', '{}', NULL, 14, %s, %s)", [x, y]
    ).fetchone()
    assert row is not None
    tile, kept, total = row
    assert len(tile) <= 500_000
    assert 100 < kept < 4000 <= total
    names = [f["properties"]["name"][60:] for f in decode(bytes(tile))["area"]["features"]]
    assert len(names) == kept
    assert "4000" in names
    assert "1" not in names


def test_every_tile_of_the_sample_is_read_by_another_make(store: psycopg.Connection) -> None:
    for layer in LAYERS.values():
        for lo, hi in layer.bands:
            for x, y in store.execute(f"SELECT DISTINCT x, y FROM tile_{layer.name}_{lo}").fetchall():
                depth = hi - lo
                for tile in (
                    draw(store, layer.name, lo, x, y),
                    draw(store, layer.name, hi, (x << depth) + (1 << depth) // 2, y << depth),
                ):
                    for inside in tile.values():
                        for feature in inside["features"]:
                            assert shape(feature["geometry"]).is_valid, (layer.name, feature["properties"])

"""An OpenStreetMap extract gives buildings, roads and water, also where it was cut through a street."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import osmium
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from geo.exchange.layer import Layer
    from geo.exchange.sandbox import Sandbox

NODES = {
    1: (104.060, 30.660), 2: (104.061, 30.660), 3: (104.061, 30.661), 4: (104.060, 30.661),
    5: (104.050, 30.655), 6: (104.070, 30.655),
}  # fmt: skip
HOUSE = [1, 2, 3, 4, 1]


@pytest.fixture
def layers(sandbox: Sandbox, tmp_path: Path) -> dict[str, Layer]:
    path = tmp_path / "quarter.osm.pbf"
    ways: list[tuple[int, list[int], dict[str, str]]] = [
        (10, HOUSE, {"building": "apartments", "building:levels": "6", "name": "三号楼"}),
        (11, [5, 6], {"highway": "residential", "name": "民情路"}),
        (12, [5, 6, 99], {"highway": "footway"}),
        (13, [6, 99], {"highway": "service"}),
        (14, HOUSE, {"natural": "water"}),
        (15, [5, 6], {"waterway": "canal"}),
        (16, HOUSE, {"building": "no"}),
        (17, HOUSE, {"landuse": "grass"}),
    ]
    writer = osmium.SimpleWriter(str(path))
    for number, place in NODES.items():
        writer.add_node(thing(id=number, location=place))
    for number, nodes, tags in ways:
        writer.add_way(thing(id=number, nodes=nodes, tags=tags))
    writer.close()
    return {layer.name: layer for layer in sandbox.read(path).layers}


def thing(**values: Any) -> Any:
    kind = osmium.osm.mutable.Node if "location" in values else osmium.osm.mutable.Way
    return kind(**values)


def test_a_house_keeps_its_floors_and_its_name(layers: dict[str, Layer]) -> None:
    houses = layers["buildings"]
    assert houses.column("osm_id") == ["w10"]
    assert houses.column("building:levels") == ["6"]
    assert houses.column("name") == ["三号楼"]
    assert houses.geometry[0].geom_type == "MultiPolygon"
    assert houses.epsg == 4326


def test_a_street_keeps_the_part_that_the_extract_holds(layers: dict[str, Layer]) -> None:
    assert layers["roads"].column("osm_id") == ["w11", "w12"]
    assert [line.length for line in layers["roads"].geometry] == pytest.approx([0.02, 0.02])


def test_water_comes_as_areas_and_as_lines(layers: dict[str, Layer]) -> None:
    assert {shape.geom_type for shape in layers["water"].geometry} == {"MultiPolygon", "LineString"}

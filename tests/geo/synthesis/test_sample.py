"""The sample subdistrict keeps what its README promises."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.errors import InvalidInputError
from geo.hierarchy.places import City
from geo.synthesis import read_sample, sample, write_sample
from tests.geo.synthesis.faults import clashes, strays, untiled

SAMPLES = Path(__file__).parents[3] / "data" / "samples"


@pytest.fixture(scope="module")
def city() -> City:
    return sample()


def households(city: City, community: str) -> int:
    (place,) = (c for c in city.communities if c.kind == community)
    return sum(u.households for u in city.units if u.community_id == place.id)


def test_committed_files_are_what_the_generator_makes(city: City) -> None:
    assert read_sample(SAMPLES) == city


def test_a_written_sample_reads_back_equal(city: City, tmp_path: Path) -> None:
    write_sample(city, tmp_path)
    assert read_sample(tmp_path) == city


def test_a_missing_layer_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"districts\.geojson"):
        read_sample(tmp_path)


def test_a_broken_layer_is_named(city: City, tmp_path: Path) -> None:
    write_sample(city, tmp_path)
    (tmp_path / "units.geojson").write_text('{"features": [{"id": 1}]}')
    with pytest.raises(InvalidInputError, match=r"units\.geojson"):
        read_sample(tmp_path)


def test_every_place_lies_in_its_parent(city: City) -> None:
    assert not strays(city.units, city.buildings, "building_id")
    assert not strays(city.buildings, city.compounds, "compound_id")
    assert not strays(city.compounds, city.communities, "community_id")
    assert not strays(city.communities, city.subdistricts, "subdistrict_id")
    assert not strays(city.subdistricts, city.districts, "district_id")


def test_communities_tile_the_subdistrict(city: City) -> None:
    outlines = [c.geometry for c in city.communities]
    assert shapely.coverage_is_valid(outlines)
    assert shapely.coverage_union_all(outlines).equals(city.subdistricts[0].geometry)


def test_buildings_and_compounds_keep_apart(city: City) -> None:
    assert not clashes(city.buildings)
    assert not clashes(city.compounds)


def test_units_tile_their_building(city: City) -> None:
    assert not untiled(city)


def test_the_estate_community_is_shaped_like_jifu(city: City) -> None:
    (urban,) = (c for c in city.communities if c.kind == "urban")
    assert sum(c.community_id == urban.id for c in city.compounds) == 11
    assert 7_000 <= households(city, "urban") <= 7_200


def test_the_subdistrict_has_about_13_000_households(city: City) -> None:
    assert 12_700 <= sum(u.households for u in city.units) <= 13_300


def test_towers_have_units_of_more_than_100_households(city: City) -> None:
    assert sum(u.households > 100 for u in city.units) >= 20


def test_codes_and_ids_are_unique_and_nested(city: City) -> None:
    levels: tuple[tuple[Any, ...], ...] = (
        city.districts,
        city.subdistricts,
        city.communities,
        city.compounds,
        city.buildings,
        city.units,
    )
    for places, digits in zip(levels, (6, 9, 12, 15, 18, 20), strict=True):
        codes = [place.code for place in places]
        assert len(set(codes)) == len(codes)
        assert {len(code) for code in codes} == {digits}
    ids = Counter(place.id for layer in City.__slots__ for place in getattr(city, layer))
    assert max(ids.values()) == 1


def test_awkward_shapes_are_there_for_the_map(city: City) -> None:
    forms = Counter(b.geometry.geom_type for b in city.buildings)
    assert forms["Point"] >= 1
    assert forms["MultiPolygon"] >= 1
    assert any(getattr(b.geometry, "interiors", ()) for b in city.buildings)
    assert any(u.estimated for u in city.units)
    assert any(u.floor_households for u in city.units)
    assert any(u.floor_lo == 2 for u in city.units)


def test_floors_add_up_to_their_unit(city: City) -> None:
    counted = [unit for unit in city.units if unit.floor_households]
    assert len(counted) > 0.8 * len(city.units)
    for unit in counted:
        assert sum(unit.floor_households) == unit.households
        assert len(unit.floor_households) == unit.floor_hi - unit.floor_lo + 1


def test_no_two_compounds_share_a_name(city: City) -> None:
    compounds = Counter(compound.name for compound in city.compounds)
    assert max(compounds.values()) == 1


def test_bridges_carry_the_roads_over_the_river(city: City) -> None:
    (water,) = (a.geometry for a in city.areas if a.name == "汀江")
    bridges = [b for b in city.barriers if b.name.endswith("桥")]
    assert len(bridges) == 3
    assert all(bridge.geometry.intersects(water) for bridge in bridges)
    others = [b for b in city.barriers if b.kind == "road" and not b.name.endswith("桥")]
    assert not [road.name for road in others if road.geometry.intersects(water)]

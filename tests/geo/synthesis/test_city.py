"""A city of any seed tiles, nests and repeats, community by community."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.synthesis import read_sample
from geo.synthesis.city import communities, community
from geo.synthesis.cityplan import CityPlan, city_plan
from geo.synthesis.files import write_parts
from geo.synthesis.lattice import disc, grouped
from geo.synthesis.survey import joined
from tests.geo.synthesis.faults import clashes, doubles, strays, untiled

if TYPE_CHECKING:
    from pathlib import Path

TOWN = 5
SEEDS = st.integers(0, 2**32)


@pytest.fixture(scope="module")
def plan() -> CityPlan:
    return city_plan(TOWN, 1)


@pytest.fixture(scope="module")
def chengdu() -> CityPlan:
    return city_plan(3_045, 1)


@given(seed=SEEDS)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_plan_tiles_level_by_level(seed: int) -> None:
    plan = city_plan(150, seed)
    for level in (plan.communities, plan.subdistricts, plan.districts):
        assert shapely.coverage_is_valid([place.geometry for place in level])
    assert not strays(plan.communities, plan.subdistricts, "subdistrict_id")
    assert not strays(plan.subdistricts, plan.districts, "district_id")
    assert sum(place.geometry.area for place in plan.communities) == pytest.approx(
        sum(place.geometry.area for place in plan.districts)
    )


@given(seed=SEEDS, place=st.integers(0, 3_044))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_community_is_sound(chengdu: CityPlan, seed: int, place: int) -> None:
    city = community(chengdu, place, seed)
    assert city.units
    assert not strays(city.units, city.buildings, "building_id")
    assert not strays(city.buildings, city.compounds, "compound_id")
    assert not strays(city.compounds, city.communities, "community_id")
    assert not clashes(city.buildings)
    assert not clashes(city.compounds)
    assert not doubles(city)
    assert not untiled(city)
    assert all(shapely.is_valid(place.geometry) for layer in (city.buildings, city.areas) for place in layer)


def test_a_city_has_as_many_communities_as_chengdu(chengdu: CityPlan) -> None:
    assert len(chengdu.communities) == 3_045
    assert 15 <= len(chengdu.districts) <= 25
    assert 220 <= len(chengdu.subdistricts) <= 300
    assert shapely.coverage_is_valid([place.geometry for place in chengdu.communities])
    codes = [place.code for level in (chengdu.districts, chengdu.subdistricts, chengdu.communities) for place in level]
    assert len(set(codes)) == len(codes)


def test_a_community_made_alone_is_the_same_as_in_its_city(plan: CityPlan) -> None:
    parts = list(communities(plan, seed=5))
    assert len(parts) == 1 + TOWN
    for place in (0, TOWN - 1):
        assert community(plan, place, seed=5) == parts[1 + place]


def test_parts_of_a_city_do_not_collide(plan: CityPlan) -> None:
    city = joined(communities(plan, seed=2))
    assert not doubles(city)
    assert not clashes(city.compounds)
    ids = [place.id for layer in (city.areas, city.barriers) for place in layer]
    assert len(set(ids)) == len(ids)


def test_progress_hears_of_every_building(plan: CityPlan) -> None:
    heard: list[int] = []
    buildings = sum(len(part.buildings) for part in communities(plan, progress=heard.append))
    assert sum(heard) == buildings > 0


def test_small_groups_join_a_neighbour() -> None:
    """A 3 x 2 field in blocks of 2 x 2: the right column of two is too small alone.

    AAB      AAA
    AAB  ->  AAA
    """
    cells = [(i, j) for i in range(3) for j in range(2)]
    assert len(set(grouped(cells, (2, 2), least=1).values())) == 2
    assert len(set(grouped(cells, (2, 2), least=3).values())) == 1


def test_the_disc_is_as_large_as_asked() -> None:
    assert len(disc(3_045)) == len(set(disc(3_045))) == 3_045


def test_a_city_is_written_part_by_part_and_reads_back_whole(plan: CityPlan, tmp_path: Path) -> None:
    write_parts(communities(plan), tmp_path)
    assert read_sample(tmp_path) == joined(communities(plan))

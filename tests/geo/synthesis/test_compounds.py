"""Compounds for the partition bench are sound for any seed, and as spiteful as they claim."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.synthesis.compounds import KINDS, Kind, make
from tests.geo.synthesis.faults import clashes, doubles, strays, untiled

SEEDS = st.integers(0, 2**32)
ORDINARY = [kind for kind in KINDS if kind != "huge"]


@given(kind=st.sampled_from(ORDINARY), seed=SEEDS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_seed_gives_a_sound_compound(kind: Kind, seed: int) -> None:
    city = make(kind, seed)
    assert city.units
    assert not strays(city.units, city.buildings, "building_id")
    assert not strays(city.buildings, city.compounds, "compound_id")
    assert not strays(city.compounds, city.communities, "community_id")
    assert not clashes(city.buildings)
    assert not doubles(city)
    assert not untiled(city)
    assert all(unit.households >= 1 and unit.floor_lo <= unit.floor_hi for unit in city.units)


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_inner_walls_meet_no_building(seed: int) -> None:
    city = make("l-shaped", seed)
    assert not [b.code for b in city.buildings for wall in city.barriers if b.geometry.intersects(wall.geometry)]
    assert len(city.barriers) > 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_compound(kind: Kind) -> None:
    assert make(kind, 7) == make(kind, 7)
    assert make(kind, 7) != make(kind, 8)


def test_a_huge_compound_has_thousands_of_units() -> None:
    city = make("huge", 1)
    assert len(city.compounds) == 1
    assert 1_500 < len(city.units) < 5_000


def test_towers_exceed_a_micro_grid_with_one_unit() -> None:
    assert max(unit.households for unit in make("tower", 1).units) > 100


def test_tight_counts_leave_hardly_any_room() -> None:
    totals = [sum(unit.households for unit in make("tight", seed).units) for seed in range(40)]
    near_least = sum(total % 30 <= 2 for total in totals)
    near_most = sum(total % 100 == 0 or total % 100 >= 98 for total in totals)
    assert near_least >= 8
    assert near_most >= 8

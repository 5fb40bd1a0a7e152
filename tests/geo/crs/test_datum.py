"""Chinese datums: right against measured places, exact both ways, and nothing at all abroad."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs.datum import Datum, convert, convert_geometry

if TYPE_CHECKING:
    from geo.crs.shift import LonLat

GEOD = pyproj.Geod(ellps="WGS84")
CITIES = pd.read_csv(Path(__file__).parents[2] / "data" / "coordinates_of_cities.csv", comment="#")
SHIFTED = [Datum.GCJ02, Datum.BD09]
ABROAD = {
    "Hanoi": (105.85, 21.03),
    "Seoul": (126.98, 37.57),
    "Pyongyang": (125.75, 39.03),
    "Ulaanbaatar": (106.92, 47.92),
    "Singapore": (103.82, 1.35),
    "Delhi": (77.21, 28.61),
    "Tokyo": (139.69, 35.69),
    "Manila": (120.98, 14.6),
    "Helsinki": (24.94, 60.17),
    "the south pole": (0.0, -90.0),
}
BORDER_TOWNS = {
    "Dandong": (124.38, 40.12),
    "Heihe": (127.5, 50.25),
    "Ruili": (97.85, 24.01),
    "Dongxing": (107.97, 21.54),
    "Manzhouli": (117.45, 49.6),
    "Fuyuan": (134.29, 48.36),
    "Kashgar": (75.99, 39.47),
    "Taipei": (121.56, 25.04),
    "Hong Kong": (114.17, 22.28),
    "Yongxing island": (112.33, 16.83),
}


def metres(a: LonLat, b: LonLat) -> LonLat:
    distance: LonLat = GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2]
    return distance


def lattice(west: float, south: float, east: float, north: float, step: float = 0.1) -> LonLat:
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    return np.column_stack((x.ravel(), y.ravel()))


@pytest.mark.parametrize(("datum", "columns"), [(Datum.GCJ02, "GCJ02"), (Datum.BD09, "BD09")])
def test_cities_land_within_a_metre_of_where_the_web_maps_have_them(datum: Datum, columns: str) -> None:
    ours = convert(CITIES[["WGS84_x", "WGS84_y"]].to_numpy(), Datum.WGS84, datum)
    assert metres(ours, CITIES[[f"{columns}_x", f"{columns}_y"]].to_numpy()).max() < 1.0


def test_web_mercator_agrees_to_the_millimetre() -> None:
    ours = convert(CITIES[["WGS84_x", "WGS84_y"]].to_numpy(), Datum.WGS84, Datum.WEB_MERCATOR)
    np.testing.assert_allclose(ours, CITIES[["EPSG3857_x", "EPSG3857_y"]].to_numpy(), atol=1.5e-3)


def test_the_formula_is_the_public_one_to_the_micrometre() -> None:
    # three places as eviltransform publishes them (BSD-2 style licence)
    wgs = np.array([[121.5272106, 31.1774276], [113.912316, 22.543847], [116.377817, 39.911954]])
    gcj = [
        [121.531541859215, 31.17530398364597],
        [113.9171764808363, 22.540796131694766],
        [116.38404722455657, 39.91334545536069],
    ]
    np.testing.assert_allclose(convert(wgs, Datum.WGS84, Datum.GCJ02), gcj, atol=1e-11)


@pytest.mark.parametrize("datum", SHIFTED)
def test_a_round_trip_over_a_tenth_degree_lattice_errs_below_a_millimetre(datum: Datum) -> None:
    points = lattice(73.0, 17.0, 136.0, 54.5)
    back = convert(convert(points, Datum.WGS84, datum), datum, Datum.WGS84)
    assert metres(points, back).max() < 1e-3


@given(lon=st.floats(-180, 180), lat=st.floats(-85, 85), datum=st.sampled_from(Datum))
def test_any_place_on_earth_survives_a_round_trip(lon: float, lat: float, datum: Datum) -> None:
    point = np.array([[lon, lat]])
    back = convert(convert(point, Datum.WGS84, datum), datum, Datum.WGS84)
    assert metres(point, back)[0] < 1e-3


@pytest.mark.parametrize("place", ABROAD)
@pytest.mark.parametrize("datum", SHIFTED)
def test_abroad_nothing_moves(place: str, datum: Datum) -> None:
    point = np.array([ABROAD[place]])
    assert (convert(point, Datum.WGS84, datum) == point).all()
    assert (convert(point, datum, Datum.WGS84) == point).all()


@pytest.mark.parametrize("town", BORDER_TOWNS)
def test_border_towns_and_islands_get_the_whole_offset(town: str) -> None:
    point = np.array([BORDER_TOWNS[town]])
    moved = metres(point, convert(point, Datum.WGS84, Datum.GCJ02))[0]
    assert 100 < moved < 800


def test_missing_coordinates_stay_missing() -> None:
    points = np.array([[np.nan, np.nan], [104.06, 30.57], [np.inf, 0.0]])
    out = convert(points, Datum.WGS84, Datum.BD09)
    assert np.isnan(out[0]).all()
    assert np.isfinite(out[1]).all()
    assert out[2, 0] == np.inf


def test_an_empty_list_of_points_stays_empty() -> None:
    for datum in Datum:
        assert convert(np.empty((0, 2)), Datum.WGS84, datum).shape == (0, 2)


def test_geometries_move_whole() -> None:
    house = shapely.box(104.06, 30.57, 104.061, 30.571)
    moved = convert_geometry(house, Datum.WGS84, Datum.GCJ02)
    assert moved.is_valid
    assert moved.disjoint(house)
    several = convert_geometry(np.array([house, None, shapely.Point()]), Datum.WGS84, Datum.GCJ02)
    assert several[0].equals(moved)
    assert several[1] is None
    assert several[2].is_empty


def test_every_datum_has_a_name_in_both_languages() -> None:
    for datum in Datum:
        assert datum.zh
        assert datum.en

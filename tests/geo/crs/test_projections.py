"""Metres on the ground: the zones of CGCS2000 and the zone chosen to measure in."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import projected
from geo.crs.gauss_kruger import Zone, zone_at, zones_reading
from geo.crs.metric import MetricZone, metric_zone, metric_zone_of
from geo.errors import InvalidInputError

GEOD = pyproj.Geod(ellps="GRS80")
EVERY_ZONE = [
    *(Zone(3, number, prefixed=prefixed) for number in range(25, 46) for prefixed in (True, False)),
    *(Zone(6, number, prefixed=prefixed) for number in range(13, 24) for prefixed in (True, False)),
]


@pytest.mark.parametrize("zone", EVERY_ZONE)
def test_every_zone_is_the_one_the_registry_knows(zone: Zone) -> None:
    operation = pyproj.CRS.from_epsg(zone.epsg).coordinate_operation
    assert operation is not None
    registered: dict[str, object] = {parameter.name: parameter.value for parameter in operation.params}
    assert registered["Longitude of natural origin"] == zone.central_meridian
    assert registered["False easting"] == (zone.number * 1_000_000 + 500_000 if zone.prefixed else 500_000)


@pytest.mark.parametrize("zone", EVERY_ZONE)
def test_metres_come_back_as_the_same_degrees(zone: Zone) -> None:
    points = zone.central_meridian + np.array([[-1.4, 0.0], [0.0, 0.0], [1.4, 0.0]])
    points[:, 1] = [20.0, 35.0, 50.0]
    back = projected.to_wgs84(projected.from_wgs84(points, zone.epsg), zone.epsg)
    np.testing.assert_allclose(back, points, atol=1e-9)


def test_an_easting_with_prefix_names_its_zone() -> None:
    assert zones_reading(35_412_345.6) == (Zone(3, 35, prefixed=True),)
    assert zones_reading(18_412_345.6) == (Zone(6, 18, prefixed=True),)


def test_an_easting_without_prefix_may_lie_in_any_zone() -> None:
    assert len(zones_reading(412_345.6)) == 21 + 11


@pytest.mark.parametrize("easting", [0.0, 104.06, 5_412_345.0, 77_412_345.0, -412_345.0, 11_584_000.0])
def test_what_is_no_easting_lies_in_no_zone(easting: float) -> None:
    assert zones_reading(easting) == ()


@pytest.mark.parametrize("lon", [60.0, 140.0, -104.0])
def test_there_is_no_chinese_zone_abroad(lon: float) -> None:
    with pytest.raises(InvalidInputError, match="zone"):
        zone_at(lon)


@given(lon=st.floats(-179.9, 179.9), lat=st.floats(-79, 79))
def test_lengths_and_areas_are_right_to_a_third_of_a_percent(lon: float, lat: float) -> None:
    zone = metric_zone(lon, lat)
    block = shapely.box(lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
    true_area, true_length = GEOD.geometry_area_perimeter(block)
    flat = zone.to_metres(block)
    assert flat.area == pytest.approx(true_area, rel=3e-3)
    assert flat.length == pytest.approx(true_length, rel=1.5e-3)
    assert shapely.hausdorff_distance(zone.to_degrees(flat), block) < 1e-8


def test_a_chinese_city_is_measured_in_its_own_three_degree_zone() -> None:
    assert metric_zone(104.06, 30.66) == MetricZone(zone_at(104.06).epsg)
    assert metric_zone_of(shapely.box(104.0, 30.6, 104.1, 30.7)) == MetricZone(4544)


def test_a_city_abroad_is_measured_in_utm() -> None:
    assert metric_zone(24.94, 60.17) == MetricZone(32635)
    assert metric_zone(151.2, -33.9) == MetricZone(32756)


@pytest.mark.parametrize("place", [(200.0, 0.0), (0.0, 91.0), (float("nan"), 0.0)])
def test_what_is_no_place_has_no_zone(place: tuple[float, float]) -> None:
    with pytest.raises(InvalidInputError, match="longitude"):
        metric_zone(*place)


def test_nothing_has_no_zone() -> None:
    with pytest.raises(InvalidInputError, match="longitude"):
        metric_zone_of(np.array([shapely.Point()]))

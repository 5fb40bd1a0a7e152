"""The page says in which datum a file is, how sure it is, and never cries wolf."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import projected
from geo.crs.datum import Datum, convert_geometry
from geo.crs.detection import Verdict, detect
from geo.crs.gauss_kruger import Zone, zone_at
from geo.crs.metric import metric_zone
from geo.crs.reading import Reading
from geo.crs.vertices import moved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]

CHENGDU = (104.06, 30.66)
VOLOGDA = (39.9, 59.2)
CHINESE = [Datum.GCJ02, Datum.BD09]


def quarter(place: tuple[float, float] = CHENGDU, seed: int = 4, across: int = 18) -> Geometries:
    """Houses of every size on a crooked plan, about 1 km across, degrees WGS-84."""
    rng = np.random.default_rng(seed)
    zone = metric_zone(*place)
    east, north = zone.points_to_metres(np.array([place]))[0]
    column, row = np.meshgrid(np.arange(across), np.arange(across))
    x = east + 55.0 * column.ravel() + rng.uniform(-14, 14, across**2)
    y = north + 48.0 * row.ravel() + rng.uniform(-12, 12, across**2)
    wide, deep = rng.uniform(8, 22, across**2), rng.uniform(5, 12, across**2)
    return zone.to_degrees(shapely.box(x - wide, y - deep, x + wide, y + deep))


def in_zone(geometries: Geometries, zone: Zone, *, northing_first: bool = False) -> Geometries:
    order = slice(None, None, -1 if northing_first else 1)
    return moved(geometries, lambda points: projected.from_wgs84(points, zone.epsg)[:, order])


def by_metres(geometries: Geometries, east: float, north: float) -> Geometries:
    zone = metric_zone(*CHENGDU)
    return zone.to_degrees(moved(zone.to_metres(geometries), lambda points: points + np.array([east, north])))


@pytest.mark.parametrize("datum", [*CHINESE, Datum.WEB_MERCATOR])
def test_a_shifted_file_is_recognised(datum: Datum) -> None:
    there = quarter()
    found = detect(convert_geometry(there[::3], Datum.WGS84, datum), there)
    assert (found.verdict, found.datum) == (Verdict.OTHER_READING, datum)
    assert found.confidence > 0.5


@pytest.mark.parametrize("declared", [Datum.WGS84, Datum.CGCS2000])
def test_a_file_that_fits_raises_no_alarm(declared: Datum) -> None:
    there = quarter()
    found = detect(there[::3], there, declared=Reading(declared))
    assert (found.verdict, found.datum, found.shift_m) == (Verdict.FITS, declared, 0.0)


def test_the_sentence_says_how_far_and_whither() -> None:
    there = quarter()
    found = detect(convert_geometry(there, Datum.WGS84, Datum.GCJ02), there)
    assert found.shift_m == pytest.approx(361, abs=5)
    assert "to the north-west" in found.en
    assert "GCJ-02" in found.en
    assert "西北" in found.zh
    assert f"{found.confidence:.0%}" in found.zh


def test_converting_with_the_answer_brings_the_file_home() -> None:
    there = quarter()
    file = convert_geometry(there, Datum.WGS84, Datum.BD09)
    home = moved(file, detect(file, there).reading.to_wgs84)
    assert shapely.hausdorff_distance(home, there).max() < 1e-8


@pytest.mark.parametrize("zone", [zone_at(104.06), zone_at(104.06, prefixed=True), zone_at(104.06, width=6)])
@pytest.mark.parametrize("northing_first", [False, True])
def test_metres_without_a_prj_find_their_zone(zone: Zone, *, northing_first: bool) -> None:
    there = quarter()
    found = detect(in_zone(there[::2], zone, northing_first=northing_first), there)
    assert found.verdict is Verdict.OTHER_READING
    assert found.reading.swapped is northing_first
    home = moved(in_zone(there[:1], zone, northing_first=northing_first), found.reading.to_wgs84)
    assert shapely.hausdorff_distance(home, there[:1]).max() < 1e-8


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.GCJ02])
def test_latitude_before_longitude_is_noticed(datum: Datum) -> None:
    there = quarter()
    file = moved(convert_geometry(there, Datum.WGS84, datum), lambda points: points[:, ::-1])
    found = detect(file, there)
    assert found.reading == Reading(datum, swapped=True)
    assert "经纬度颠倒" in found.zh


def test_degrees_once_taken_for_metres_are_noticed() -> None:
    there = quarter()
    file = moved(there, lambda points: projected.to_wgs84(points, 3857))
    found = detect(file, there)
    assert found.reading == Reading(Datum.WGS84, squeezed=True)


def test_degrees_in_a_file_that_declares_metres_are_read_as_degrees() -> None:
    there = quarter()
    found = detect(there, there, declared=Reading(Datum.CGCS2000, epsg=4544))
    assert (found.verdict, found.reading) == (Verdict.OTHER_READING, Reading())


def test_household_points_are_laid_into_their_houses() -> None:
    there = quarter()
    doors = convert_geometry(shapely.centroid(there), Datum.WGS84, Datum.BD09)
    assert detect(doors, there).datum is Datum.BD09


def test_compound_walls_that_cut_no_house_tell_their_datum() -> None:
    there = quarter(across=42)
    blocks = np.array([shapely.convex_hull(shapely.union_all(there[i : i + 6])) for i in range(0, len(there), 6)])
    walls = shapely.buffer(blocks, 2e-5, join_style="mitre")
    assert detect(walls, there).verdict is Verdict.FITS
    assert detect(convert_geometry(walls, Datum.WGS84, Datum.GCJ02), there).datum is Datum.GCJ02


@settings(max_examples=5, deadline=None)
@given(bearing=st.floats(0, 6.28), far=st.sampled_from([60.0, 150.0, 270.0, 480.0, 700.0]), seed=st.integers(0, 99))
def test_a_displacement_that_is_no_datum_never_gets_a_datums_name(bearing: float, far: float, seed: int) -> None:
    there = quarter(seed=seed, across=12)
    found = detect(by_metres(there, far * np.sin(bearing), far * np.cos(bearing)), there)
    assert found.verdict in {Verdict.UNKNOWN_SHIFT, Verdict.CANNOT_TELL}


def test_an_old_survey_is_measured_even_without_a_name() -> None:
    there = quarter()
    found = detect(by_metres(there, 62.0, -48.0), there)
    assert found.verdict is Verdict.UNKNOWN_SHIFT
    assert found.shift_m == pytest.approx(np.hypot(62, 48), abs=3)
    assert "north-west" in found.en


@pytest.mark.parametrize("seed", range(6))
def test_things_without_anything_in_common_make_no_alarm(seed: int) -> None:
    there = quarter(seed=seed, across=12)
    west, south, east, north = shapely.total_bounds(there)
    trees = shapely.points(np.random.default_rng(seed).uniform((west, south), (east, north), (80, 2)))
    assert detect(np.asarray(trees), there).verdict in {Verdict.CANNOT_TELL, Verdict.FITS}


def test_other_houses_in_the_same_place_make_no_alarm() -> None:
    assert detect(quarter(seed=1), quarter(seed=2)).verdict in {Verdict.CANNOT_TELL, Verdict.FITS}


@pytest.mark.parametrize("datum", CHINESE)
def test_abroad_there_is_no_offset_to_find(datum: Datum) -> None:
    there = quarter(VOLOGDA)
    found = detect(convert_geometry(there, Datum.WGS84, datum), there)
    assert (found.verdict, found.datum) == (Verdict.FITS, Datum.WGS84)


def test_the_wrong_file_altogether_is_said_to_be_elsewhere() -> None:
    found = detect(quarter((103.8, 36.06)), quarter())
    assert found.verdict is Verdict.ELSEWHERE


def test_a_whole_citys_file_is_compared_where_the_community_lies() -> None:
    there = quarter()
    city = np.concatenate([quarter((104.3, 30.3), seed=8, across=60), there])
    found = detect(convert_geometry(city, Datum.WGS84, Datum.GCJ02), there)
    here = detect(convert_geometry(there, Datum.WGS84, Datum.GCJ02), there)
    assert found.datum is Datum.GCJ02
    assert found.shift_m == pytest.approx(here.shift_m, abs=0.5)


def test_without_anything_to_compare_it_says_that_it_cannot_know() -> None:
    found = detect(quarter())
    assert (found.verdict, found.confidence) == (Verdict.CANNOT_TELL, 0.0)
    assert "GCJ-02" in found.en


def test_abroad_no_shifted_datum_is_suspected() -> None:
    found = detect(quarter((39.89, 59.22)))
    assert (found.verdict, found.confidence) == (Verdict.CANNOT_TELL, 0.0)
    assert "GCJ-02" not in found.en + found.zh


@pytest.mark.parametrize(
    ("reading", "file"),
    [
        (Reading(swapped=True), moved(quarter(), lambda points: points[:, ::-1])),
        (Reading(Datum.WEB_MERCATOR), convert_geometry(quarter(), Datum.WGS84, Datum.WEB_MERCATOR)),
        (Reading(Datum.CGCS2000, epsg=4523), in_zone(quarter(), zone_at(104.06, prefixed=True))),
        (Reading(squeezed=True), moved(quarter(), lambda points: projected.to_wgs84(points, 3857))),
    ],
)
def test_the_size_of_the_numbers_alone_gives_some_readings_away(reading: Reading, file: Geometries) -> None:
    found = detect(file)
    assert (found.verdict, found.reading) == (Verdict.OTHER_READING, reading)


def test_bare_eastings_without_anything_to_compare_stay_a_riddle() -> None:
    assert detect(in_zone(quarter(), zone_at(104.06))).verdict is Verdict.CANNOT_TELL


@pytest.mark.parametrize("empty", [[], [None], [shapely.Point()], [shapely.Point(0, 0)]])
def test_a_file_without_coordinates_has_no_place(empty: list[shapely.Geometry | None]) -> None:
    file = np.empty(len(empty), dtype=object)
    file[:] = empty
    assert detect(file, quarter()).verdict is Verdict.NO_PLACE


def test_failed_geocodes_at_zero_do_not_disturb() -> None:
    there = quarter()
    file = np.concatenate([shapely.points(np.zeros((100, 2))), convert_geometry(there, Datum.WGS84, Datum.GCJ02)])
    assert detect(file, there).datum is Datum.GCJ02


def test_a_heap_at_zero_speaks_for_no_displacement() -> None:
    """Half of a list of reports may have failed to be geocoded."""
    houses = quarter()
    spots = np.concatenate((shapely.centroid(houses), np.array([shapely.Point(0, 0)] * 400, dtype=object)))
    found = detect(shapely.transform(spots, lambda numbers: numbers[:, ::-1]), houses)
    assert (found.verdict, found.reading.swapped) == (Verdict.OTHER_READING, True)

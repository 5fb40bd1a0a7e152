"""A planner's file is read whole, and whatever is wrong with it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import InvalidInputError
from geo.exchange.grids.sheet import read_sheet
from tests.geo.exchange.grids.planners_files import GAUSS_KRUEGER, house, houses, save, yard

if TYPE_CHECKING:
    from pathlib import Path


def test_buildings_alone_are_enough(tmp_path: Path) -> None:
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=houses()))
    assert len(sheet.ground.units) == 20
    assert sum(u.households for u in sheet.ground.units) == 480
    assert len(sheet.ground.compounds) == 1
    assert sheet.faults == ()
    assert sheet.estimated == frozenset()


def test_households_are_estimated_from_floors_and_footprint_and_marked(tmp_path: Path) -> None:
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=houses().drop(columns="households")))
    assert {u.households for u in sheet.ground.units} == {round(480 * 6 / 110)}
    assert len(sheet.estimated) == 20


def test_other_names_of_columns_are_understood_and_can_be_said(tmp_path: Path) -> None:
    frame = houses().rename(columns={"floors": "Floor", "households": "people_at_home"})
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=frame), {"households": "people_at_home"})
    assert sum(u.households for u in sheet.ground.units) == 480
    with pytest.raises(InvalidInputError, match="no_such"):
        read_sheet(tmp_path / "in.gpkg", {"households": "no_such"})


def test_counts_that_make_no_sense_are_corrected_and_named(tmp_path: Path) -> None:
    counts = [24.0] * 20
    counts[:5] = [-3, 12.5, float("nan"), 10**9, 0]
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=houses(households=counts)))
    assert [(f.row, f.found) for f in sheet.faults] == [(1, "-3.0"), (2, "12.5"), (4, "1000000000.0")]
    assert [u.households for u in sheet.ground.units[:5]] == [26, 12, 26, 26, 0]
    assert sheet.estimated == {"b0", "b2", "b3"}


def test_buildings_without_a_place_are_left_out_and_named(tmp_path: Path) -> None:
    frame = houses()
    frame.loc[0, "geometry"] = None
    frame.loc[1, "geometry"] = shapely.Point(np.inf, 3)
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=frame))
    assert [(f.layer, f.row, f.field) for f in sheet.faults] == [
        ("building", 1, "geometry"),
        ("building", 2, "geometry"),
    ]
    assert len(sheet.ground.buildings) == 18


def test_units_without_a_building_are_left_out_and_named(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"unit_id": ["u1", "u2", "u3"], "building_id": ["b0", "b0", "b99"], "households": [10, 11, 12]}
    )
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=houses().drop(columns="households"), unit=table))
    assert [u.key for u in sheet.ground.units] == ["u1", "u2"]
    assert [(f.row, f.found) for f in sheet.faults] == [(3, "b99")]


def test_a_building_with_a_count_but_no_unit_keeps_its_households(tmp_path: Path) -> None:
    table = pd.DataFrame({"unit_id": ["b1"], "building_id": ["b0"], "households": [10], "floors": [3]})
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=houses(2, 1), unit=table))
    assert [(u.key, u.building, u.households, u.floor_hi) for u in sheet.ground.units] == [
        ("b1", "b0", 10, 3),
        ("b1*", "b1", 24, 6),
    ]


def test_compounds_are_those_drawn_or_else_named_or_else_neighbourhoods(tmp_path: Path) -> None:
    drawn = gpd.GeoDataFrame({"compound_id": ["A"]}, geometry=[yard(4, 5)], crs=GAUSS_KRUEGER)
    by_place = read_sheet(save(tmp_path / "a.gpkg", building=houses(), compound=drawn))
    assert {b.compound for b in by_place.ground.buildings} == {"A"}
    by_name = read_sheet(save(tmp_path / "b.gpkg", building=houses(compound_id=["X"] * 8 + ["Y"] * 12)))
    assert [b.compound for b in by_name.ground.buildings] == ["X"] * 8 + ["Y"] * 12
    left, right = (c.geometry for c in by_name.ground.compounds)
    assert left.intersection(right).area < 1e-6


def test_a_compound_that_is_not_there_is_named(tmp_path: Path) -> None:
    drawn = gpd.GeoDataFrame({"compound_id": ["A"]}, geometry=[yard(4, 5)], crs=GAUSS_KRUEGER)
    sheet = read_sheet(save(tmp_path / "a.gpkg", building=houses(compound_id="Z"), compound=drawn))
    assert {b.compound for b in sheet.ground.buildings} == {"A"}
    assert len(sheet.faults) == 20


def test_an_avenue_parts_neighbourhoods_and_a_lane_does_not(tmp_path: Path) -> None:
    middle = house(0, 2)
    y = (middle.bounds[3] + house(0, 3).bounds[1]) / 2
    line = shapely.LineString([(middle.bounds[0] - 300, y), (middle.bounds[0] + 500, y)])
    for road_class, parts in (("arterial", 2), ("lane", 1)):
        road = gpd.GeoDataFrame({"road_class": [road_class]}, geometry=[line], crs=GAUSS_KRUEGER)
        path = save(tmp_path / f"{road_class}.gpkg", building=houses(), barrier=road)
        assert len(read_sheet(path).ground.compounds) == parts


def test_any_coordinate_system_gives_the_same_ground(tmp_path: Path) -> None:
    areas = []
    for crs in (GAUSS_KRUEGER, "EPSG:4490", "EPSG:3857", "EPSG:32648"):
        sheet = read_sheet(save(tmp_path / f"{crs[5:]}.gpkg", building=houses().to_crs(crs)))
        areas.append(sheet.ground.buildings[0].geometry.area)
    assert areas == pytest.approx([480] * 4, rel=2e-3)


def test_repeated_identifiers_are_told_apart_and_named(tmp_path: Path) -> None:
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=houses(2, 1, building_id=[7, 7])))
    assert [b.key for b in sheet.ground.buildings] == ["7", "7#2"]
    assert len(sheet.faults) == 1


def test_files_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    (tmp_path / "vrt.gpkg").write_text("<OGRVRTDataSource/>")
    (tmp_path / "cut.gpkg").write_bytes(b"SQLite format 3\x00" + b"x" * 200)
    save(tmp_path / "empty.gpkg", building=houses()[:0])
    save(tmp_path / "roads.gpkg", road=gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=4326))
    save(tmp_path / "table.gpkg", building=houses(), unit=pd.DataFrame({"whose": ["b0"]}))
    for name, words in (
        ("none.gpkg", "no such file"),
        ("vrt.gpkg", "no GeoPackage"),
        ("cut.gpkg", "damaged"),
        ("empty.gpkg", "no building"),
        ("roads.gpkg", "no layer 'building'; its layers: road"),
        ("table.gpkg", "no column building_id; its columns: whose"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            read_sheet(tmp_path / name)

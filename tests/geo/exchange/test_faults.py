"""Faults are found row by row, said in both languages, and mended only as far as somebody accepts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs.metric import metric_zone
from geo.exchange.checks import Expectation, check
from geo.exchange.checks.naming import key
from geo.exchange.estimate import Known, households
from geo.exchange.faults import Fault, Kind, Severity, mended
from geo.exchange.layer import Layer
from geo.exchange.writers.faults import as_json, excel

if TYPE_CHECKING:
    from pathlib import Path

ZONE = metric_zone(104.06, 30.66)
EAST, NORTH = ZONE.points_to_metres(np.array([[104.06, 30.66]]))[0]


def area(x: float, y: float, wide: float = 20.0, deep: float = 10.0) -> shapely.Geometry:
    """A house or plot, in metres from a corner in Chengdu."""
    house: shapely.Geometry = ZONE.to_degrees(shapely.box(EAST + x, NORTH + y, EAST + x + wide, NORTH + y + deep))
    return house


def layer(shapes: list[Any], **columns: list[Any]) -> Layer:
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    table = pa.table(columns) if columns else pa.table({"note": [""] * len(shapes)})
    return Layer("测试", table, geometry, 4326)


def found(of: Layer, fault_kind: Kind, **expected: Any) -> list[Fault]:
    return [fault for fault in check(of, Expectation(**expected)) if fault.kind is fault_kind]


ROW_OF_HOUSES = [area(30.0 * n, 0) for n in range(12)]


def test_a_sound_layer_has_no_fault() -> None:
    sound = layer(
        ROW_OF_HOUSES, 户数=["24"] * 12, 楼栋号=[f"{n}号楼" for n in range(12)], code=[str(n) for n in range(12)]
    )
    assert not check(sound)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (None, Kind.NO_SHAPE),
        (shapely.Polygon(), Kind.NO_SHAPE),
        (shapely.Point(0, 0), Kind.AT_ZERO),
        (shapely.Point(-77, 39), Kind.TRUNCATED),
        (shapely.Point(412345.6, 3391234.5), Kind.OFF_THE_EARTH),
        (shapely.Point(14.06, 30.661), Kind.FAR_AWAY),
    ],
)
def test_a_row_without_a_true_place_is_named(shape: shapely.Geometry | None, kind: Kind) -> None:
    points = [shapely.centroid(house) for house in ROW_OF_HOUSES] * 2
    (fault,) = check(layer([*points, shape]))
    assert (fault.row, fault.kind) == (25, kind)


def test_a_second_city_is_not_a_slip() -> None:
    here = [shapely.centroid(house) for house in ROW_OF_HOUSES]
    there = [shapely.Point(103.8 + n / 1000, 36.061) for n in range(8)]
    assert found(layer([*here, *there]), Kind.FAR_AWAY) == []


def test_a_bow_tie_is_repaired_into_areas() -> None:
    tie = ZONE.to_degrees(shapely.Polygon([(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)]))
    bad = layer([*ROW_OF_HOUSES, tie])
    (fault,) = found(bad, Kind.INVALID_RING)
    good = mended(bad, [fault])
    assert good.geometry[12].is_valid
    assert shapely.get_dimensions(good.geometry[12]) == 2
    assert found(good, Kind.INVALID_RING) == []


def test_slivers_go() -> None:
    bad = layer([*ROW_OF_HOUSES, area(0, 50, wide=30, deep=0.02)])
    assert [fault.row for fault in found(bad, Kind.SLIVER)] == [13]
    assert len(mended(bad, check(bad))) == 12


def test_the_later_of_two_twins_goes() -> None:
    bad = layer([*ROW_OF_HOUSES, ROW_OF_HOUSES[3], area(90.1, 0.1)])
    assert [fault.row for fault in found(bad, Kind.DUPLICATE)] == [13, 14]
    assert len(mended(bad, found(bad, Kind.DUPLICATE))) == 12


def plots() -> Layer:
    """Three plots in a row; the second overlaps the first by 2 m, the third stands 1 m off.

    AAAAAB
    AAAABBBBB CCCC
    """
    return layer([area(0, 0, 100, 80), area(98, 0, 102, 80), area(201, 0, 100, 80)])


def test_overlaps_and_gaps_between_siblings_are_measured_and_cleaned() -> None:
    bad = plots()
    (overlap,) = found(bad, Kind.OVERLAP, kind="community")
    (gap,) = found(bad, Kind.GAP, kind="community")
    assert "160.0 m²" in overlap.en
    assert "80.0 m²" in gap.en
    good = mended(bad, [overlap, gap])
    flat = ZONE.to_metres(good.geometry)
    assert shapely.area(flat).sum() == pytest.approx(301 * 80, rel=1e-4)
    assert shapely.area(shapely.union_all(flat)) == pytest.approx(301 * 80, rel=1e-4)
    assert not check(good, Expectation("community"))


def test_houses_may_stand_apart() -> None:
    assert found(plots(), Kind.GAP, kind="building") == []


def test_neighbours_that_share_their_border_are_left_alone() -> None:
    sound = layer([area(100.0 * x, 80.0 * y, 100, 80) for x in range(4) for y in range(3)])
    assert not check(sound, Expectation("grid"))


def test_rows_that_share_a_code_become_one_area_in_parts() -> None:
    bad = layer([area(0, 0), area(50, 0), area(100, 0)], code=["A1", "A1", "A2"])
    (fault,) = found(bad, Kind.SHARED_CODE)
    assert fault.row == 2
    good = mended(bad, [fault])
    assert len(good) == 2
    assert good.geometry[0].geom_type == "MultiPolygon"


def test_a_child_outside_its_parent_is_named_and_a_small_rest_cut_off() -> None:
    parents = np.array([area(0, 0, 100, 100)])
    children = layer([area(10, 10), area(81, 50), area(95, 80), area(300, 300)])
    faults = found(children, Kind.OUTSIDE_PARENT, parents=parents)
    assert [fault.row for fault in faults] == [2, 3, 4]
    assert [fault.severity for fault in faults] == [Severity.DOUBTFUL, Severity.BLOCKS, Severity.BLOCKS]
    assert "no parent" in faults[2].en
    assert found(mended(children, faults[:1]), Kind.OUTSIDE_PARENT, parents=parents)[0].row == 3


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("0", Kind.ZERO_COUNT), ("-3", Kind.ABSURD_COUNT), ("99999", Kind.ABSURD_COUNT), ("2.5", Kind.ABSURD_COUNT),
     ("不详", Kind.NO_COUNT), (None, Kind.NO_COUNT)],
)  # fmt: skip
def test_impossible_household_counts_are_mended_by_an_estimate(cell: str | None, kind: Kind) -> None:
    bad = layer([area(0, 0, 55, 12), area(100, 0, 55, 12)], 户数=["36", cell], 层数=["6", "6"])
    (fault,) = check(bad)
    assert (fault.row, fault.field, fault.kind) == (2, "户数", kind)
    assert fault.mend is not None
    assert "estimate 36" in fault.mend.en
    assert mended(bad, [fault]).column("户数") == ["36", "36"]


def test_unknown_floors_are_no_fault_but_impossible_ones_are() -> None:
    bad = layer(ROW_OF_HOUSES[:4], 层数=["6", None, "300", "六"])
    assert [fault.row for fault in check(bad) if fault.row] == [3, 4]


def test_mixed_spellings_are_brought_to_the_usual_one() -> None:
    bad = layer(ROW_OF_HOUSES[:5], 小区名称=["吉福苑", "吉福苑小区", "吉福苑", "吉福 苑", "清源里"])
    faults = found(bad, Kind.MIXED_NAME)
    assert [fault.row for fault in faults] == [2, 4]
    assert mended(bad, faults).column("小区名称") == ["吉福苑"] * 4 + ["清源里"]


@pytest.mark.parametrize("other", ["3栋", "三号楼", "3#楼", "３号楼", "第3幢", "3 号"])
def test_one_building_has_many_spellings(other: str) -> None:
    assert key(other) == key("3号楼")


@pytest.mark.parametrize("pair", ["13号楼 3号楼", "十三栋 三栋", "A3 B3", "东苑 西苑", "一期 二期"])
def test_different_things_keep_different_names(pair: str) -> None:
    one, other = pair.split()
    assert key(one) != key(other)


def test_none_some_or_all_may_be_accepted() -> None:
    bad = layer([*ROW_OF_HOUSES, ROW_OF_HOUSES[0], None], 户数=["24"] * 12 + ["0", "-1"])
    faults = check(bad)
    assert mended(bad, []).table.equals(bad.table)
    some = mended(bad, [fault for fault in faults if fault.kind is Kind.DUPLICATE])
    assert len(some) == 13
    assert {fault.kind for fault in check(some)} == {Kind.NO_SHAPE, Kind.ABSURD_COUNT}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60), st.floats(3, 40), st.floats(3, 40)), min_size=2, max_size=7)
)
def test_cleaning_siblings_loses_no_ground(boxes: list[tuple[float, float, float, float]]) -> None:
    bad = layer([area(*box) for box in boxes])
    before = shapely.area(shapely.union_all(ZONE.to_metres(bad.geometry)))
    good = mended(bad, [fault for fault in check(bad) if fault.kind is Kind.OVERLAP])
    flat = ZONE.to_metres(good.geometry)
    assert shapely.area(shapely.union_all(flat)) == pytest.approx(before, abs=0.05)


def test_every_fault_speaks_both_languages_and_names_its_row() -> None:
    bad = layer([*plots().geometry, None, shapely.Point(0, 0)], 户数=["0", "x", "-1", "5", "5"])
    faults = check(bad, Expectation("community"))
    assert len(faults) >= 6
    for fault in faults:
        assert f"第 {fault.row} 行" in fault.zh
        assert f"ow {fault.row}" in fault.en
        assert fault.mend is None or (fault.mend.zh and fault.mend.en)


def test_the_list_of_faults_can_be_taken_away(tmp_path: Path) -> None:
    bad = layer([*ROW_OF_HOUSES, None], 户数=["24"] * 12 + ["=1+1"])
    faults = check(bad)
    excel(faults, tmp_path / "faults.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "faults.xlsx").worksheets[0].values)
    assert len(rows) == len(faults) + 1
    assert rows[1][0] == 13
    as_json(faults, tmp_path / "faults.json")
    told = json.loads((tmp_path / "faults.json").read_text("utf-8"))
    assert [fault["row"] for fault in told["faults"]] == [fault.row for fault in faults]
    assert told["counts"]["no-shape"] == 1


def test_a_district_is_no_building() -> None:
    (fault,) = check(layer([*ROW_OF_HOUSES, shapely.box(104.2, 30.7, 104.3, 30.8)]))
    assert (fault.row, fault.kind, fault.severity) == (13, Kind.TOO_LARGE, Severity.BLOCKS)


def test_a_list_that_knows_few_floors_says_how_many() -> None:
    known = layer(ROW_OF_HOUSES[:3], 层数=["6", "", None], height=["", "9.5", ""])
    (fault,) = check(known)
    assert (fault.row, fault.kind, fault.severity) == (0, Kind.NO_COUNT, Severity.DOUBTFUL)
    assert fault.en.startswith("1 of 3 rows")
    assert list(check(layer(ROW_OF_HOUSES[:2], 层数=["6", "7"]))) == []


def test_households_are_estimated_from_floors_footprint_and_use() -> None:
    shapes = np.array([area(0, 0, 55, 12), area(0, 0, 55, 12), area(0, 0, 55, 12), shapely.Point(104, 30)])
    told = households(Known(shapes, np.array([6.0, np.nan, 6.0, 6.0]), (None, "住宅", "小学学校", None)))
    assert told[:3].tolist() == [36.0, 36.0, 0.0]
    assert np.isnan(told[3])

"""Columns are recognised by the names people give them, in Chinese and in English, and can be corrected."""

from __future__ import annotations

import pytest

from geo.exchange.columns import coordinate_columns, guess
from geo.exchange.purposes import AREAS, Purpose, likely


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("小区名称", "compound"), ("所属小区", "compound"), ("楼栋号", "building"), ("楼号", "building"),
        ("户数", "households"), ("总户数（户）", "households"), ("居民户数 *", "households"), ("hh_est", "households"),
        ("层数", "floors"), ("地上层数(层)", "floors"), ("Floor", "floor"), ("number_of_floors", "floors"),
        ("building:levels", "floors"), ("单元数", "units"), ("单元号", "unit"), ("所属社区", "community"),
        ("街道办", "subdistrict"), ("房屋用途", "use"), ("建成年份", "built"), ("详细地址", "address"),
        ("经度", "lon"), ("LNG", "lon"), ("纬度", "lat"), ("联系电话", "phone"), ("微网格员", "worker"),
        ("population", "population"), ("Address", "address"), ("SRType", "category"), ("created_date", "opened"),
    ],
)  # fmt: skip
def test_a_usual_name_is_understood(column: str, field: str) -> None:
    (found,) = guess([column])
    assert found.field == field
    assert found.confidence > 0.5


@pytest.mark.parametrize("column", ["备注", "unitary", "exchange", "decode", "rename", "area_m2"])
def test_a_strange_name_is_left_alone(column: str) -> None:
    assert guess([column]) == ()


def test_each_column_serves_one_field_and_each_field_has_one_column() -> None:
    found = guess(["小区", "小区名称", "户数", "总户数", "楼栋", "楼层数", "单元", "单元数"])
    assert len({g.field for g in found}) == len(found)
    assert len({g.column for g in found}) == len(found)


def test_what_a_person_said_goes_before_every_guess() -> None:
    found = {g.field: g.column for g in guess(["户数", "备注2"], chosen={"households": "备注2"})}
    assert found == {"households": "备注2"}


def test_a_place_needs_both_coordinates() -> None:
    assert coordinate_columns(["名称", "经度"]) is None
    assert coordinate_columns(["Latitude", "Longitude"]) == (1, 0)
    assert coordinate_columns(["X坐标", "Y坐标"]) == (0, 1)


def test_a_list_of_communities_without_outlines_is_a_list_of_codes() -> None:
    columns = ("community_code", "community", "street_code", "street")
    assert likely("chengdu_communities", columns, frozenset()) is Purpose.CODE
    assert likely("chengdu_communities", columns, frozenset({AREAS})) is Purpose.COMMUNITY
    assert likely("楼栋表", ("楼栋号", "户数"), frozenset()) is Purpose.BUILDING

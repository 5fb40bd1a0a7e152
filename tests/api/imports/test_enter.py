"""Layers enter the store: matched with what is there, set into their parents, nothing half-way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely

from api.imports.undo import losses, undo
from api.places.reckon import check_nesting
from api.trouble import Trouble
from geo.exchange.purposes import Purpose
from tests.api.imports.conftest import layer, square

if TYPE_CHECKING:
    from tests.api.imports.conftest import City

EVERYTHING = """
SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (
  SELECT p::text AS t FROM community p UNION ALL SELECT p::text FROM compound p UNION ALL SELECT p::text FROM building p
  UNION ALL SELECT p::text FROM unit p UNION ALL SELECT p::text FROM subdistrict p
  UNION ALL SELECT p::text FROM district p UNION ALL SELECT p::text FROM barrier p) AS every
"""


def test_a_building_goes_into_the_compound_that_holds_it(city: City) -> None:
    houses = layer("楼栋", [square(42, 32, 46, 34)], 楼栋号=["5栋"], 总户数=[24], 层数=[6], 单元数=[2])
    assert city.load(houses, Purpose.BUILDING).came_to() == {"added": 1}
    rows = city.ask("SELECT c.name, b.households, b.units, b.floors FROM building b, compound c"
                    " WHERE c.id = b.compound_id AND b.name = '5栋'")  # fmt: skip
    assert rows == [("锦绣花园", 24, 2, 6)]
    assert city.ask("SELECT households FROM community") == [(64,)]


def test_units_lie_side_by_side_along_the_building(city: City) -> None:
    city.load(layer("楼栋", [square(42, 32, 46, 34)], name=["5栋"], 户数=[25], 单元数=[2]), Purpose.BUILDING)
    rows = city.ask("SELECT u.name, u.households, ST_XMin(u.geometry) FROM unit u, building b"
                    " WHERE b.id = u.building_id AND b.name = '5栋' ORDER BY u.name")  # fmt: skip
    assert [row[:2] for row in rows] == [("1单元", 13), ("2单元", 12)]
    assert rows[0][2] != pytest.approx(rows[1][2], abs=1e-5)


def test_a_missing_count_is_estimated_and_marked(city: City) -> None:
    city.load(layer("楼栋", [square(42, 32, 46, 34)], name=["5栋"], 层数=[6]), Purpose.BUILDING)
    assert city.ask("SELECT u.estimated, u.households > 0 FROM unit u JOIN building b ON b.id = u.building_id"
                    " WHERE b.name = '5栋'") == [(True, True)]  # fmt: skip


def test_a_building_across_the_border_of_its_compound_is_held_back(city: City) -> None:
    came = city.load(layer("楼栋", [square(48, 40, 52, 42)], name=["6栋"], 户数=[8]), Purpose.BUILDING)
    assert came.came_to() == {"held": 1}
    assert [fault.kind.value for fault in came.looked.faults] == ["outside-parent"]


def test_what_is_cut_off_by_an_accepted_mend_enters(city: City) -> None:
    houses = layer("楼栋", [square(45, 40, 50.2, 42)], name=["6栋"], 户数=[8])
    assert city.load(houses, Purpose.BUILDING, mend=True).came_to() == {"added": 1}


def test_a_building_in_no_compound_gets_a_neighbourhood_that_stands_in(city: City) -> None:
    city.load(layer("楼栋", [square(22, 22, 23, 23)], name=["农房"], 户数=[1]), Purpose.BUILDING)
    rows = city.ask("SELECT c.kind, m.name FROM building b JOIN compound c ON c.id = b.compound_id"
                    " JOIN community m ON m.id = c.community_id WHERE b.name = '农房'")  # fmt: skip
    assert rows == [("neighbourhood", "吉福社区")]


def test_buildings_come_before_anybody_has_drawn_anything(bare: City) -> None:
    shapes = [square(n * 3, 0, n * 3 + 1, 1) for n in range(20)]
    houses = layer("楼栋", shapes, name=[f"{n}栋" for n in range(20)], 户数=[10] * 20)
    assert bare.load(houses, Purpose.BUILDING).came_to() == {"added": 20}
    assert bare.ask("SELECT households, buildings, communities FROM subdistrict") == [(200, 20, 1)]
    check_nesting(bare.connection)


def test_buildings_all_over_the_country_are_refused_in_words(bare: City) -> None:
    shapes = [shapely.Point(104.06, 30.66), shapely.Point(116.4, 39.9), shapely.Point(87.6, 43.8)]
    houses = layer("城市", shapes, name=["成都", "北京", "乌鲁木齐"], 户数=[10] * 3)
    with pytest.raises(Trouble, match=r"These lie 2,\d{3} km apart"):
        bare.load(houses, Purpose.BUILDING)
    assert bare.ask("SELECT count(*) FROM building") == [(0,)]


def test_drawn_communities_and_compounds_take_over_from_stand_ins(bare: City) -> None:
    shapes = [square(n * 3, 0, n * 3 + 1, 1) for n in range(20)]
    houses = layer("楼栋", shapes, name=[f"{n}栋" for n in range(20)], 户数=[10] * 20)
    bare.load(houses, Purpose.BUILDING)
    before = bare.ask("SELECT id, name FROM building ORDER BY id")
    west, east = square(-2, -2, 29, 3), square(29, -2, 63, 3)
    bare.load(layer("社区", [west, east], name=["西社区", "东社区"]), Purpose.COMMUNITY)
    assert bare.ask("SELECT name, households FROM community ORDER BY name") == [("东社区", 100), ("西社区", 100)]
    bare.load(layer("小区", [square(-1, -1, 28, 2)], name=["幸福苑"]), Purpose.COMPOUND)
    assert bare.ask("SELECT households, buildings FROM compound WHERE name = '幸福苑'") == [(100, 10)]
    assert bare.ask("SELECT id, name FROM building ORDER BY id") == before
    check_nesting(bare.connection)


def test_a_second_delivery_shows_what_was_added_changed_and_gone(city: City) -> None:
    shapes = [square(42 + n * 2, 32, 43 + n * 2, 33) for n in range(3)]
    first = layer("楼栋", shapes, code=["A", "B", "C"], name=["5栋", "6栋", "7栋"], 户数=[10, 10, 10])
    city.load(first, Purpose.BUILDING, source="物业")
    keys = dict(city.ask("SELECT name, id FROM building"))
    shapes = [shapes[0], square(44, 32, 45, 34), square(42, 36, 43, 37)]
    second = layer("楼栋", shapes, code=["A", "B", "D"], name=["5栋", "6号楼", "8栋"], 户数=[10, 14, 9])
    came = city.load(second, Purpose.BUILDING, source="物业")
    assert came.came_to() == {"added": 1, "changed": 1, "same": 1, "gone": 1}
    after = dict(city.ask("SELECT name, id FROM building"))
    assert after["6号楼"] == keys["6栋"]
    assert city.ask("SELECT households FROM building WHERE name = '6号楼'") == [(14,)]
    assert "7栋" in after


def test_an_unknown_source_is_matched_by_its_outlines(city: City) -> None:
    houses = layer("普查", [square(32, 32, 40, 36)], name=["三号楼"], 层数=[7])
    assert city.load(houses, Purpose.BUILDING).came_to() == {"changed": 1}
    assert city.ask("SELECT floors, households FROM building WHERE code = '990101001001001001'") == [(7, 36)]


def test_a_compound_on_another_is_held_back(city: City) -> None:
    came = city.load(layer("小区", [square(48, 40, 55, 45)], name=["新苑"]), Purpose.COMPOUND)
    assert came.came_to() == {"held": 1}


def test_undo_brings_back_exactly_what_was(city: City) -> None:
    before = city.ask(EVERYTHING)
    shapes = [square(32, 32, 40, 36), square(42, 32, 46, 34), square(22, 22, 23, 23)]
    came = city.load(layer("楼栋", shapes, name=["3栋新", "5栋", "农房"], 户数=[40, 24, 1]), Purpose.BUILDING)
    assert city.ask(EVERYTHING) != before
    undo(city.connection, came.id)
    assert city.ask(EVERYTHING) == before


def test_undo_of_a_relief_brings_the_stand_ins_back(bare: City) -> None:
    houses = layer(
        "楼栋", [square(n * 3, 0, n * 3 + 1, 1) for n in range(6)], name=[f"{n}栋" for n in range(6)], 户数=[10] * 6
    )
    bare.load(houses, Purpose.BUILDING)
    before = bare.ask(EVERYTHING)
    came = bare.load(layer("社区", [square(-2, -2, 63, 3)], name=["西社区"]), Purpose.COMMUNITY)
    undo(bare.connection, came.id)
    assert bare.ask(EVERYTHING) == before


def test_undo_names_what_would_be_lost(city: City) -> None:
    came = city.load(layer("小区", [square(22, 22, 28, 28)], name=["新苑"]), Purpose.COMPOUND)
    city.load(layer("楼栋", [square(23, 23, 25, 24)], name=["后来的楼"], 户数=[8]), Purpose.BUILDING)
    assert [loss.name for loss in losses(city.connection, came.id)] == ["后来的楼"]
    with pytest.raises(Trouble, match="后来的楼"):
        undo(city.connection, came.id)


def test_columns_that_somebody_named_are_remembered_for_the_source(city: City) -> None:
    houses = layer("a", [square(42, 32, 46, 34)], name=["5栋"], zhs=[24])
    city.load(houses, Purpose.BUILDING, source="物业", households="zhs")
    other = layer("b", [square(42, 40, 46, 42)], name=["6栋"], zhs=[12])
    assert city.load(other, Purpose.BUILDING, source="物业").looked.columns["households"] == "zhs"
    assert "households" not in city.load(other, Purpose.BUILDING, source="别人").looked.columns


def test_roads_enter_in_parts(city: City) -> None:
    road = shapely.MultiLineString([[(104.0, 30.6), (104.01, 30.6)], [(104.02, 30.6), (104.03, 30.6)]])
    city.load(layer("roads", [road], name=["人民路"], highway=["primary"]), Purpose.BARRIER)
    assert city.ask("SELECT kind, name FROM barrier") == [("road", "人民路")] * 2


def test_roads_that_come_again_are_the_same_roads(city: City) -> None:
    lines = [shapely.LineString([(104.0, 30.6 + n / 1000), (104.01, 30.6 + n / 1000)]) for n in range(3)]
    city.load(layer("roads", lines, code=["w1", "w2", "w3"], name=["甲路", "乙路", "丙路"]), Purpose.BARRIER)
    before = dict(city.ask("SELECT name, id FROM barrier"))
    moved = [lines[0], shapely.LineString([(104.0, 30.7), (104.01, 30.7)]), lines[2]]
    again = layer("roads", moved, code=["w1", "w2", "w4"], name=["甲路", "乙路", "丙街"])
    assert city.load(again, Purpose.BARRIER).came_to() == {"changed": 2, "same": 1}
    after = dict(city.ask("SELECT name, id FROM barrier"))
    assert after == {"甲路": before["甲路"], "乙路": before["乙路"], "丙街": before["丙路"]}


def test_a_lake_that_is_in_no_later_file_is_named_as_gone(city: City) -> None:
    lakes = [square(1, 1, 3, 3), square(5, 5, 7, 7)]
    city.load(layer("water", lakes, name=["东湖", "西湖"]), Purpose.AREA)
    came = city.load(layer("water", lakes[:1], name=["东湖"]), Purpose.AREA)
    assert came.came_to() == {"same": 1, "gone": 1}


def test_a_row_that_is_held_back_is_not_gone(city: City) -> None:
    shapes = [square(42, 32, 46, 34), square(42, 36, 46, 38)]
    city.load(
        layer("楼栋", shapes, code=["A", "B"], name=["5栋", "6栋"], 户数=[24, 24]), Purpose.BUILDING, source="物业"
    )
    bow = shapely.Polygon([shapes[1].exterior.coords[n] for n in (0, 2, 1, 3, 0)])
    again = layer("楼栋", [shapes[0], bow], code=["A", "B"], name=["5栋", "6栋"], 户数=[24, 24])
    assert city.load(again, Purpose.BUILDING, source="物业").came_to() == {"same": 1, "held": 1}


def test_no_column_is_an_answer_that_is_remembered_too(city: City) -> None:
    houses = layer("a", [square(42, 32, 46, 34)], name=["5栋"], 户数=[24])
    assert "households" not in city.load(houses, Purpose.BUILDING, source="物业", households="").looked.columns
    assert "households" not in city.load(houses, Purpose.BUILDING, source="物业").looked.columns
    assert city.load(houses, Purpose.BUILDING, source="别人").looked.columns["households"] == "户数"


def test_a_list_of_codes_brings_those_of_the_levels_above(city: City) -> None:
    said = {"community_code": ["510104017001", "510104017002"], "community": ["水井坊社区", "崇德里社区"],
            "street_code": ["510104017"] * 2, "street": ["锦官驿街道"] * 2,
            "district_code": ["510104"] * 2, "district": ["锦江区"] * 2}  # fmt: skip
    assert city.load(layer("codes", [None] * 2, **said), Purpose.CODE).came_to() == {"added": 2}
    assert city.ask("SELECT name FROM official_code ORDER BY code") == [
        ("锦江区",), ("锦官驿街道",), ("水井坊社区",), ("崇德里社区",)]  # fmt: skip

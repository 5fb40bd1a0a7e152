"""Lists without shapes find the houses that they mean; drawn grids become a draft that says what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.imports.addresses import Register
from api.imports.undo import undo
from api.places.reckon import check_nesting
from geo.exchange.purposes import Purpose
from tests.api.imports.conftest import layer, square

if TYPE_CHECKING:
    from geo.exchange.layer import Layer
    from tests.api.imports.conftest import City

HOUSES = """
SELECT b.name, u.name, u.households, u.floors_counted FROM unit u JOIN building b ON b.id = u.building_id ORDER BY 1, 2
"""


def table(**columns: list[Any]) -> Layer:
    size = len(next(iter(columns.values())))
    return layer("清单", [None] * size, **columns)


@pytest.fixture
def yard(city: City) -> City:
    """Two more houses in 锦绣花园 without doors: 5栋 with two units, 6栋 with one that is an estimate."""
    shapes = [square(42, 32, 46, 34), square(42, 36, 46, 38)]
    city.load(
        layer("楼栋", shapes, name=["5栋", "6栋"], 户数=["24", ""], 层数=["6", "6"], 单元数=["2", "1"]),
        Purpose.BUILDING,
    )
    return city


def test_counts_go_to_the_unit_of_that_name(yard: City) -> None:
    said = table(
        小区=["锦绣花园"] * 3, 楼栋=["5栋", "五号楼", "9栋"], 单元=["1单元", "二单元", "1单元"], 户数=["14", "12", "3"]
    )
    came = yard.load(said, Purpose.UNIT)
    assert came.came_to() == {"changed": 1, "same": 1, "held": 1}
    assert [fault.kind.value for fault in came.outcome.faults] == ["unknown-place"]
    assert [row[1:3] for row in yard.ask(HOUSES) if row[0] == "5栋"] == [("1单元", 14), ("2单元", 12)]


def test_a_unit_that_nobody_knew_is_cut_out_of_its_building(yard: City) -> None:
    before = yard.ask(HOUSES)
    came = yard.load(table(楼栋=["5栋"] * 3, 单元=["1单元", "2单元", "3单元"], 户数=["8", "8", "8"]), Purpose.UNIT)
    assert came.came_to() == {"added": 1, "changed": 2}
    check_nesting(yard.connection)
    areas = yard.ask("SELECT round(ST_Area(u.geometry::geography)) FROM unit u JOIN building b ON b.id = u.building_id"
                     " WHERE b.name = '5栋'")  # fmt: skip
    assert max(areas)[0] - min(areas)[0] <= 2
    undo(yard.connection, came.id)
    assert yard.ask(HOUSES) == before


def test_an_estimated_unit_gives_way_to_a_named_one(yard: City) -> None:
    yard.load(table(楼栋=["6栋"], 单元=["甲单元"], 户数=["30"]), Purpose.UNIT)
    assert [row[1:3] for row in yard.ask(HOUSES) if row[0] == "6栋"] == [("甲单元", 30)]


def test_a_list_of_doors_becomes_floors_and_households(yard: City) -> None:
    said = table(地址=["锦绣花园5栋1单元101", "锦绣花园5号楼1单元201室", "锦绣花园5-1-202", "锦绣花园5栋1单元2901"])
    came = yard.load(said, Purpose.HOUSEHOLD)
    assert came.came_to() == {"added": 3, "held": 1}
    assert ("5栋", "1单元", 3, 2) in yard.ask(HOUSES)


def test_counts_of_households_are_added_up_by_unit(yard: City) -> None:
    said = table(楼栋=["5栋", "5栋", "5栋"], 单元=["1单元", "1单元", "2单元"], 户数=["5", "6", "7"])
    assert yard.load(said, Purpose.HOUSEHOLD).came_to() == {"changed": 3}
    assert [row[2] for row in yard.ask(HOUSES) if row[0] == "5栋"] == [11, 7]


def test_an_address_is_taken_apart() -> None:
    register = Register((), compounds=("锦绣花园",))
    said = register.take_apart("某某路88号锦绣花园 3号楼2单元501室")
    assert (said.compound, said.building, said.unit, said.floor, said.door) == ("锦绣花园", "3栋", "2单元", 5, "501")
    said = register.take_apart("锦绣花园12-1-1203")
    assert (said.building, said.unit, said.door) == ("12栋", "1单元", "1203")


def grids(*shapes: Any, **columns: list[Any]) -> Layer:
    return layer("网格", list(shapes), **columns)


def test_drawn_grids_become_a_draft_plan(yard: City) -> None:
    came = yard.load(
        grids(square(30, 30, 41, 50), square(41, 30, 50, 50), 网格编号=["W1", "W2"], 户数=["36", "99"]), Purpose.GRID
    )
    assert came.came_to() == {"added": 2}
    assert "differs" in {fault.kind.value for fault in came.outcome.faults}
    rows = yard.ask("SELECT p.state, g.code, count(m.*) FROM plan p JOIN micro_grid g ON g.plan_id = p.id"
                    " JOIN plan_member m ON m.micro_grid_id = g.id GROUP BY 1, 2 ORDER BY 2")  # fmt: skip
    assert [row[:2] for row in rows] == [("draft", "W1"), ("draft", "W2")]
    undo(yard.connection, came.id)
    assert yard.ask("SELECT count(*) FROM plan WHERE state = 'draft'") == [(0,)]


def test_faults_of_a_grid_layer_are_told(yard: City) -> None:
    given = grids(square(30, 30, 41, 45), square(40.8, 30, 47, 45), square(47.02, 30, 50, 45), square(60, 60, 61, 61),
                  网格编号=["W1", "W2", "W2", "W4"])  # fmt: skip
    came = yard.load(given, Purpose.GRID)
    kinds = {fault.kind.value for fault in (*came.looked.faults, *came.outcome.faults)}
    assert {"overlap", "gap", "shared-code", "zero-count"} <= kinds


def test_units_outside_every_grid_are_counted(yard: City) -> None:
    came = yard.load(grids(square(41, 31, 47, 35), 网格编号=["W1"]), Purpose.GRID)
    assert [(f.row, f.kind.value) for f in came.outcome.faults] == [(0, "uncovered")]


def test_a_list_of_buildings_without_coordinates_finds_them_by_address(yard: City) -> None:
    said = table(地址=["锦绣花园5号楼", "锦绣花园 6栋", "别处1号楼"], 户数=["30", "12", "5"], 层数=["7", "6", "6"])
    came = yard.load(said, Purpose.BUILDING)
    assert came.came_to() == {"changed": 2, "held": 1}
    rows = yard.ask("SELECT name, households, floors FROM building WHERE name IN ('5栋', '6栋') ORDER BY name")
    assert rows == [("5栋", 30, 7), ("6栋", 12, 6)]

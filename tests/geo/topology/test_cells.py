"""Cells tile the compound, leave footprints whole and are as connected as the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from geo.errors import InvalidGeometryError, InvalidInputError
from geo.topology.cells import lay_cells
from geo.topology.ground import BuildingSite, CompoundSite, Ground, UnitSite
from geo.topology.slices import polygons_only
from tests.geo.topology.maps import ground
from tests.geo.topology.surveyor import cut_m2, faults_of_tiling, overlap_m2

if TYPE_CHECKING:
    from geo.topology.cells import Cells
    from geo.topology.ground import Areal, Footprint

YARD = shapely.box(0, 0, 100, 60)


def neighbours(of: Ground, cells: Cells) -> set[str]:
    """Open borders as words: 'ab' when a and b meet."""
    keys = [u.key for u in of.units]
    borders = cells.borders
    return {f"{keys[a]}{keys[b]}" for (a, b), m in zip(borders.pair.tolist(), borders.open_m, strict=True) if m >= 1}


def one_yard(*footprints: Footprint, units: int = 1, compound: Areal = YARD) -> Ground:
    """A compound with these buildings, each with so many units."""
    buildings = tuple(BuildingSite(f"b{i}", "c", shape) for i, shape in enumerate(footprints))
    stairs = tuple(UnitSite(f"{b.key}-{n}", b.key, 12) for b in buildings for n in range(units))
    return Ground((CompoundSite("c", compound),), buildings, stairs)


def surveyed(of: Ground) -> Cells:
    """Lay cells and let the surveyor pass them."""
    cells = lay_cells(of)
    assert faults_of_tiling(list(cells.polygons), shapely.union_all([c.geometry for c in of.compounds])) == []
    for part, cell in zip(cells.parts, cells.polygons, strict=True):
        assert cut_m2(part, cell) == 0
    return cells


def test_cells_tile_an_ordinary_compound() -> None:
    of = ground(
        """
        .......
        .aa.bb.
        .......
        .cc.dd.
        .......
    """,
        units={"a": 3, "d": 2},
    )
    cells = surveyed(of)
    assert len(cells.polygons) == 7
    assert all(isinstance(cell, shapely.Polygon) for cell in cells.polygons)


def test_outlines_come_back_as_they_were_drawn() -> None:
    """Corners between the millimetres of the lattice, in a compound of two pieces: not a square millimetre is lost."""
    west = shapely.affinity.rotate(shapely.box(0.0003, 0.0004, 60.0007, 40.0001), 17.3, origin=(0, 0))
    apart = shapely.MultiPolygon([west, shapely.affinity.translate(west, 200.0004, 3.0006)])
    houses = [shapely.affinity.scale(piece, 0.3, 0.3) for piece in shapely.get_parts(apart)]
    cells = surveyed(one_yard(*houses, units=3, compound=apart))
    assert shapely.area(cells.polygons).sum() == pytest.approx(apart.area, abs=1e-6)
    assert shapely.hausdorff_distance(shapely.union_all(cells.polygons).boundary, apart.boundary) < 1e-9


def test_a_wall_parts_neighbours_and_becomes_their_border() -> None:
    of = ground("""
        ...%...
        .aa%bb.
        ...%...
    """)
    cells = surveyed(of)
    assert neighbours(of, cells) == set()
    assert cells.polygons[0].bounds[2] == pytest.approx(35, abs=0.002)
    assert cells.borders.shut_m.sum() == pytest.approx(30, abs=0.01)


def test_a_gate_opens_a_wall() -> None:
    walled = ground("""
        ...%...
        .aa%bb.
        ...%...
    """)
    gated = Ground(walled.compounds, walled.buildings, walled.units, walled.barriers, (shapely.Point(35, 15),))
    assert neighbours(gated, surveyed(gated)) == {"ab"}


def test_no_arm_of_an_l_shaped_compound_reaches_over_the_gap() -> None:
    of = ground("""
        .aa.
        .aa.
        ....
        ....      .bb.
        ....      .bb.
        ..............
        ..............
        .cc...........
    """)
    cells = surveyed(of)
    assert all(isinstance(cell, shapely.Polygon) for cell in cells.polygons)


def test_ground_behind_a_wall_goes_to_those_who_reach_it() -> None:
    of = ground("""
        ..........
        .a........
        %%%%%%%...
        .......bb.
        ..........
    """)
    cells = surveyed(of)
    behind = shapely.Point(5, 5)
    assert cells.polygons[1].covers(behind)
    assert not cells.polygons[0].covers(behind)
    assert neighbours(of, cells) == {"ab"}


def test_a_pocket_without_a_way_in_joins_nobody() -> None:
    of = ground("""
        .aa...bb.
        %%%%%%%%%
        .........
    """)
    cells = surveyed(of)
    assert neighbours(of, cells) == {"ab"}
    walled_in = ground("""
        .aa.%.bb.
        ....%....
        %%%%%%%%%
        .........
    """)
    assert neighbours(walled_in, surveyed(walled_in)) == set()


def test_a_wall_through_a_house_does_not_cut_it() -> None:
    of = ground(
        """
        .......
        %aaaaa%
        %aaaaa%
        .......
    """,
        units={"a": 2},
    )
    surveyed(of)


def test_a_shop_stays_whole_in_one_cell() -> None:
    of = ground("""
        ..........
        .aa.SSS.b.
        .aa.SSS.b.
        ..........
    """)
    cells = surveyed(of)
    (shop,) = cells.obstacles
    assert cut_m2(shop, cells.polygons[cells.holder[0]]) == 0


def test_a_building_known_as_a_point_gets_a_cell_for_each_unit() -> None:
    of = ground(
        """
        .....
        .1.a.
        .....
        .2...
    """,
        units={"1": 3},
    )
    assert len(surveyed(of).polygons) == 5


def test_identical_points_share_the_ground() -> None:
    here = shapely.Point(50, 30)
    cells = surveyed(one_yard(here, here, here, shapely.Point(50.05, 30)))
    assert min(cell.area for cell in cells.polygons) > 100


def test_two_hundred_identical_points_end() -> None:
    assert len(lay_cells(one_yard(*[shapely.Point(50, 30)] * 200)).polygons) == 200


def test_identical_footprints_share_the_ground() -> None:
    house = shapely.box(20, 20, 60, 32)
    cells = surveyed(one_yard(house, house))
    assert overlap_m2(list(cells.parts)) < 1e-6


def test_the_smaller_of_two_overlapping_footprints_keeps_the_ground() -> None:
    small, large = shapely.box(50, 20, 62, 30), shapely.box(20, 20, 55, 40)
    cells = surveyed(one_yard(large, small))
    assert cut_m2(small, cells.polygons[1]) == 0


def test_a_point_inside_a_footprint_shares_it() -> None:
    house = shapely.box(20, 20, 60, 32)
    cells = surveyed(one_yard(house, shapely.Point(30, 25)))
    assert cells.parts[0].area == pytest.approx(cells.parts[1].area)


def test_a_footprint_poking_out_is_clipped_and_one_outside_becomes_a_point() -> None:
    poking, outside = shapely.box(90, 20, 110, 40), shapely.box(200, 45, 220, 55)
    cells = surveyed(one_yard(poking, outside))
    assert cells.parts[0].area == pytest.approx(200)
    assert cells.polygons[1].area > 1


def test_footprints_that_touch_tile_too() -> None:
    surveyed(one_yard(shapely.box(10, 10, 30, 20), shapely.box(30, 10, 50, 20), shapely.box(50, 10, 70, 20), units=2))


def test_one_building_alone_owns_its_compound() -> None:
    cells = surveyed(one_yard(shapely.box(10, 10, 30, 20)))
    assert cells.polygons[0].area == pytest.approx(6000)


def test_a_house_on_both_sides_of_a_pond_keeps_both() -> None:
    """Its footprint is clipped to two pieces, and each has an outline that others keep their distance from."""
    pond = polygons_only(YARD.difference(shapely.box(40, -1, 60, 61).difference(shapely.box(40, 50, 60, 61))))
    across = one_yard(shapely.box(35, 20, 65, 28), compound=pond)
    assert shapely.get_num_geometries(surveyed(across).parts[0]) == 2
    beside = one_yard(shapely.box(35, 20, 65, 28), shapely.box(2, 20, 12, 28), compound=pond)
    one, two = surveyed(beside).polygons
    assert one.intersects(shapely.Point(26, 24))
    assert two.intersects(shapely.Point(20, 24))


def test_compounds_with_holes_and_in_two_pieces_are_tiled() -> None:
    pond = YARD.difference(shapely.Point(50, 30).buffer(10))
    houses = [shapely.box(10, 10, 30, 20), shapely.box(70, 40, 90, 50)]
    surveyed(one_yard(*houses, compound=polygons_only(pond), units=2))
    apart = shapely.union(YARD, shapely.box(120, 0, 160, 60))
    cells = surveyed(one_yard(*houses, compound=polygons_only(apart)))
    assert sum(cell.area for cell in cells.polygons) == pytest.approx(8400)


def test_touching_compounds_make_one_coverage() -> None:
    left, right = shapely.box(0, 0, 50, 60), shapely.box(50, 0, 100, 60)
    buildings = tuple(
        BuildingSite(f"b{i}", "l" if x < 50 else "r", shapely.box(x, y, x + 20, y + 8))
        for i, (x, y) in enumerate([(10, 5), (12, 30), (70, 10), (65, 37)])
    )
    of = Ground(
        (CompoundSite("l", left), CompoundSite("r", right)),
        buildings,
        tuple(UnitSite(b.key, b.key, 12) for b in buildings),
    )
    cells = lay_cells(of)
    assert faults_of_tiling(list(cells.polygons), YARD) == []
    assert shapely.area(cells.polygons[cells.home == 0]).sum() == pytest.approx(3000, abs=1e-4)


def test_overlapping_compounds_cover_no_ground_twice() -> None:
    of = Ground(
        (CompoundSite("l", shapely.box(0, 0, 60, 60)), CompoundSite("r", shapely.box(40, 0, 100, 60))),
        (BuildingSite("a", "l", shapely.box(10, 10, 30, 20)), BuildingSite("b", "r", shapely.box(70, 10, 90, 20))),
        (UnitSite("a", "a", 5), UnitSite("b", "b", 5)),
    )
    assert overlap_m2(list(lay_cells(of).polygons)) < 1e-4


def test_unknown_owners_and_coordinates_that_are_no_numbers_are_named() -> None:
    of = one_yard(shapely.box(10, 10, 30, 20))
    with pytest.raises(InvalidInputError, match="b9"):
        lay_cells(Ground(of.compounds, of.buildings, (UnitSite("u", "b9", 3),)))
    with pytest.raises(InvalidInputError, match="Building b"):
        lay_cells(Ground((), of.buildings, of.units))
    with pytest.raises(InvalidGeometryError, match="no number"):
        lay_cells(one_yard(shapely.Point(np.nan, 3)))


def test_cells_are_the_same_to_the_last_bit_every_time() -> None:
    of = one_yard(shapely.box(10, 10, 30, 20), shapely.box(60, 10, 80, 20), units=3)
    first, second = lay_cells(of), lay_cells(of)
    assert [p.wkb for p in first.polygons] == [p.wkb for p in second.polygons]


@pytest.mark.parametrize("seed", [1, 2, 5, 9])
def test_a_wall_drawn_less_than_a_millimetre_beside_the_outline_costs_no_ground(seed: int) -> None:
    """Noding leaves corners a millimetre apart there, whose order on the true outline may be the other way round."""
    rng = np.random.default_rng(seed)
    east, slope, far, north, west, top = rng.random(6) * (9, 5, 9, 9, 4, 9)
    yard = shapely.Polygon([(0, 0), (90 + east, slope), (88 + far, 50 + north), (west, 49 + top)])
    houses = [
        shapely.affinity.rotate(shapely.box(x, y, x + 14, y + 9), 20 * rng.random())
        for x in (8, 34, 61)
        for y in (8, 31)
    ]
    of = one_yard(*houses, units=3, compound=yard)
    wall = shapely.LineString(shapely.get_coordinates(yard) + rng.uniform(-8e-4, 8e-4, (5, 2)))
    cells = surveyed(Ground(of.compounds, of.buildings, of.units, (wall,)))
    assert shapely.area(cells.polygons).sum() == pytest.approx(yard.area, abs=1e-6)

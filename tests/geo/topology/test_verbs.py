"""Each verb does what its name says, and tells why when it will not."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from geo.errors import Refusal, RefusedError
from geo.topology import refusals as why
from geo.topology.bounds import Rule
from geo.topology.ground import BuildingSite, UnitSite
from geo.topology.invariants import flaws
from geo.topology.plan import Plan, Span
from geo.topology.slices import polygons_only
from geo.topology.verbs import (
    add_building,
    add_unit,
    correct_building,
    correct_unit,
    edit_adjacency,
    found,
    lock,
    merge,
    reassign,
    remove_building,
    remove_unit,
    rename,
    reshape,
    split,
    split_floors,
    swap,
    transfer,
)
from geo.topology.verbs.overlying import overlying
from tests.geo.topology.maps import ground
from tests.geo.topology.plans import QUARTER, picture, plan

ROWS = {"A": "abc", "B": "def", "C": "ghi"}


def whole(*units: str, top: int = 6) -> list[Span]:
    return [Span(unit, 1, top) for unit in units]


def test_a_house_goes_to_the_grid_next_door() -> None:
    after = reassign.reassign(plan(QUARTER, ROWS), whole("a"), to="B")
    assert picture(after) == {"A": "bc", "B": "adef", "C": "ghi"}
    assert flaws(after) == []


@pytest.mark.parametrize(
    ("units", "to", "reason"),
    [
        ("", "B", why.NOTHING_CHOSEN),
        ("z", "B", why.UNKNOWN_UNIT),
        ("a", "Z", why.UNKNOWN_GRID),
        ("a", "A", why.NO_CHANGE),
        ("a", "C", why.NOT_ADJACENT),
        ("b", "B", why.TEARS_APART),
        ("abc", "B", why.LAST_DWELLING),
    ],
)
def test_reassigning_tells_why_not(units: str, to: str, reason: Refusal) -> None:
    before = plan(QUARTER, ROWS)
    assert reassign.refusal(before, whole(*units), to=to) == reason
    with pytest.raises(RefusedError) as raised:
        reassign.reassign(before, whole(*units), to=to)
    assert raised.value.refusal == reason
    assert picture(before) == {"A": "abc", "B": "def", "C": "ghi"}


def test_floors_that_a_house_does_not_have_stay_where_they_are() -> None:
    assert reassign.refusal(plan(QUARTER, ROWS), [Span("a", 3, 9)], to="B") == why.UNKNOWN_FLOOR


def test_only_neighbours_may_merge() -> None:
    before = plan(QUARTER, ROWS, rule=Rule(10, 100, 40))
    assert merge.refusal(before, "A", into="C") == why.NOT_ADJACENT
    assert picture(merge.merge(before, "A", into="B")) == {"B": "abcdef", "C": "ghi"}


def test_grids_that_are_too_large_together_do_not_merge() -> None:
    assert merge.refusal(plan(QUARTER, ROWS), "A", into="B") == why.TOO_MANY_HOUSEHOLDS


def test_a_drawn_line_splits_a_grid_and_merging_undoes_it() -> None:
    before = plan(QUARTER, {"A": "abcdef", "C": "ghi"}, rule=Rule(10, 100, 40))
    line = shapely.LineString([(40, 10), (40, 80)])
    after = split.split(before, "A", line=line, key="W", name="West")
    assert picture(after) == {"A": "bcef", "C": "ghi", "W": "ad"}
    assert picture(merge.merge(after, "W", into="A")) == picture(before)


def test_a_line_that_misses_or_crosses_itself_splits_nothing() -> None:
    before = plan(QUARTER, {"A": "abcdef", "C": "ghi"})
    far = shapely.LineString([(-50, 0), (-50, 80)])
    loop = shapely.LineString([(40, 0), (60, 40), (40, 40), (60, 0)])
    nowhere = shapely.LineString([(40, 0), (40, 0)])
    assert split.refusal(before, "A", line=far, key="W", name="W") == why.LINE_MISSES
    assert split.refusal(before, "A", line=nowhere, key="W", name="W") == why.LINE_MISSES
    assert split.refusal(before, "A", line=loop, key="W", name="W") == why.LINE_CROSSES_ITSELF


def tower() -> Plan:
    return plan(QUARTER, {"A": "abcd", "B": "efghi"}, households={"e": 66}, floors={"e": 33}, rule=Rule(10, 200, 70))


def test_a_tower_splits_by_floors_and_stacked_grids_share_its_ground() -> None:
    alone = found.found(tower(), [Span("e", 12, 33)], key="T", name="Tower")
    after = split_floors.split_floors(alone, "T", floor=23, key="U", name="Upper")
    assert picture(after) == {"A": "abcd", "B": "e1-11fghi", "T": "e12-22", "U": "e23-33"}
    assert after.households("U") == 22
    assert after.outline("U").equals(after.cells["e"])
    assert flaws(after) == []


def test_only_the_lowest_floor_touches_the_ground() -> None:
    before = tower()
    assert reassign.refusal(before, [Span("e", 12, 33)], to="A") == why.NOT_ADJACENT
    assert split_floors.refusal(before, "B", floor=2, key="U", name="U") == why.TEARS_APART
    assert split_floors.refusal(before, "B", floor=34, key="U", name="U") == why.UNKNOWN_FLOOR


def test_two_grids_exchange_houses_in_one_step() -> None:
    before = plan(QUARTER, {"A": "abcd", "B": "efghi"})
    assert picture(swap.swap(before, whole("d"), whole("e"))) == {"A": "abce", "B": "dfghi"}
    assert swap.refusal(before, whole("a"), whole("i")) == why.NOT_ADJACENT
    assert swap.refusal(before, whole("a"), whole("b")) == why.NO_CHANGE


def test_a_locked_grid_neither_gives_nor_takes() -> None:
    locked = lock.lock(plan(QUARTER, ROWS), "B", locked=True)
    assert reassign.refusal(locked, whole("a"), to="B") == why.LOCKED
    assert reassign.refusal(locked, whole("d"), to="A") == why.LOCKED
    assert merge.refusal(locked, "A", into="B") == why.LOCKED
    assert rename.refusal(locked, "B", name="x") == why.LOCKED
    assert remove_building.refusal(locked, "d") == why.LOCKED
    assert lock.refusal(locked, "B", locked=True) == why.NO_CHANGE
    assert reassign.refusal(lock.lock(locked, "B", locked=False), whole("a"), to="B") is None


def test_a_name_is_given_once() -> None:
    before = plan(QUARTER, ROWS)
    assert rename.rename(before, "A", name="东一").grids["A"].name == "东一"
    assert rename.refusal(before, "A", name="B") == why.NAME_TAKEN
    assert rename.refusal(before, "A", name=" ") == why.NAME_EMPTY


def test_a_wall_parts_neighbours_unless_a_grid_would_fall_apart() -> None:
    before = plan(QUARTER, ROWS)
    parted = edit_adjacency.edit_adjacency(before, "d", "a", joined=False)
    assert "a" not in parted.edges["d"]
    assert edit_adjacency.refusal(before, "a", "b", joined=False) == why.TEARS_APART
    assert edit_adjacency.refusal(before, "a", "i", joined=True) == why.CELLS_APART
    assert edit_adjacency.refusal(before, "a", "b", joined=True) == why.NO_CHANGE
    again = edit_adjacency.edit_adjacency(parted, "a", "d", joined=True)
    assert again.edges == before.edges


def border(of: Plan, a: str, b: str) -> shapely.LineString:
    return max(reshape.arcs(of, a, b), key=lambda arc: arc.length)


def pulled(line: shapely.LineString, dx: float) -> shapely.LineString:
    """The line with its middle pulled sideways."""
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    return shapely.LineString([(x0, y0), (round((x0 + x1) / 2 + dx, 3), round((y0 + y1) / 2, 3)), (x1, y1)])


def test_both_neighbours_follow_a_dragged_border() -> None:
    before = plan(QUARTER, ROWS)
    line = pulled(border(before, "d", "e"), 3)
    after = reshape.reshape(before, "d", "e", line=line)
    assert after.cells["d"].area > before.cells["d"].area
    assert after.cells["d"].area + after.cells["e"].area == pytest.approx(
        before.cells["d"].area + before.cells["e"].area
    )
    assert flaws(after) == []
    back = reshape.reshape(after, "e", "d", line=border(before, "d", "e"))
    assert flaws(back) == []


def test_a_border_is_not_dragged_through_a_house_or_over_other_ground() -> None:
    before = plan(QUARTER, ROWS)
    line = border(before, "d", "e")
    assert reshape.refusal(before, "d", "e", line=pulled(line, 12)) == why.THROUGH_FOOTPRINT
    assert reshape.refusal(before, "d", "e", line=pulled(line, 80)) == why.FACE_FLIPS
    assert reshape.refusal(before, "a", "i", line=line) == why.NO_SUCH_BORDER
    assert reshape.refusal(before, "d", "e", line=line) == why.NO_CHANGE


def two_yards() -> Plan:
    left = plan(QUARTER, {"A": "adg", "B": "behcfi"})
    west = polygons_only(shapely.union_all([left.cells[u] for u in "adg"]))
    east = polygons_only(shapely.union_all([left.cells[u] for u in "behcfi"]))
    compounds = {
        "w": replace(left.compounds["c"], key="w", geometry=west),
        "e": replace(left.compounds["c"], key="e", geometry=east),
    }
    buildings = {key: replace(b, compound="w" if key in "adg" else "e") for key, b in left.buildings.items()}
    return replace(left, compounds=compounds, buildings=buildings)


def test_a_building_goes_to_the_compound_next_door_with_its_ground() -> None:
    before = two_yards()
    after = transfer.transfer(before, "b", compound="w", to="A")
    assert picture(after) == {"A": "abdg", "B": "cefhi"}
    assert after.compounds["w"].geometry.area == pytest.approx(
        before.compounds["w"].geometry.area + before.cells["b"].area
    )
    assert flaws(after) == []
    assert transfer.refusal(before, "c", compound="w", to="A") == why.NOT_ADJACENT
    assert transfer.refusal(before, "b", compound="w", to="B") == why.OTHER_COMPOUND
    assert transfer.refusal(before, "b", compound="e", to="B") == why.NO_CHANGE


def new_house(x: float, y: float) -> tuple[BuildingSite, list[UnitSite]]:
    return BuildingSite("n", "c", shapely.box(x, y, x + 8, y + 8)), [UnitSite("n", "n", 20, 1, 5)]


def test_a_new_building_gets_ground_and_goes_again() -> None:
    before = plan(QUARTER, ROWS)
    site, units = new_house(121, 31)
    after = add_building.add_building(before, site, units, to="B")
    assert after.households("B") == before.households("B") + 20
    assert flaws(after) == []
    assert picture(remove_building.remove_building(after, "n")) == picture(before)


def test_a_new_building_stands_in_its_compound_and_beside_its_grid() -> None:
    before = plan(QUARTER, ROWS)
    assert add_building.refusal(before, *new_house(500, 0), to="B") == why.BAD_GEOMETRY
    assert add_building.refusal(before, *new_house(121, 61), to="C") == why.NOT_ADJACENT
    site, (unit,) = new_house(121, 31)
    assert add_building.refusal(before, site, [replace(unit, households=-1)], to="B") == why.IMPOSSIBLE_COUNT
    assert add_building.refusal(before, replace(site, key="a"), [unit], to="B") == why.KEY_TAKEN


def test_a_house_is_not_drawn_over_another_house() -> None:
    before = plan(QUARTER, ROWS)
    assert add_building.refusal(before, *new_house(14, 48), to="A") == why.OVER_A_HOUSE
    with pytest.raises(RefusedError):
        add_building.add_building(before, *new_house(14, 48), to="A")
    assert correct_building.refusal(before, "a", geometry=shapely.box(40, 51, 62, 58)) == why.OVER_A_HOUSE
    assert correct_building.refusal(before, "b", geometry=shapely.box(40, 51, 62, 58)) is None


def test_a_wall_may_be_drawn_into_the_neighbours_and_a_court_holds_a_house() -> None:
    before = plan(QUARTER, ROWS)
    west, south, _, north = before.buildings["b"].geometry.bounds
    wall = shapely.box(west - 8, south, west + 0.3, north)
    assert overlying(before, wall) == []
    assert overlying(before, shapely.box(west - 8, south, west + 1, north)) == ["b"]
    round_a_court = polygons_only(shapely.box(60, 20, 90, 60).difference(shapely.box(62, 22, 88, 58)))
    houses = {**before.buildings, "o": BuildingSite("o", "c", round_a_court)}
    assert overlying(replace(before, buildings=houses), shapely.box(65, 41, 70, 48)) == []


def test_a_house_that_lapped_over_its_neighbour_may_stay_so_but_not_take_more() -> None:
    before = plan(QUARTER, ROWS)
    west, south, _, north = before.buildings["b"].geometry.bounds
    lapping = replace(before.buildings["a"], geometry=shapely.box(11, south, west + 4, north))
    before = replace(before, buildings={**before.buildings, "a": lapping})
    assert overlying(before, shapely.box(11, south, west + 3, north), own="a") == []
    assert overlying(before, shapely.box(11, south, west + 5, north), own="a") == ["b"]


def test_the_last_building_of_a_grid_is_merged_before_it_goes() -> None:
    before = plan(QUARTER, {"A": "a", "B": "bcdefghi"})
    assert remove_building.refusal(before, "a") == why.LAST_DWELLING


def test_a_forgotten_stairwell_shares_its_building_and_can_be_taken_back() -> None:
    before = plan(QUARTER, ROWS)
    after = add_unit.add_unit(before, UnitSite("a2", "a", 9, 1, 6), to="A")
    assert after.households("A") == before.households("A") + 9
    assert flaws(after) == []
    assert picture(remove_unit.remove_unit(after, "a2")) == picture(before)
    assert add_unit.refusal(before, UnitSite("a", "a", 9), to="A") == why.KEY_TAKEN


def test_a_new_count_stays_in_its_grid_and_new_floors_follow_their_neighbours() -> None:
    before = found.found(tower(), [Span("e", 12, 33)], key="T", name="T")
    after = correct_unit.correct_unit(before, UnitSite("e", "e", 80, 1, 40))
    assert picture(after)["T"] == "e12-40"
    assert flaws(after) == []
    lower = correct_unit.refusal(before, UnitSite("e", "e", 20, 1, 10))
    assert lower == why.LAST_DWELLING
    assert correct_unit.refusal(before, UnitSite("e", "e", -1, 1, 33)) == why.IMPOSSIBLE_COUNT


def test_a_footprint_is_drawn_anew() -> None:
    before = plan(QUARTER, ROWS)
    after = correct_building.correct_building(before, "a", geometry=shapely.box(11, 51, 28, 58))
    assert after.cells["a"].covers(shapely.box(11, 51, 28, 58).buffer(-0.01))
    assert flaws(after) == []
    assert correct_building.refusal(before, "a", geometry=shapely.Point(900, 0)) == why.BAD_GEOMETRY


def test_the_maps_of_these_tests_are_what_they_seem() -> None:
    assert len(ground(QUARTER).units) == 9
    assert flaws(plan(QUARTER, ROWS)) == []

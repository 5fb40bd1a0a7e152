"""Whatever is edited, in whatever order: nobody is lost or doubled, the ground stays tiled, and undo leads home."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from geo.errors import InvalidInputError, RefusedError
from geo.topology import refusals as why
from geo.topology.invariants import flaws
from geo.topology.log import Log, replayed, resumed
from geo.topology.operations import VERBS, Operation, refusal
from geo.topology.plain import as_bytes
from geo.topology.verbs.reshape import arcs
from tests.geo.topology.plans import QUARTER, picture, plan
from tests.geo.topology.surveyor import faults_of_tiling

ROWS = {"A": "abc", "B": "def", "C": "ghi"}
HOUSES, GRIDS = st.sampled_from("abcdefghin?"), st.sampled_from(["A", "B", "C", "N0", "N1", "?"])


def op(verb: str, **arguments: Any) -> Operation:
    return Operation(verb, arguments)


def span(unit: str, low: int = 1, high: int = 6) -> dict[str, Any]:
    return {"unit": unit, "floor_lo": low, "floor_hi": high}


def hexed(shape: shapely.Geometry) -> str:
    return str(shapely.to_wkb(shape, hex=True))


spans = st.lists(
    st.builds(span, HOUSES, st.sampled_from([1, 1, 1, 3]), st.sampled_from([6, 6, 6, 4, 2])), min_size=0, max_size=3
)
points = st.tuples(st.integers(-20, 150), st.integers(-20, 90))
lines = st.lists(points, min_size=2, max_size=3).map(lambda xy: hexed(shapely.LineString(xy)))
boxes = st.tuples(st.integers(0, 120), st.integers(0, 60)).map(
    lambda xy: hexed(shapely.box(xy[0], xy[1], xy[0] + 8, xy[1] + 7))
)
units = st.builds(
    lambda key, building, count, top: {
        "key": key,
        "building": building,
        "households": count,
        "floor_lo": 1,
        "floor_hi": top,
    },
    HOUSES,
    HOUSES,
    st.sampled_from([0, 5, 12, 70, -1, 10**7]),
    st.sampled_from([6, 6, 4, 9, 0]),
)
operations = st.one_of(
    st.builds(lambda s, to: op("reassign", spans=s, to=to), spans, GRIDS | st.none()),
    st.builds(lambda a, b: op("merge", absorbed=a, into=b), GRIDS, GRIDS),
    st.builds(lambda s, k: op("found", spans=s, key=k, name=k), spans, GRIDS),
    st.builds(lambda g, ln, k: op("split", grid=g, line=ln, key=k, name=k), GRIDS, lines, GRIDS),
    st.builds(lambda g, f, k: op("split_floors", grid=g, floor=f, key=k, name=k), GRIDS, st.integers(0, 8), GRIDS),
    st.builds(lambda a, b: op("swap", these=a, those=b), spans, spans),
    st.builds(lambda b, c, g: op("transfer", building=b, compound=c, to=g), HOUSES, st.sampled_from("c?"), GRIDS),
    st.builds(lambda g, n: op("rename", grid=g, name=n), GRIDS, st.sampled_from(["东", "西", "A", ""])),
    st.builds(lambda g, b: op("lock", grid=g, locked=b), GRIDS, st.booleans()),
    st.builds(lambda a, b, j: op("edit_adjacency", a=a, b=b, joined=j), HOUSES, HOUSES, st.booleans()),
    st.builds(lambda b: op("remove_building", building=b), HOUSES),
    st.builds(lambda b, g: op("correct_building", building=b, geometry=g), HOUSES, boxes),
    st.builds(lambda u, g: op("add_unit", unit=u, to=g), units, GRIDS | st.none()),
    st.builds(lambda u: op("remove_unit", unit=u), HOUSES),
    st.builds(lambda u: op("correct_unit", site=u), units),
    st.builds(
        lambda g, to: op(
            "add_building",
            site={"key": "n", "compound": "c", "geometry": g},
            units=[{"key": "n", "building": "n", "households": 9, "floor_lo": 1, "floor_hi": 6}],
            to=to,
        ),
        boxes,
        GRIDS | st.none(),
    ),
)


class Editing(RuleBasedStateMachine):
    """Edits of all verbs, undo and redo mixed, on nine houses."""

    @initialize()
    def begin(self) -> None:
        self.start = plan(QUARTER, ROWS)
        self.log = Log(self.start)

    @rule(operation=operations)
    def edit(self, operation: Operation) -> None:
        before = as_bytes(self.log.plan)
        reason = refusal(self.log.plan, operation)
        try:
            edited = self.log.edit(operation)
        except RefusedError as refused:
            assert refused.refusal == reason  # noqa: PT017 - both outcomes are right; they must agree
            assert as_bytes(self.log.plan) == before
            return
        assert reason is None
        assert as_bytes(edited.undo().plan) == before
        self.log = edited

    @rule(a=HOUSES, b=HOUSES, pull=st.integers(-15, 15))
    def drag(self, a: str, b: str, pull: int) -> None:
        if a in self.log.plan.units and b in self.log.plan.units and a != b:
            for arc in arcs(self.log.plan, a, b):
                (x0, y0), (x1, y1) = arc.coords[0], arc.coords[-1]
                middle = ((x0 + x1) / 2 + pull, (y0 + y1) / 2 - pull)
                line = shapely.LineString([(x0, y0), middle, (x1, y1)])
                self.edit(op("reshape", a=a, b=b, line=hexed(line)))

    @rule()
    def undo(self) -> None:
        if self.log.done:
            self.log = self.log.undo()

    @rule()
    def redo(self) -> None:
        if self.log.undone:
            self.log = self.log.redo()

    @rule(place=st.integers(0, 20))
    def take_back(self, place: int) -> None:
        try:
            self.log = self.log.take_back(place)
        except (RefusedError, InvalidInputError):
            return

    @invariant()
    def nothing_is_wrong(self) -> None:
        now = self.log.plan
        assert flaws(now) == []
        by_grid = sum(now.households(grid) for grid in (*now.grids, None))
        assert by_grid == sum(unit.households for unit in now.units.values())

    def teardown(self) -> None:
        cells = [self.log.plan.cells[key] for key in sorted(self.log.plan.units)]
        assert faults_of_tiling(cells, self.start.compounds["c"].geometry) == []
        kept = json.loads(json.dumps(self.log.as_data()))
        log = resumed(self.log.plan, kept)
        while log.done:
            log = log.undo()
        assert as_bytes(log.plan) == as_bytes(self.start)
        assert as_bytes(replayed(self.start, kept).plan) == as_bytes(self.log.plan)


Editing.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestEditing = Editing.TestCase


def test_every_verb_can_be_said_in_plain_data() -> None:
    assert len(VERBS) == 17
    log = Log(plan(QUARTER, ROWS)).edit(op("reassign", spans=[span("a")], to="B"))
    assert picture(log.plan) == {"A": "bc", "B": "adef", "C": "ghi"}


def test_an_old_edit_is_taken_back_when_nothing_later_depends_on_it() -> None:
    log = Log(plan(QUARTER, ROWS))
    log = log.edit(op("reassign", spans=[span("a")], to="B")).edit(op("rename", grid="C", name="南"))
    back = log.take_back(0)
    assert picture(back.plan) == {"A": "abc", "B": "def", "C": "ghi"}
    assert back.plan.grids["C"].name == "南"
    assert len(back.done) == 3


def test_an_old_edit_stays_when_later_ones_depend_on_it() -> None:
    log = Log(plan(QUARTER, ROWS))
    log = log.edit(op("reassign", spans=[span("a")], to="B")).edit(op("reassign", spans=[span("a")], to="A"))
    with pytest.raises(RefusedError) as raised:
        log.take_back(0)
    assert raised.value.refusal == why.LATER_EDITS


def test_a_log_of_another_plan_is_refused() -> None:
    log = Log(plan(QUARTER, ROWS)).edit(op("reassign", spans=[span("a")], to="B"))
    with pytest.raises(RefusedError):
        replayed(plan(QUARTER, {"A": "bc", "B": "adef", "C": "ghi"}), log.as_data())


@pytest.mark.parametrize(
    "operation",
    [
        op("fly"),
        op("merge", absorbed="A"),
        op("merge", absorbed="A", into=7),
        op("reassign", spans=[{"unit": "a"}], to="B"),
        op("split", grid="A", line="00", key="k", name="k"),
        op("lock", grid="A", locked="yes"),
    ],
)
def test_operations_that_make_no_sense_are_named(operation: Operation) -> None:
    with pytest.raises(InvalidInputError):
        Log(plan(QUARTER, ROWS)).edit(operation)

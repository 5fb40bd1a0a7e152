"""The way home through a log of two planners who edit, undo, redo and take back as they like: no store, no shapes."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.plans.log import REDO, TAKE_BACK, UNDO, Line, in_effect, to_redo, to_take_back, to_undo, trail
from geo.errors import RefusedError

ANN, BEN = UUID(int=1), UUID(int=2)
EDIT = "rename"
STEP = st.tuples(
    st.sampled_from([EDIT, EDIT, EDIT, UNDO, UNDO, REDO, TAKE_BACK]),
    st.sampled_from([ANN, BEN]),
    st.booleans(),
    st.integers(0, 40),
)


class Town:
    """What a log comes to, kept the plain way: each edit puts its number on the board, its inverse takes it off."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.board: set[int] = set()
        self.changes: dict[int, tuple[int, bool]] = {}

    def take(self, verb: str, who: UUID, *, anyone: bool = False, version: int = 0) -> bool:
        """Take a step; whether there was anything to do."""
        try:
            about = self._about(verb, None if anyone else who, version)
        except RefusedError:
            return False
        now = len(self.lines) + 1
        edit, puts = (now, True) if about is None else self.changes[about]
        puts = puts if verb in {EDIT, REDO} else not puts
        assert (edit in self.board) != puts, "what is to be changed is no longer as it was"
        (self.board.add if puts else self.board.remove)(edit)
        self.changes[now] = (edit, puts)
        self.lines.append(Line(now, verb, about, who))
        return True

    def _about(self, verb: str, who: UUID | None, version: int) -> int | None:
        if verb == TAKE_BACK:
            return to_take_back(self.lines, version)
        return {UNDO: to_undo, REDO: to_redo}[verb](self.lines, who) if verb != EDIT else None


def town(steps: list[tuple[str, UUID, bool, int]]) -> Town:
    made = Town()
    for verb, who, anyone, version in steps:
        made.take(verb, who, anyone=anyone, version=version)
    return made


@given(st.lists(STEP, max_size=40))
def test_what_is_in_effect_is_what_the_steps_came_to(steps: list[tuple[str, UUID, bool, int]]) -> None:
    made = town(steps)
    edits = {line.version for line in made.lines if line.verb == EDIT}
    assert in_effect(made.lines) & edits == made.board


@given(st.lists(STEP, max_size=40))
def test_undoing_the_newest_step_leads_through_plans_that_were_there_before_to_the_beginning(
    steps: list[tuple[str, UUID, bool, int]],
) -> None:
    made = Town()
    boards = {0: frozenset[int]()}
    for verb, who, anyone, version in steps:
        if made.take(verb, who, anyone=anyone, version=version):
            boards[len(made.lines)] = frozenset(made.board)
    while way := trail(made.lines).done:
        assert trail(made.lines).is_turn(UNDO, way[-1])
        assert made.take(UNDO, BEN, anyone=True)
        assert made.board == boards[way[-2] if len(way) > 1 else 0]
    assert made.board == set()


def test_a_take_back_taken_back_puts_the_edit_into_effect_again() -> None:
    made = town([(EDIT, ANN, False, 0), (EDIT, ANN, False, 0), (TAKE_BACK, ANN, False, 1), (TAKE_BACK, ANN, False, 3)])
    assert in_effect(made.lines) == {1, 2, 4}
    assert made.take(TAKE_BACK, BEN, version=1)
    assert in_effect(made.lines) == {2, 4, 5}


def test_an_undo_out_of_turn_can_itself_be_undone() -> None:
    made = town([(EDIT, ANN, False, 0), (EDIT, BEN, False, 0), (UNDO, ANN, False, 0)])
    assert (made.board, trail(made.lines).done) == ({2}, (1, 2, 3))
    assert made.take(UNDO, BEN, anyone=True)
    assert made.board == {1, 2}


def test_with_nothing_done_there_is_no_way_back() -> None:
    with pytest.raises(RefusedError):
        to_undo([], None)

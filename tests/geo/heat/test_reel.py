"""A film's compiled walks count what plain sums count, whatever the issues and the steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.heat import reel
from geo.heat.bins import slices, tally

ISSUES = st.lists(st.tuples(st.integers(0, 6), st.integers(20_000, 20_060), st.booleans()), max_size=80)


def columns(issues: list[tuple[int, int, bool]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = sorted(issues)
    return (
        np.array([spot for spot, _, _ in rows], np.int32),
        np.array([day for _, day, _ in rows], np.int32),
        np.array([kept for _, _, kept in rows], np.bool_),
    )


@given(issues=ISSUES, step=st.integers(1, 30))
def test_the_walks_count_what_plain_sums_count(issues: list[tuple[int, int, bool]], step: int) -> None:
    spot, day, keep = columns(issues)
    of_day = np.asarray(np.arange(61) // step, np.int32)
    entries = reel.tally(spot, day, keep, 20_000, of_day, int(keep.sum()))
    spots, start, at, many = reel.by_step(*entries, int(of_day[-1]) + 1)
    zeros = np.zeros(int(keep.sum()), np.int64)
    plain = slices(tally(spot[keep], zeros, day[keep]), 20_000, 20_060, step=step)
    assert spots.tolist() == plain.cells.tolist()
    assert start.tolist() == plain.start.tolist()
    assert at.tolist() == plain.at.tolist()
    assert many.tolist() == plain.count.tolist()


@given(issues=ISSUES)
def test_steps_joined_are_steps_of_twice_the_length(issues: list[tuple[int, int, bool]]) -> None:
    spot, day, keep = columns(issues)
    made = {
        step: reel.tally(spot, day, keep, 20_000, np.asarray(np.arange(61) // step, np.int32), int(keep.sum()))
        for step in (7, 14)
    }
    assert [v.tolist() for v in reel.joined(*made[7])] == [v.tolist() for v in made[14]]


@pytest.mark.parametrize(("kept", "span"), [([True, False, True], (3, 9)), ([False, True, False], (5, 5))])
def test_the_span_is_that_of_the_issues_that_are_kept(kept: list[bool], span: tuple[int, int]) -> None:
    assert reel.span(np.array([3, 5, 9], np.int32), np.array(kept), 0, 99) == span


def test_nothing_kept_has_no_span() -> None:
    first, last = reel.span(np.array([3], np.int32), np.array([False]), 0, 99)
    assert first > last

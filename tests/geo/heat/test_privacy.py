"""No sum of answers says anything of fewer than five people; the careless way, beside it, does."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.heat.privacy import FEWEST_REPORTERS, Release, Reports, release

MONTHS = range(3)
GROUPS = range(3)
Answer = dict[tuple[int, int], int]


def a_town(seed: int, issues: int = 600) -> Reports:
    rng = np.random.default_rng(seed)
    cell = rng.choice(60, issues, p=rng.dirichlet(np.full(60, 0.4)))
    return Reports(cell, rng.integers(0, 3, issues), rng.integers(0, 3, issues), rng.integers(0, 150, issues))


def queries() -> list[tuple[int, int, frozenset[int]]]:
    kinds = [frozenset(k) for n in (1, 2, 3) for k in combinations(GROUPS, n)]
    return [(a, b, k) for a in MONTHS for b in MONTHS if a <= b for k in kinds]


def careless(reports: Reports, first: int, last: int, groups: frozenset[int]) -> Answer:
    """Each map for itself hides cells with fewer than five reporters, and nothing else."""
    own = (reports.month >= first) & (reports.month <= last) & np.isin(reports.group, list(groups))
    shown = {}
    for cell in np.unique(reports.cell[own]):
        inside = own & (reports.cell == cell)
        if len(np.unique(reports.reporter[inside])) >= FEWEST_REPORTERS:
            shown[int(cell), 1] = int(inside.sum())
    return shown


def careful(told: Release, first: int, last: int, groups: frozenset[int]) -> Answer:
    shown: Answer = {}
    for block in told.answer(first, last, groups):
        shown[block.cell, block.size] = shown.get((block.cell, block.size), 0) + block.count
    return shown


def lives_exposed(reports: Reports, answers: dict[tuple[int, int, frozenset[int]], Answer]) -> int:
    """The attacker: subtract one map from every larger one; each difference that is of one to four people counts."""
    exposed = 0
    for small, large in ((s, g) for s in answers for g in answers if s != g and is_within(s, g)):
        for place, count in answers[large].items():
            more = count - answers[small].get(place, 0)
            if place in answers[small] and more and of_few(reports, place, small, large, more):
                exposed += 1
    return exposed


def is_within(small: tuple[int, int, frozenset[int]], large: tuple[int, int, frozenset[int]]) -> bool:
    return large[0] <= small[0] and small[1] <= large[1] and small[2] <= large[2]


def of_few(reports: Reports, place: tuple[int, int], small: tuple, large: tuple, more: int) -> bool:  # type: ignore[type-arg]
    cell, size = place
    inside = (reports.cell >= cell) & (reports.cell < cell + size)
    is_in = [
        inside & (reports.month >= q[0]) & (reports.month <= q[1]) & np.isin(reports.group, list(q[2]))
        for q in (small, large)
    ]
    between = is_in[1] & ~is_in[0]
    return int(between.sum()) == more and len(np.unique(reports.reporter[between])) < FEWEST_REPORTERS


@pytest.mark.parametrize("seed", range(3))
def test_subtracting_any_two_maps_shows_nobody(seed: int) -> None:
    reports = a_town(seed)
    told = release(reports)
    assert told.blocks
    assert lives_exposed(reports, {q: careful(told, *q) for q in queries()}) == 0


def test_the_careless_way_shows_people() -> None:
    """The control, which must fail: hiding small cells of each map alone."""
    reports = a_town(0)
    assert lives_exposed(reports, {q: careless(reports, *q) for q in queries()}) > 0


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(0, 400))
def test_blocks_share_nothing_and_each_holds_five_people(seed: int, issues: int) -> None:
    """What makes it safe against any sum of answers: they are disjoint, and an answer never cuts one."""
    reports = a_town(seed, issues)
    told = release(reports)
    assert sum(b.count for b in told.blocks) + told.untold == issues
    assert all(b.reporters >= FEWEST_REPORTERS for b in told.blocks)
    everything = told.answer(0, 2)
    for q in queries():
        assert set(told.answer(*q)) <= set(everything)
    alone = [(b.cell, b.groups, b.month) for b in everything if b.size == 1]
    assert len(set(alone)) == len(alone)


def test_one_person_fifty_times_is_one_person() -> None:
    fifty = Reports(np.zeros(50, int), np.zeros(50, int), np.zeros(50, int), np.zeros(50, int))
    assert release(fifty).blocks == ()
    assert release(fifty).untold == 50


def test_a_threshold_of_one_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        release(a_town(1), fewest=1)

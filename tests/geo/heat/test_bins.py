"""Bins say exactly what counting one by one says."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.heat.bins import day_of, month_of, number, slices, tally

ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4), st.integers(20_000, 20_120)), max_size=80)


def columns(rows: list[tuple[int, int, int]]) -> tuple[list[int], list[int], list[int]]:
    return [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]


@given(ROWS, st.integers(20_000, 20_120), st.integers(0, 90), st.sets(st.integers(1, 4)))
def test_any_period_and_categories_equal_a_count_by_hand(
    rows: list[tuple[int, int, int]], first: int, length: int, categories: set[int]
) -> None:
    cells, counts = tally(*columns(rows)).within(first, first + length, categories).totals()
    by_hand = Counter(c for c, k, d in rows if first <= d <= first + length and k in categories)
    assert dict(zip(cells.tolist(), counts.tolist(), strict=True)) == by_hand


@given(ROWS)
def test_months_are_the_sums_of_their_days(rows: list[tuple[int, int, int]]) -> None:
    months = tally(*columns(rows)).months()
    by_hand = Counter((c, k, int(month_of(d))) for c, k, d in rows)
    told = np.stack([months.cell, months.category, months.period, months.count], axis=1).tolist()
    assert {(c, k, m): n for c, k, m, n in told} == by_hand


@given(ROWS, st.integers(1, 30))
def test_a_film_shows_every_issue_in_its_step(rows: list[tuple[int, int, int]], step: int) -> None:
    film = slices(tally(*columns(rows)), 20_000, 20_120, step=step)
    shown: Counter[tuple[int, int]] = Counter()
    for t in range(len(film.start) - 1):
        for k in range(film.start[t], film.start[t + 1]):
            shown[t, int(film.cells[film.at[k]])] += int(film.count[k])
    assert shown == Counter(((d - 20_000) // step, c) for c, _, d in rows)


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    late = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC).timestamp()
    assert day_of([late, late + 1]).tolist() == [number(date(2026, 3, 1)), number(date(2026, 3, 2))]
    assert np.array_equal(month_of([number(date(2026, 2, 28)), number(date(2026, 3, 1))]), [24313, 24314])

"""Deadlines equal an independent calendar to the second; a paused clock loses nothing and counts nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.issues import workdays
from api.issues.clocks import Clock, Limit, TimeUnit, limit_for
from api.issues.workdays import BEIJING, DAY_S, around
from tests.api.issues import slow_calendar

moments = st.integers(0, 300 * 86_400).map(lambda s: datetime(2025, 1, 2, tzinfo=UTC) + timedelta(seconds=s))


@settings(max_examples=120, deadline=None)
@given(moments, st.integers(1, 12 * DAY_S))
def test_deadlines_equal_an_independent_calendar_to_the_second(start: datetime, seconds: int) -> None:
    assert around(start).advance(start, seconds) == slow_calendar.due(start, seconds)


@settings(max_examples=300, deadline=None)
@given(moments, st.integers(1, 60 * DAY_S))
def test_elapsed_is_the_inverse_of_advance(start: datetime, seconds: int) -> None:
    calendar = around(start)
    assert calendar.elapsed(start, calendar.advance(start, seconds)) == seconds


@settings(max_examples=300, deadline=None)
@given(moments, st.sampled_from(TimeUnit), st.integers(1, 20), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_pause_neither_loses_nor_counts_twice(
    start: datetime, unit: TimeUnit, amount: int, run_s: int, pause_s: int
) -> None:
    clock = Clock.started(Limit(1, None, None, "handle", amount, unit), start)
    stopped = clock.paused(start + timedelta(seconds=run_s))
    resumed = stopped.resumed(start + timedelta(seconds=run_s + pause_s))
    assert stopped.due is None
    assert stopped.spent(start + timedelta(days=400)) == clock.spent(start + timedelta(seconds=run_s))
    due = resumed.due
    assert due is not None
    if resumed.spent_s < resumed.total_s:
        assert resumed.spent(due) == resumed.total_s


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-11-23 10:00", 1, TimeUnit.WORKING_DAYS, "2026-11-24 10:00"),
        ("2026-11-20 17:00", 2, TimeUnit.WORKING_HOURS, "2026-11-23 10:00"),
        ("2026-11-20 17:00", 2, TimeUnit.HOURS, "2026-11-20 19:00"),
        ("2026-11-20 17:00", 2, TimeUnit.CALENDAR_DAYS, "2026-11-22 17:00"),
        ("2026-11-24 11:30", 1, TimeUnit.WORKING_HOURS, "2026-11-24 13:30"),
        ("2026-11-24 12:30", 5, TimeUnit.WORKING_HOURS, "2026-11-24 18:00"),
        ("2025-09-30 17:00", 2, TimeUnit.WORKING_HOURS, "2025-10-09 10:00"),
        ("2025-10-10 17:00", 2, TimeUnit.WORKING_HOURS, "2025-10-11 10:00"),
    ],
)
def test_a_few_deadlines_by_hand(start: str, amount: int, unit: TimeUnit, due: str) -> None:
    clock = Clock.started(Limit(1, None, None, "handle", amount, unit), _beijing(start))
    assert clock.due == _beijing(due)


def _beijing(said: str) -> datetime:
    return datetime.strptime(said, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


def test_a_year_that_is_not_announced_is_provisional() -> None:
    supposed = workdays.supposed(2031)
    assert not supposed.known
    assert date(2031, 1, 1) not in supposed.days
    assert date(2031, 1, 2) in supposed.days
    assert workdays.year_of(2025).known
    late = datetime(2026, 12, 30, 2, tzinfo=UTC)
    clock = Clock.started(Limit(1, None, None, "handle", 5, TimeUnit.WORKING_DAYS), late)
    assert clock.is_provisional is not workdays.year_of(2027).known


def test_the_most_particular_limit_of_the_newest_version_holds() -> None:
    rows = [
        Limit(1, None, None, "handle", 1, TimeUnit.HOURS),
        Limit(1, None, 3, "handle", 2, TimeUnit.HOURS),
        Limit(1, "safety", None, "handle", 3, TimeUnit.HOURS),
        Limit(1, "safety.gas", None, "handle", 4, TimeUnit.HOURS),
        Limit(2, None, None, "handle", 5, TimeUnit.HOURS),
    ]

    def amount(limits: list[Limit], category: str, severity: int) -> int:
        found = limit_for(limits, category=category, severity=severity, stage="handle")
        assert found is not None
        return found.amount

    assert amount(rows[:4], "green.tree", 1) == 1
    assert amount(rows[:4], "green.tree", 3) == 2
    assert amount(rows[:4], "safety.wiring", 3) == 3
    assert amount(rows[:4], "safety.gas", 3) == 4
    assert amount(rows, "safety.gas", 3) == 5
    assert limit_for(rows, category="safety.gas", severity=1, stage="close") is None

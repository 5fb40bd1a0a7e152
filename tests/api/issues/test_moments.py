"""When a report was made: the phone's clock counts for spans, never for the hour; what can not be is not believed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.issues.moments import OLDEST, day_of, moments_of

NOW = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
"""Half past midnight of the 26th in Beijing."""
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("made", "sent", "day", "is_believed"),
    [
        (None, None, date(2026, 11, 26), True),
        (NOW - HOUR, None, date(2026, 11, 25), True),
        (NOW - HOUR, NOW, date(2026, 11, 25), True),
        (NOW - 4 * HOUR, NOW - 3 * HOUR, date(2026, 11, 25), True),
        (NOW + 2 * HOUR, NOW + 3 * HOUR, date(2026, 11, 25), True),
        (NOW - 3 * HOUR, NOW - 3 * HOUR, date(2026, 11, 26), True),
        (NOW + 3 * HOUR, None, date(2026, 11, 26), False),
        (NOW - OLDEST - HOUR, None, date(2026, 11, 26), False),
        (datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 1, tzinfo=UTC), date(2026, 11, 25), True),
        (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), date(2026, 11, 26), False),
    ],
)
def test_the_day_is_that_of_the_making_by_our_clock(
    made: datetime | None, sent: datetime | None, day: date, *, is_believed: bool
) -> None:
    found = moments_of(made, sent, NOW)
    assert (found.day, found.is_believed) == (day, is_believed)


ages = st.integers(0, int(OLDEST.total_seconds())).map(lambda s: timedelta(seconds=s))
errors = st.integers(-(10**9), 10**9).map(lambda s: timedelta(seconds=s))


@given(ages, errors)
def test_however_wrong_the_clock_the_age_of_a_report_is_known(age: timedelta, error: timedelta) -> None:
    found = moments_of(NOW - age - error, NOW - error, NOW)
    assert abs(found.made_at - (NOW - age)) <= timedelta(minutes=10)
    assert found.made_at <= NOW
    assert abs(found.skew_s) < 2**31


def test_what_claims_to_have_waited_for_years_is_routed_by_its_arrival() -> None:
    assert day_of(NOW - timedelta(days=400), NOW) == date(2026, 11, 26)
    assert day_of(NOW + HOUR, NOW) == date(2026, 11, 26)

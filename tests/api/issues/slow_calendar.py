"""A second calendar, counted second by second from the State Council's own words; slow, and sharing nothing with ours.

Sources: 国办发明电〔2024〕12号 (2025) and 国办发明电〔2025〕7号 (2026): holidays, and the weekends worked for them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

OFF = {
    *((2025, 1, 1), (2025, 10, 1), (2025, 10, 2), (2025, 10, 3), (2025, 10, 6), (2025, 10, 7), (2025, 10, 8)),
    *((2025, 1, 28), (2025, 1, 29), (2025, 1, 30), (2025, 1, 31), (2025, 2, 3), (2025, 2, 4)),
    *((2025, 4, 4), (2025, 5, 1), (2025, 5, 2), (2025, 5, 5), (2025, 6, 2)),
}
WORKED = {(2025, 1, 26), (2025, 2, 8), (2025, 4, 27), (2025, 9, 28), (2025, 10, 11)}


def is_open(day: date) -> bool:
    """Whether offices were open on a day of 2025."""
    key = (day.year, day.month, day.day)
    return key in WORKED or (day.weekday() < 5 and key not in OFF)


def counts(moment: datetime) -> bool:
    """Whether the second that begins at ``moment`` is one of office hours (9–12, 13–18 in Beijing)."""
    here = moment + timedelta(hours=8)
    return is_open(here.date()) and (9 <= here.hour < 12 or 13 <= here.hour < 18)


def due(start: datetime, seconds: int) -> datetime:
    """The moment at which so many seconds of office hours have passed; hours and minutes are all of one kind."""
    here = start.astimezone(UTC).replace(tzinfo=None)
    while seconds > 0:
        whole = 1 if here.second else 60 if here.minute else 3600
        step = next(s for s in (3600, 60, 1) if s <= whole and (not counts(here) or seconds >= s))
        seconds -= step if counts(here) else 0
        here += timedelta(seconds=step)
    return here.replace(tzinfo=UTC)

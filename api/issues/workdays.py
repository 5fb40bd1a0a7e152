"""China's working calendar, to the second: office hours, weekends, holidays, and the weekends worked for them (调休).

The State Council announces each year in the autumn before; for a year not yet announced the calendar is *provisional*:
weekends and the fixed holidays of the solar calendar are off, everything else is worked. Deadlines that touch it are
reckoned again once the year is known. All reckoning is in Beijing time, which has had no summer time since 1991.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import accumulate

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
HOURS: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13), time(18)))
"""Office hours of every working day: eight of them."""
DAY_S = sum((t.hour - s.hour) * 3600 for s, t in HOURS)
SPANS = tuple((s.hour * 3600 + s.minute * 60, t.hour * 3600 + t.minute * 60) for s, t in HOURS)
"""The same in seconds of the day."""
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
FIRST_YEAR, LAST_YEAR = 2004, 2100


@dataclass(frozen=True, slots=True)
class Year:
    """The working days of one year, and whether they were announced or only supposed."""

    days: tuple[date, ...]
    known: bool


def supposed(year: int) -> Year:
    """A year that nobody has announced yet."""
    first = date(year, 1, 1)
    whole = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    days = tuple(d for d in whole if d.weekday() < 5 and (d.month, d.day) not in FIXED_HOLIDAYS)  # noqa: PLR2004  # Saturday
    return Year(days, known=False)


@lru_cache(256)
def year_of(year: int) -> Year:
    """The working days of a year, as announced where chinesecalendar knows it."""
    import chinese_calendar  # noqa: PLC0415  # takes a moment; only who reckons deadlines needs it

    first = date(year, 1, 1)
    whole = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    try:
        return Year(tuple(d for d in whole if chinese_calendar.is_workday(d)), known=True)
    except NotImplementedError:
        return supposed(year)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days between two years; ``advance`` and ``elapsed`` are each other's inverse."""

    first: int
    days: tuple[date, ...]
    unknown: frozenset[int]

    def advance(self, start: datetime, seconds: int) -> datetime:
        """The moment at which ``seconds`` of office hours have passed since ``start``.

        Time outside office hours does not count; no time at all gives ``start`` itself. Aware in, UTC-comparable out.
        """
        if seconds <= 0:
            return start
        here = start.astimezone(BEIJING)
        index, spent = self._place(here)
        whole, rest = divmod(spent + seconds, DAY_S)
        if rest == 0:
            whole, rest = whole - 1, DAY_S
        return _at(self.days[index + whole], rest)

    def elapsed(self, start: datetime, end: datetime) -> int:
        """The whole seconds of office hours between two moments; 0 where ``end`` comes first."""
        first, spent = self._place(start.astimezone(BEIJING))
        last, later = self._place(end.astimezone(BEIJING))
        return max(0, (last - first) * DAY_S + later - spent)

    def _place(self, here: datetime) -> tuple[int, int]:
        """The index of the working day at or after ``here``, and the seconds already worked on it."""
        index = bisect_right(self.days, here.date() - timedelta(days=1))
        if index == len(self.days):
            raise OverflowError(f"The working calendar ends before {here:%Y-%m-%d}.")
        return index, _worked(here.time()) if self.days[index] == here.date() else 0

    def is_provisional(self, start: datetime, end: datetime) -> bool:
        """Whether the span touches a year that is not announced yet."""
        years = range(start.astimezone(BEIJING).year, end.astimezone(BEIJING).year + 1)
        return not self.unknown.isdisjoint(years)


def _worked(clock: time) -> int:
    """The seconds of office hours of a day before a time of it."""
    now = clock.hour * 3600 + clock.minute * 60 + clock.second
    return sum(max(0, min(now, end) - begin) for begin, end in SPANS)


def _at(day: date, worked: int) -> datetime:
    """The first moment of a day at which ``worked`` seconds of office hours have passed."""
    lengths = [(t.hour - s.hour) * 3600 + (t.minute - s.minute) * 60 for s, t in HOURS]
    for (begin, _), length, done in zip(HOURS, lengths, accumulate(lengths), strict=True):
        if worked <= done:
            return datetime.combine(day, begin, BEIJING) + timedelta(seconds=worked - (done - length))
    raise ValueError(f"A day has {DAY_S} working seconds, not {worked}.")


@lru_cache(32)
def calendar(first: int, last: int) -> Calendar:
    """The working calendar of the years ``first`` to ``last``."""
    years = {year: year_of(year) for year in range(max(first, FIRST_YEAR), min(last, LAST_YEAR) + 1)}
    days = tuple(day for year in years.values() for day in year.days)
    return Calendar(first, days, frozenset(year for year, found in years.items() if not found.known))


def around(moment: datetime) -> Calendar:
    """The calendar that a deadline begun at ``moment`` needs: from the year before to three years on."""
    return calendar(moment.year - 1, moment.year + 3)

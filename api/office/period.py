"""Days and periods of the office, on the clock of Shanghai."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from api.errors import InvalidError

if TYPE_CHECKING:
    from api.office.schemas import Period

SHANGHAI = ZoneInfo("Asia/Shanghai")
USUAL_DAYS = 30


def today() -> date:
    """The day it is in Shanghai."""
    return datetime.now(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """When a day begins in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def first_day(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def last_day(day: date) -> date:
    """The last day of a day's month.

    >>> last_day(date(2028, 2, 3))
    datetime.date(2028, 2, 29)
    """
    return first_day(first_day(day) + timedelta(days=32)) - timedelta(days=1)


def span(asked: Period, today: date) -> dict[str, Any]:
    """A period as values of SQL; the last thirty days without one.

    Raises:
        InvalidError: it ends before it begins.
    """
    until = asked.until or today
    since = asked.since or until - timedelta(days=USUAL_DAYS - 1)
    if since > until:
        raise InvalidError("截止日期早于起始日期。", "The period ends before it begins.")
    return {"since": since, "until": until, "place": asked.place}

"""When a report happened, by the sender's clock put right, and by which day's boundaries it is routed.

A report may wait for hours without signal: the boundaries that count are those of the day on which somebody stood
there. The phone's clock is trusted for spans only: what it shows while sending tells how wrong it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from api.issues.workdays import BEIJING

SKEW_WORTH_SAYING = timedelta(minutes=10)
OLDEST = timedelta(days=30)
"""A report that claims to have waited longer than this is routed by the day on which it arrives."""
MOST_S = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Moments:
    """When a report arrived and when it was made (aware), and what is wrong with the clock that said so."""

    arrived_at: datetime
    made_at: datetime
    skew: timedelta
    """How far the sender's clock is behind ours."""
    is_believed: bool
    """Whether the moment it names can be; else it counts as made within the bounds."""

    @property
    def clock_is_off(self) -> bool:
        """Whether the sender's clock is off by more than a letter takes."""
        return abs(self.skew) > SKEW_WORTH_SAYING

    @property
    def skew_s(self) -> int:
        """The clock's error in seconds, within what the store holds."""
        return max(-MOST_S, min(MOST_S, round(self.skew.total_seconds())))

    @property
    def day(self) -> date:
        """The day (Beijing) by whose boundaries it is routed."""
        return day_of(self.made_at if self.is_believed else self.arrived_at, self.arrived_at)


def moments_of(made_at: datetime | None, sent_at: datetime | None, now: datetime) -> Moments:
    """What the sender's clock said, put right by ours.

    Args:
        made_at: when it happened, by the sender's clock; None for now.
        sent_at: what that clock showed while sending; None where nobody said.
        now: our clock.
    """
    skew = now - sent_at if sent_at else timedelta()
    try:
        said = (made_at or now) + (skew if abs(skew) > SKEW_WORTH_SAYING else timedelta())
    except OverflowError:  # a clock at the end of the calendar
        return Moments(now, now, skew, is_believed=False)
    within = min(max(said, now - OLDEST), now)
    return Moments(now, within.astimezone(UTC), skew, is_believed=abs(said - within) <= SKEW_WORTH_SAYING)


def day_of(made_at: datetime, arrived_at: datetime) -> date:
    """The day (Beijing) by whose boundaries a case is routed: that of its making, if it can have waited so long."""
    can_be = timedelta() <= arrived_at - made_at < OLDEST
    return (made_at if can_be else arrived_at).astimezone(BEIJING).date()

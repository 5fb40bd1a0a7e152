"""When a stage is due: a limit kept as data, running in office hours or round the clock.

A clock stands still only in 挂账 and while the reporter's answer is awaited. A working day is as long as eight office
hours: what begins on Monday at ten with one working day is due on Tuesday at ten. A clock is a frozen value; pausing
and resuming give new ones, and no second is counted twice or lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from api.issues import workdays

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from api.issues.workdays import Calendar


class TimeUnit(StrEnum):
    """How a limit is counted."""

    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"
    """Round the clock, 24/7."""

    @property
    def seconds(self) -> int:
        """How many seconds of its own kind one of it has."""
        return {"working_hours": 3600, "working_days": workdays.DAY_S, "calendar_days": 86_400, "hours": 3600}[self]

    @property
    def is_worked(self) -> bool:
        """Whether only office hours count."""
        return self in (TimeUnit.WORKING_HOURS, TimeUnit.WORKING_DAYS)


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the table of limits; None fits everything."""

    version: int
    category: str | None
    severity: int | None
    stage: str
    amount: int
    unit: TimeUnit


def limit_for(limits: Iterable[Limit], *, category: str, severity: int, stage: str) -> Limit | None:
    """The most particular limit of the newest version that fits: sub-category before category, then severity."""

    def rank(limit: Limit) -> tuple[int, int, int]:
        depth = 0 if limit.category is None else 1 + limit.category.count(".")
        return limit.version, depth, 0 if limit.severity is None else 1

    fits = [
        limit
        for limit in limits
        if limit.stage == stage
        and limit.category in (None, category, category.partition(".")[0])
        and limit.severity in (None, severity)
    ]
    return max(fits, key=rank, default=None)


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one stage. ``since`` is None while it stands still; seconds are of the unit's own kind."""

    unit: TimeUnit
    total_s: int
    spent_s: int
    since: datetime | None

    @classmethod
    def started(cls, limit: Limit, at: datetime) -> Clock:
        """The clock of a stage that begins now."""
        return cls(limit.unit, limit.amount * limit.unit.seconds, 0, at.replace(microsecond=0))

    @property
    def due(self) -> datetime | None:
        """When the limit is reached; None while it stands still."""
        return self.at_percent(100)

    def at_percent(self, percent: int) -> datetime | None:
        """When ``percent`` of the limit has passed; ``since`` where that was before the last pause."""
        if self.since is None:
            return None
        left = self.total_s * percent // 100 - self.spent_s
        return self._advance(self.since, left)

    def spent(self, at: datetime) -> int:
        """The seconds that have counted until ``at``."""
        if self.since is None or at <= self.since:
            return self.spent_s
        if self.unit.is_worked:
            return self.spent_s + self._calendar(self.since).elapsed(self.since, at)
        return self.spent_s + int((at - self.since).total_seconds())

    def paused(self, at: datetime) -> Clock:
        """The clock, standing still from ``at`` on."""
        return replace(self, spent_s=self.spent(at.replace(microsecond=0)), since=None)

    def resumed(self, at: datetime) -> Clock:
        """The clock, running again from ``at`` on."""
        return self if self.since is not None else replace(self, since=at.replace(microsecond=0))

    def extended(self, hours: int) -> Clock:
        """The clock with some more hours of its own kind."""
        return replace(self, total_s=self.total_s + hours * 3600)

    @property
    def is_provisional(self) -> bool:
        """Whether its deadline leans on a year that is not announced yet."""
        due = self.due
        if due is None or self.since is None or not self.unit.is_worked:
            return False
        return self._calendar(self.since).is_provisional(self.since, due)

    def _advance(self, start: datetime, seconds: int) -> datetime:
        if seconds <= 0:
            return start
        if self.unit.is_worked:
            return self._calendar(start).advance(start, seconds)
        return start + timedelta(seconds=seconds)

    def _calendar(self, moment: datetime) -> Calendar:
        return workdays.around(moment)

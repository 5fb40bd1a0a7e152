"""Rings what is due: each reminder once, also after an outage; and reckons deadlines again once a year is announced.

The queue are the tables ``issue_alarm`` and, for whistles, ``issue_call_alarm`` themselves: an alarm is marked and its
event written in one transaction (steps 0053, 0054), so a worker killed between two leaves nothing half done, and ten
that come back at once ring nothing twice. They ring one after the other: side by side each would skip what another
holds, and a case could be urged before it is reminded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import connect

from api.issues.clocks import Clock, TimeUnit
from api.issues.limits import RUNGS

if TYPE_CHECKING:
    from datetime import datetime, timedelta

BATCH = 200
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('ring', 0))"


def ring(url: str, now: datetime) -> int:
    """Ring everything that is due at ``now``, batch by batch; how many events that left."""
    rung = 0
    while True:
        with connect(url) as connection:
            connection.execute(ONE_AT_A_TIME)
            row = connection.execute("SELECT ring_alarms(%s, %s) + ring_calls(%s, %s)", [now, BATCH] * 2).fetchone()
            left = connection.execute("SELECT alarms_due(%s)", [now]).fetchone()
        assert row is not None
        assert left is not None
        rung += int(row[0])
        if not left[0]:
            return rung


def reckon_again(url: str) -> int:
    """Work out anew every running deadline that leaned on a year not announced then; how many moved."""
    moved = 0
    with connect(url) as connection:
        for row in connection.execute("SELECT * FROM provisional_clocks()").fetchall():
            issue, stage_no, _, unit, total, spent, since, due = row
            clock = Clock(TimeUnit(unit), total, spent, since)
            dues = [clock.at_percent(percent) for percent in RUNGS]
            values = [issue, stage_no, clock.due, clock.is_provisional, list(RUNGS), dues]
            connection.execute("SELECT reckon_again(%s, %s, %s, %s, %s::integer[], %s::timestamptz[])", values)
            moved += clock.due != due
    return moved


def tidy(url: str, now: datetime, keep: timedelta) -> None:
    """Forget what has been told to everybody, and photos that no report ever came for."""
    with connect(url) as connection:
        connection.execute("SELECT tidy_issues(%s)", [now - keep])

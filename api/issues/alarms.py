"""Rings what is due: each reminder once, also after an outage; ends pauses; reckons deadlines again by a new calendar.

The queue are the tables ``issue_alarm`` and, for whistles, ``issue_call_alarm`` themselves: an alarm is marked and its
event written in one transaction (steps 0053, 0054), so a worker killed between two leaves nothing half done, and ten
that come back at once ring nothing twice. They ring one after the other: side by side each would skip what another
holds, and a case could be urged before it is reminded.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from psycopg import connect

from api.issues.clocks import Clock, Limit, TimeUnit, limit_for
from api.issues.limits import RUNGS, rungs
from api.issues.matter import Stage
from api.issues.workdays import BEIJING

if TYPE_CHECKING:
    from datetime import date, timedelta

    from psycopg import Connection

BATCH = 200
END_PAUSE = "SELECT end_pause(%s, %s, %s, %s, %s, %s, %s::integer[], %s::timestamptz[])"
USUAL_ANSWER = Limit(0, None, None, Stage.ANSWER.value, 5, TimeUnit.WORKING_DAYS)
"""Where the table of limits says nothing about the reporter's answer."""
ANSWERED_WITHIN = """
SELECT version, category, severity, stage, amount, unit FROM issue_limit WHERE stage = 'answer'
   AND version = (SELECT max(version) FROM issue_limit_version WHERE since <= %s)
"""
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


def end_pauses(url: str, now: datetime) -> int:
    """Let every clock run on whose pause is over at ``now``; how many.

    挂账 ends as its day of review begins (Beijing), waiting for the reporter with the limit of the stage ``answer``
    that held when the question was asked. The clock runs on from that moment, however late the worker comes to it.
    """
    ended = 0
    with connect(url) as connection:
        for row in connection.execute("SELECT * FROM pauses(%s)", [now]).fetchall():
            issue, version, category, severity, unit, total, spent, review, asked_at = row
            since = _review_begins(review) if review else _waited(connection, category, severity, asked_at or now)
            if since > now:
                continue
            clock = Clock(TimeUnit(unit), total, spent, since) if unit else None
            due, provisional = (clock.due, clock.is_provisional) if clock else (None, False)
            rung = rungs(clock)
            values = [issue, version, now, since, due, provisional, rung["percents"], rung["dues"]]
            done = connection.execute(END_PAUSE, values).fetchone()
            ended += bool(done and done[0])
    return ended


def _review_begins(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)


def _waited(connection: Connection, category: str, severity: int, asked_at: datetime) -> datetime:
    """When the reporter's time to answer is over."""
    rows = connection.execute(ANSWERED_WITHIN, [asked_at]).fetchall()
    limits = [Limit(v, c, s, stage, amount, TimeUnit(unit)) for v, c, s, stage, amount, unit in rows]
    limit = limit_for(limits, category=category, severity=severity, stage=Stage.ANSWER.value) or USUAL_ANSWER
    due = Clock.started(limit, asked_at).due
    assert due is not None
    return due


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

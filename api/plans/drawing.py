"""Carries out a run: takes up what is not yet drawn, draws it, writes it down community by community.

Each neighbourhood of compounds is written in a transaction of its own, its steps with it. A worker that is killed
therefore loses at most the neighbourhood it was at, and the next one goes on behind the last written step; since every
neighbourhood is drawn from its own places and the run's seed, the plan comes out the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

from psycopg import connect

from api.plans.ground import read_community
from api.plans.write import Sheet, note_empty, write_drawing
from geo.drawing.draw import draw
from geo.drawing.wishes import Wishes
from geo.partition.leanings import Leanings
from geo.topology.bounds import Rule
from geo.topology.portions import inhabited, neighbouring
from geo.topology.survey import ground_of, plane_of

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from uuid import UUID

    from psycopg import Connection

CLAIM = """
UPDATE plan_run SET state = 'running', started_at = coalesce(started_at, now())
 WHERE id = %s AND state IN ('waiting', 'running')
RETURNING plan_id, seed, prove, weights
"""
RULE = "SELECT least, most, target FROM plan WHERE id = %s"
COMMUNITIES = """
SELECT DISTINCT c.id, c.code FROM plan_run_step t JOIN community c ON c.id = t.community_id
 WHERE t.run_id = %s AND t.state = 'waiting' ORDER BY c.code
"""
WAITING = "SELECT compound_id::text FROM plan_run_step WHERE run_id = %s AND community_id = %s AND state = 'waiting'"
CANCELLED = "SELECT cancel_asked FROM plan_run WHERE id = %s"
END = "UPDATE plan_run SET state = %s, trouble = %s, ended_at = now() WHERE id = %s AND state = 'running'"


@dataclass(frozen=True, slots=True)
class Task:
    """A run as the worker knows it."""

    run_id: UUID
    plan_id: UUID
    wishes: Wishes


def carry_out(url: str, run_id: UUID, pool: Executor) -> None:
    """Draw what is not yet drawn of a run; returns when it is done, cancelled or failed.

    Args:
        url: the store, as the service's role; the run's communities are all that is seen of it.
        run_id: the run.
        pool: processes that draw.
    """
    task = _claim(url, run_id)
    if task is None:
        return
    try:
        state = "done" if _draw_all(url, task, pool) else "cancelled"
        _end(url, run_id, state)
    except Exception as error:
        _end(url, run_id, "failed", str(error)[:1000])
        raise


def _enter(connection: Connection, run_id: UUID) -> None:
    connection.execute("SELECT enter_for_run(%s)", [run_id])


def _claim(url: str, run_id: UUID) -> Task | None:
    with connect(url) as connection:
        _enter(connection, run_id)
        row = connection.execute(CLAIM, [run_id]).fetchone()
        if row is None:
            return None
        plan_id, seed, prove, weights = row
        rule = connection.execute(RULE, [plan_id]).fetchone()
        assert rule is not None
        return Task(run_id, plan_id, Wishes(Rule(*rule), seed, prove, weights=Leanings(**weights or {}).weights()))


def _draw_all(url: str, task: Task, pool: Executor) -> bool:
    """Draw community by community; False when the run was called off on the way."""
    with connect(url) as connection:
        _enter(connection, task.run_id)
        communities = [row[0] for row in connection.execute(COMMUNITIES, [task.run_id]).fetchall()]
    return all(_draw_community(url, task, community, pool) for community in communities)


def _draw_community(url: str, task: Task, community_id: UUID, pool: Executor) -> bool:
    with connect(url) as connection:
        _enter(connection, task.run_id)
        city = read_community(connection, community_id)
        waiting = {row[0] for row in connection.execute(WAITING, [task.run_id, community_id]).fetchall()}
    plane = plane_of(city.compounds)
    sheet = Sheet(task.run_id, task.plan_id, city, plane)
    ground, empty = inhabited(ground_of(city, plane))
    with connect(url) as connection:
        _enter(connection, task.run_id)
        note_empty(connection, sheet, empty)
    parts = [part for part in neighbouring(ground) if waiting & {c.key for c in part.compounds}]
    for drawing in pool.map(draw, parts, repeat(task.wishes)):
        with connect(url) as connection:
            _enter(connection, task.run_id)
            if _is_cancelled(connection, task.run_id):
                return False
            write_drawing(connection, sheet, drawing)
    return True


def _is_cancelled(connection: Connection, run_id: UUID) -> bool:
    row = connection.execute(CANCELLED, [run_id]).fetchone()
    return row is None or bool(row[0])


def _end(url: str, run_id: UUID, state: str, trouble: str = "") -> None:
    with connect(url) as connection:
        _enter(connection, run_id)
        connection.execute(END, [state, trouble, run_id])

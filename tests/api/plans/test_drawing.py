"""The machine draws a plan in the store: nobody left out or twice, no ground uncovered; cancelled, resumed, redrawn."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest

from api.loading import load_sample
from api.plans.drawing import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COURTYARDS = "槐荫社区"

SHARED_OUT = """
SELECT u.id, sum(upper(b.floors) - lower(b.floors)) AS given, u.floor_hi - u.floor_lo + 1 AS there
  FROM unit u LEFT JOIN plan_member b ON b.unit_id = u.id AND b.plan_id = %(plan)s
 WHERE u.community_id = %(community)s GROUP BY u.id
HAVING coalesce(sum(upper(b.floors) - lower(b.floors)), 0) <> u.floor_hi - u.floor_lo + 1
"""
GROUND = """
SELECT o.name, ST_Area(o.geometry::geography) AS ground,
       ST_Area(ST_Union(m.geometry)::geography) AS gridded, sum(ST_Area(m.geometry::geography)) AS summed
  FROM compound o JOIN micro_grid m ON m.compound_id = o.id AND m.plan_id = %(plan)s
 GROUP BY o.id
"""
FIGURES = """
SELECT m.code, m.households, ST_AsText(m.geometry), array_agg((b.unit_id, b.floors) ORDER BY b.unit_id, b.floors)
  FROM micro_grid m JOIN plan_member b ON b.micro_grid_id = m.id
 WHERE m.plan_id = %s GROUP BY m.id ORDER BY m.code
"""


@pytest.fixture(scope="module")
def sample_url(database_url: str) -> str:
    load_sample(database_url)
    return database_url


@pytest.fixture
def store(sample_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(sample_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as one:
        yield one


def community(store: psycopg.Connection, name: str = COURTYARDS) -> UUID:
    row = store.execute("SELECT id FROM community WHERE name = %s", [name]).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def asked(store: psycopg.Connection, plan: UUID | None = None) -> tuple[UUID, UUID]:
    """A plan of the courtyard community with a run that waits."""
    where = community(store)
    if plan is None:
        made = store.execute(
            "INSERT INTO plan (subdistrict_id, community_id, name)"
            " SELECT subdistrict_id, id, '春季方案' FROM community WHERE id = %s RETURNING id",
            [where],
        ).fetchone()
        assert made is not None
        plan = made[0]
    run = store.execute("INSERT INTO plan_run (plan_id, prove) VALUES (%s, false) RETURNING id", [plan]).fetchone()
    assert run is not None
    store.execute(
        "INSERT INTO plan_run_step (run_id, compound_id, community_id)"
        " SELECT %s, id, community_id FROM compound WHERE community_id = %s",
        [run[0], where],
    )
    assert plan is not None
    return plan, run[0]


def state(store: psycopg.Connection, run: UUID) -> tuple[str, int]:
    """What became of a run, and how many compounds it has not drawn."""
    row = store.execute(
        "SELECT state, (SELECT count(*) FROM plan_run_step WHERE run_id = r.id AND state = 'waiting')"
        " FROM plan_run r WHERE id = %s",
        [run],
    ).fetchone()
    assert row is not None
    return str(row[0]), int(row[1])


def test_a_drawn_plan_holds_every_dwelling_once_and_covers_the_ground(
    store: psycopg.Connection, app_database_url: str, pool: Executor
) -> None:
    plan, run = asked(store)
    carry_out(app_database_url, run, pool)
    assert state(store, run) == ("done", 0)
    where = community(store)
    assert store.execute(SHARED_OUT, {"plan": plan, "community": where}).fetchall() == []
    counted = store.execute(
        "SELECT (SELECT households FROM community WHERE id = %s),"
        " (SELECT sum(households) FROM micro_grid WHERE plan_id = %s)",
        [where, plan],
    ).fetchone()
    assert counted is not None
    assert counted[0] == counted[1] > 0
    for name, ground, gridded, summed in store.execute(GROUND, {"plan": plan}).fetchall():
        assert gridded == pytest.approx(ground, abs=0.5), name
        assert summed == pytest.approx(gridded, abs=0.01), name


def test_drawing_again_replaces_what_was_drawn_and_comes_out_the_same(
    store: psycopg.Connection, app_database_url: str, pool: Executor
) -> None:
    plan, run = asked(store)
    carry_out(app_database_url, run, pool)
    once = store.execute(FIGURES, [plan]).fetchall()
    _, again = asked(store, plan)
    carry_out(app_database_url, again, pool)
    assert store.execute(FIGURES, [plan]).fetchall() == once


class Interrupted(Exception):  # noqa: N818 - it stands for a killed worker, which is no error of ours
    """The worker was killed."""


class DyingPool(Executor):
    """Draws a few neighbourhoods, then is no more."""

    def __init__(self, lives: int) -> None:
        self.lives = lives

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Draw one."""
        done: Future[Any] = Future()
        self.lives -= 1
        if self.lives < 0:
            done.set_exception(Interrupted())
        else:
            done.set_result(work(*args, **kwargs))
        return done


def test_a_run_whose_worker_died_goes_on_where_it_was(
    store: psycopg.Connection, app_database_url: str, pool: Executor
) -> None:
    whole, run = asked(store)
    carry_out(app_database_url, run, pool)
    plan, run = asked(store)
    with pytest.raises(Interrupted):
        carry_out(app_database_url, run, DyingPool(1))
    _, left = state(store, run)
    assert left > 0
    store.execute("UPDATE plan_run SET state = 'running' WHERE id = %s", [run])
    carry_out(app_database_url, run, pool)
    assert state(store, run) == ("done", 0)
    assert store.execute(FIGURES, [plan]).fetchall() == store.execute(FIGURES, [whole]).fetchall()


def test_a_run_that_fails_says_so(store: psycopg.Connection, app_database_url: str) -> None:
    _, run = asked(store)
    with pytest.raises(Interrupted):
        carry_out(app_database_url, run, DyingPool(0))
    assert state(store, run)[0] == "failed"


def test_a_run_called_off_begins_no_further_neighbourhood(
    store: psycopg.Connection, app_database_url: str, pool: Executor
) -> None:
    plan, run = asked(store)
    store.execute("UPDATE plan_run SET cancel_asked = true WHERE id = %s", [run])
    carry_out(app_database_url, run, pool)
    assert state(store, run)[0] == "cancelled"
    assert store.execute("SELECT 1 FROM micro_grid WHERE plan_id = %s", [plan]).fetchall() == []


def test_a_cancelled_run_is_not_taken_up_again(
    store: psycopg.Connection, app_database_url: str, pool: Executor
) -> None:
    plan, run = asked(store)
    store.execute("UPDATE plan_run SET state = 'cancelled' WHERE id = %s", [run])
    carry_out(app_database_url, run, pool)
    assert state(store, run)[0] == "cancelled"
    assert store.execute("SELECT 1 FROM micro_grid WHERE plan_id = %s", [plan]).fetchall() == []


def test_the_worker_sees_the_communities_of_its_run_and_no_other(
    store: psycopg.Connection, app_database_url: str
) -> None:
    _, run = asked(store)
    with psycopg.connect(app_database_url) as worker:
        assert worker.execute("SELECT count(*) FROM unit").fetchone() == (0,)
        worker.execute("SELECT enter_for_run(%s)", [run])
        assert worker.execute("SELECT DISTINCT community_id FROM unit").fetchall() == [(community(store),)]
        worker.rollback()
        assert worker.execute("SELECT count(*) FROM unit").fetchone() == (0,)

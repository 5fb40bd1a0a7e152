"""The sample year tells what a real one would: lateness in the log, rounds that look odd, photos as their proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from api.embedded.cluster import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.embedded.cluster import Cluster


@pytest.fixture(scope="module")
def year(cluster: Cluster, sample_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(cluster.url(OWNER, sample_database)) as connection:
        yield connection


def one(year: psycopg.Connection, query: str) -> Any:
    row = year.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_the_clock_has_rung_in_its_hour_and_some_cases_were_late(year: psycopg.Connection) -> None:
    urged = one(year, "SELECT count(DISTINCT issue_id) FROM issue_event WHERE party = 'clock' AND action = 'urge'")
    total = one(year, "SELECT count(*) FROM issue")
    assert 0.05 < urged / total < 0.35
    early = "SELECT count(*) FROM issue_event WHERE party = 'clock' AND at < (payload->>'due')::timestamptz"
    assert one(year, early) == 0
    late = "SELECT count(*) FROM issue WHERE is_open AND due_at < now() - interval '1 day' AND urges = 0"
    assert one(year, late) == 0


def test_every_case_stands_where_its_log_has_led_it(year: psycopg.Connection) -> None:
    unlike = """
    SELECT count(*) FROM issue i JOIN LATERAL (SELECT status, seq FROM issue_event e WHERE e.issue_id = i.id
      ORDER BY seq DESC LIMIT 1) AS last ON true WHERE (last.status, last.seq) <> (i.status, i.version)
    """
    assert one(year, unlike) == 0
    backwards = """
    SELECT count(*) FROM issue_event a JOIN issue_event b ON b.issue_id = a.issue_id AND b.seq = a.seq + 1
     WHERE b.at < a.at
    """
    assert one(year, backwards) == 0


def test_the_demo_grid_worker_has_something_to_do_at_any_hour(year: psycopg.Connection) -> None:
    grid = "SELECT micro_grid_id FROM issue WHERE building_id = (SELECT id FROM building ORDER BY code LIMIT 1)"
    assert one(year, f"SELECT count(*) FROM issue WHERE is_open AND micro_grid_id = ANY(ARRAY({grid}))") >= 4


def test_rounds_were_walked_and_five_of_them_are_odd(year: psycopg.Connection) -> None:
    flags = year.execute("SELECT DISTINCT f->>'code' FROM patrol, jsonb_array_elements(flags) AS f").fetchall()
    assert {code for (code,) in flags} == {"mocked", "frozen", "too-fast", "replayed", "too-regular"}
    assert one(year, "SELECT count(*) FROM patrol_track") > 20
    assert one(year, "SELECT count(*) FROM visit WHERE outcome = 'not_home'") > 50
    assert one(year, "SELECT count(*) FROM check_result WHERE NOT ok AND issue_id IS NOT NULL") > 0
    walked = "SELECT FROM check_result c WHERE c.plan_id = p.id"
    assert one(year, f"SELECT count(*) FROM patrol_plan p WHERE NOT EXISTS ({walked})") == 1, "one plan is forgotten"
    units = one(year, "SELECT count(*) FROM unit WHERE households > 0")
    assert 0.5 < one(year, "SELECT count(DISTINCT unit_id) FROM patrol_passed") / units <= 1


def test_photos_show_the_newest_cases_and_nothing_that_was_not_proved(year: psycopg.Connection) -> None:
    assert one(year, "SELECT count(*) FROM photo WHERE moment = 'before'") > 100
    unproved = """
    SELECT count(*) FROM photo p WHERE p.moment = 'after' AND NOT EXISTS (
      SELECT FROM issue_event e WHERE e.issue_id = p.issue_id AND e.action IN ('handle', 'solve'))
    """
    assert one(year, unproved) == 0
    assert one(year, "SELECT count(*) FROM photo_body WHERE position('Exif'::bytea IN bytes) > 0") == 0


def test_bodies_are_called_and_one_of_each_three_is_awaited(year: psycopg.Connection) -> None:
    counts = "SELECT count(*), count(arrived_at) FROM issue_call GROUP BY issue_id"
    assert set(year.execute(counts).fetchall()) == {(3, 2)}

"""Each role sees its own world and nothing else, on every table and over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from api.access.admission import digest
from api.access.roles import Role
from tests.api.access.world import BY_ROLE, POSTS, canary, everywhere, key, names_seen_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.api.access.world import Post


@pytest.fixture
def service(world_url: str, app_database_url: str) -> Iterator[psycopg.Connection]:
    """The service's own role, without any HTTP between."""
    assert world_url
    with psycopg.connect(app_database_url) as connection:
        yield connection
        connection.rollback()


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def enter(connection: psycopg.Connection, post: Post) -> None:
    connection.execute("SELECT * FROM enter_by_session(%s)", [digest(post.cookie)])


SEEN = {
    #                        district subdistrict community compound building unit floor household grid person
    Role.RESIDENT: (1, 1, 1, 1, 1, 1, 0, 0, 0, 1),
    Role.PROPERTY_FIRM: (1, 1, 1, 1, 1, 2, 0, 0, 0, 1),
    Role.GRID_WORKER: (1, 1, 1, 1, 1, 2, 4, 8, 1, 5),
    Role.GRID_LEAD: (1, 1, 1, 1, 1, 2, 4, 8, 0, 5),
    Role.DEPARTMENT: (1, 1, 2, 4, 4, 8, 0, 0, 4, 1),
    Role.PLANNER: (1, 1, 2, 4, 4, 8, 16, 32, 4, 1),
    Role.COMMUNITY: (1, 1, 1, 2, 2, 4, 8, 16, 2, 14),
    Role.STREET_OFFICE: (1, 1, 2, 4, 4, 8, 16, 32, 4, 26),
    Role.DISTRICT: (1, 2, 3, 6, 6, 12, 24, 48, 6, 13),
    Role.AUDITOR: (0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    Role.ADMINISTRATOR: (2, 3, 4, 8, 8, 16, 32, 64, 8, 15),
}
TABLES = (
    "district",
    "subdistrict",
    "community",
    "compound",
    "building",
    "unit",
    "floor",
    "household",
    "micro_grid",
    "person",
)


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_its_own_rows_of_every_table(service: psycopg.Connection, role: Role) -> None:
    enter(service, BY_ROLE[role])
    assert tuple(count(service, table) for table in TABLES) == SEEN[role]


def test_without_a_name_no_table_shows_a_row(service: psycopg.Connection) -> None:
    assert {table: count(service, table) for table in TABLES} == dict.fromkeys(TABLES, 0)


def test_a_connection_forgets_its_user_with_the_transaction(service: psycopg.Connection) -> None:
    """Seen to fail with ``set_config(…, false)`` in ``take_on``."""
    enter(service, BY_ROLE[Role.ADMINISTRATOR])
    assert count(service, "household") == 64
    service.commit()
    assert {table: count(service, table) for table in TABLES} == dict.fromkeys(TABLES, 0)


def test_a_second_user_of_one_transaction_keeps_nothing_of_the_first(service: psycopg.Connection) -> None:
    enter(service, BY_ROLE[Role.ADMINISTRATOR])
    enter(service, BY_ROLE[Role.GRID_WORKER])
    assert tuple(count(service, table) for table in TABLES) == SEEN[Role.GRID_WORKER]


@pytest.mark.parametrize("garbage", ["", "{}", "null", "{NULL}", "all", "{*}", "' OR true --", "0", "{,}", "**", " *"])
def test_garbage_in_the_settings_opens_nothing(service: psycopg.Connection, garbage: str) -> None:
    for name in (
        "chain",
        "communities",
        "homes",
        "people",
        "editable",
        "managed",
        "units",
        "floors",
        "person",
        "grids",
    ):
        service.execute("SELECT set_config(%s, %s, true)", [f"app.{name}", garbage])
    service.execute("SAVEPOINT before")
    for table in TABLES:
        try:
            assert count(service, table) == 0
        except psycopg.errors.InvalidTextRepresentation:
            service.execute("ROLLBACK TO before")


@pytest.mark.parametrize(
    "change", ["UPDATE building SET name = 'x'", "DELETE FROM household", "UPDATE community SET name = 'x'"]
)
@pytest.mark.parametrize("role", [Role.RESIDENT, Role.GRID_WORKER, Role.DEPARTMENT, Role.AUDITOR])
def test_who_may_not_edit_changes_nothing(service: psycopg.Connection, role: Role, change: str) -> None:
    enter(service, BY_ROLE[role])
    assert service.execute(change).rowcount == 0


def test_a_community_changes_its_own_buildings_only(service: psycopg.Connection) -> None:
    enter(service, BY_ROLE[Role.COMMUNITY])
    assert service.execute("UPDATE building SET floors = floors").rowcount == 2


def test_a_row_cannot_be_pushed_into_a_foreign_community(service: psycopg.Connection) -> None:
    enter(service, BY_ROLE[Role.COMMUNITY])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        service.execute(
            "UPDATE compound SET community_id = %s WHERE id = %s", [key("community", "A1b"), key("compound", "A1ap")]
        )


def test_counts_climb_to_places_the_editor_may_not_edit(service: psycopg.Connection) -> None:
    """Seen to fail while the counting triggers ran with the editor's eyes."""
    enter(service, BY_ROLE[Role.COMMUNITY])
    service.execute("DELETE FROM household WHERE door = '101' AND floor_id IN (SELECT f.id FROM floor f)")
    enter(service, BY_ROLE[Role.DISTRICT])
    row = service.execute("SELECT households FROM district").fetchone()
    assert row == (44,)


def test_a_dismissal_acts_at_once(service: psycopg.Connection, behind: psycopg.Connection) -> None:
    post = BY_ROLE[Role.GRID_LEAD]
    enter(service, post)
    assert count(service, "unit") == 2
    service.commit()
    behind.execute("UPDATE assignment SET until = now() WHERE person_id = %s", [key("person", post.login)])
    enter(service, post)
    assert count(service, "unit") == 0
    service.commit()
    behind.execute("UPDATE assignment SET until = NULL WHERE person_id = %s", [key("person", post.login)])


def test_secrets_cannot_be_read_by_the_service_at_all(service: psycopg.Connection) -> None:
    for table in ("credential", "attempt", "store_setting"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), service.transaction():
            service.execute(f"SELECT * FROM {table}")


def test_nobody_grants_beyond_their_own_reach(service: psycopg.Connection) -> None:
    community = BY_ROLE[Role.COMMUNITY]
    grant = "INSERT INTO assignment (person_id, role, level, place_id) VALUES (%s, %s, %s, %s)"
    person = key("person", community.login)
    enter(service, community)
    with service.transaction():
        service.execute(grant, [person, "grid_worker", "compound", key("compound", "A1aq")])
    for role, level, place in (
        ("administrator", "community", key("community", "A1a")),
        ("grid_worker", "community", key("community", "A1b")),
        ("grid_worker", "subdistrict", key("subdistrict", "A1")),
        ("grid_worker", "store", None),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), service.transaction():
            service.execute(grant, [person, role, level, place])


async def test_over_http_each_role_meets_no_foreign_name(client_of: Callable[..., object]) -> None:
    for post in POSTS:
        foreign = [canary(name) for name in everywhere() if name not in names_seen_by(post)]
        async with client_of(post) as client:  # type: ignore[attr-defined]  # an async context manager
            for address in ("/api/places", "/api/search?q=金丝雀&limit=100", "/api/places/at?lon=104.020&lat=30.036"):
                answer = await client.get(address)
                assert answer.status_code in (200, 404), (post, answer.text)
                assert [name for name in foreign if name in answer.text] == [], (post, address)


async def test_a_stranger_is_asked_to_log_in(client_of: Callable[..., object]) -> None:
    async with client_of(None, "127.0.0.1") as client:  # type: ignore[attr-defined]  # an async context manager
        assert (await client.get("/api/places")).status_code == 401
        assert (await client.get(f"/api/places/building/{uuid4()}")).status_code == 401
        assert (await client.get("/api/health")).status_code == 200
        assert (await client.get("/api/ready")).status_code == 200


async def test_a_visitor_of_the_sample_sees_places_and_no_homes(
    client_of: Callable[..., object], behind: psycopg.Connection
) -> None:
    behind.execute("INSERT INTO store_setting VALUES ('demo', 'true')")
    try:
        async with client_of(None, "127.0.0.1") as client:  # type: ignore[attr-defined]  # an async context manager
            assert (await client.get("/api/places")).json()["totals"]["communities"] == 4
            from_proxy = await client.get("/api/places", headers={"X-Forwarded-For": "8.8.8.8"})
            assert from_proxy.status_code == 401
            rebound = await client.get("/api/places", headers={"Host": "evil.example"})
            assert rebound.status_code == 401
        async with client_of(None, "10.0.0.9") as client:  # type: ignore[attr-defined]  # an async context manager
            assert (await client.get("/api/places")).status_code == 401
    finally:
        behind.execute("DELETE FROM store_setting WHERE name = 'demo'")

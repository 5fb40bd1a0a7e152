"""Every change leaves an event, and no event can be edited, removed or moved without being found out."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from api.access import ledger
from api.access.admission import digest
from api.access.roles import Role
from tests.api.access.world import BY_ROLE, POSTS, key

if TYPE_CHECKING:
    from collections.abc import Callable

ADD = """
INSERT INTO audit_event (chain, seq, at, hash, action, kind, object_id, place_id, reason, details)
VALUES (0, 0, now(), '', 'request.made', 'route', %s, %s, %s, %s)
"""


def write(connection: psycopg.Connection, count: int) -> None:
    for number in range(count):
        details = f'{{"n": {number}, "word": "一\\\\t\\"\\n换行\\\\"}}'.replace("\n", "\\n")
        connection.execute(ADD, [f"thing-{number}", None, "因为 because", details])
        connection.commit()


def tampered(url: str, statement: str, exported: ledger.Heads | None = None) -> ledger.Verdict:
    """What verify says once somebody with the owner's power has done ``statement``; undone afterwards."""
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        connection.execute(statement)
        connection.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
        connection.commit()
    with psycopg.connect(url) as connection:
        return ledger.verify(connection, exported)


@pytest.fixture
def book(fresh_database: Callable[[], str]) -> str:
    url = fresh_database()
    with psycopg.connect(url) as connection:
        write(connection, 30)
    return url


CHAIN = "(SELECT chain FROM audit_event GROUP BY chain ORDER BY count(*) DESC LIMIT 1)"
TAMPERINGS = {
    "a word edited": f"UPDATE audit_event SET reason = 'nothing' WHERE chain = {CHAIN} AND seq = 7",
    "a time moved": f"UPDATE audit_event SET at = at + interval '1 s' WHERE chain = {CHAIN} AND seq = 7",
    "a hash cut short": f"UPDATE audit_event SET hash = '\\x07' WHERE chain = {CHAIN} AND seq = 7",
    "an account swapped": f"UPDATE audit_event SET account_id = uuid7() WHERE chain = {CHAIN} AND seq = 7",
    "an event deleted": f"DELETE FROM audit_event WHERE chain = {CHAIN} AND seq = 7",
    "the first deleted": f"DELETE FROM audit_event WHERE chain = {CHAIN} AND seq = 1",
    "the last deleted": f"DELETE FROM audit_event WHERE chain = {CHAIN} AND seq = 30",
    "all deleted": "DELETE FROM audit_event",
    "two swapped": f"UPDATE audit_event SET seq = CASE seq WHEN 7 THEN 1008 ELSE 1007 END"
    f" WHERE chain = {CHAIN} AND seq IN (7, 8);"
    f"UPDATE audit_event SET seq = seq - 1000 WHERE chain = {CHAIN} AND seq > 1000",
    "one deleted and the rest renumbered": f"DELETE FROM audit_event WHERE chain = {CHAIN} AND seq = 7;"
    f"UPDATE audit_event SET seq = seq + 1000 WHERE chain = {CHAIN} AND seq > 7;"
    f"UPDATE audit_event SET seq = seq - 1001 WHERE chain = {CHAIN} AND seq > 1000",
    "an end cut with its head": f"DELETE FROM audit_chain WHERE chain = {CHAIN}",
}


def test_an_untouched_book_is_sound(book: str) -> None:
    with psycopg.connect(book) as connection:
        exported = ledger.from_plain(ledger.as_plain(ledger.heads(connection)))
        connection.rollback()
        verdict = ledger.verify(connection, exported)
    assert (verdict.events, verdict.breaks) == (30, ())


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found(book: str, what: str) -> None:
    assert not tampered(book, TAMPERINGS[what]).sound


def test_an_end_cut_together_with_its_head_is_found_by_the_exported_head(book: str) -> None:
    """Whoever owns the store can cut an end and mend the head; only what was kept elsewhere tells."""
    with psycopg.connect(book) as connection:
        exported = ledger.heads(connection)
    cut = (
        f"DELETE FROM audit_event WHERE chain = {CHAIN} AND seq = 30;"
        "UPDATE audit_chain c SET length = 29, head = (SELECT hash FROM audit_event e WHERE e.chain = c.chain"
        " AND seq = 29) WHERE length = 30"
    )
    assert tampered(book, cut).sound
    with psycopg.connect(book) as connection:
        assert not ledger.verify(connection, exported).sound


def test_a_book_that_grew_still_holds_its_exported_head(book: str) -> None:
    with psycopg.connect(book) as connection:
        exported = ledger.heads(connection)
        connection.rollback()
        write(connection, 5)
        verdict = ledger.verify(connection, exported)
    assert (verdict.events, verdict.sound) == (35, True)


def test_many_writers_at_once_leave_sound_chains(book: str) -> None:
    def many() -> None:
        with psycopg.connect(book) as connection:
            write(connection, 25)

    writers = [threading.Thread(target=many) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with psycopg.connect(book) as connection:
        verdict = ledger.verify(connection)
        row = connection.execute("SELECT count(DISTINCT chain) FROM audit_event").fetchone()
    assert (verdict.events, verdict.sound) == (180, True)
    assert row is not None
    assert row[0] > 1


def test_what_is_rolled_back_leaves_no_event(book: str) -> None:
    with psycopg.connect(book) as connection:
        connection.execute(ADD, ["undone", None, "", "{}"])
        connection.rollback()
        assert ledger.verify(connection).events == 30


@pytest.mark.parametrize(
    "change", ["UPDATE audit_event SET reason = ''", "DELETE FROM audit_event", "TRUNCATE audit_event"]
)
def test_the_service_can_only_add(world_url: str, app_database_url: str, change: str) -> None:
    assert world_url
    with psycopg.connect(app_database_url) as service, pytest.raises(psycopg.errors.InsufficientPrivilege):
        service.execute(change)


def test_nobody_signs_with_another_name(world_url: str, app_database_url: str, behind: psycopg.Connection) -> None:
    assert world_url
    post = BY_ROLE[Role.GRID_WORKER]
    with psycopg.connect(app_database_url) as service:
        service.execute("SELECT * FROM enter_by_session(%s)", [digest(post.cookie)])
        service.execute(
            "INSERT INTO audit_event (chain, seq, at, hash, action, object_id, account_id)"
            " VALUES (5, 9, '2020-01-01', 'x', 'request.made', 'forged', %s)",
            [key("account", POSTS[-1].login)],
        )
    row = behind.execute(
        "SELECT account_id, at > now() - interval '1 minute' FROM audit_event WHERE object_id = 'forged'"
    ).fetchone()
    assert row == (key("account", post.login), True)


async def test_a_change_over_http_leaves_its_event(client_of: Callable[..., Any], behind: psycopg.Connection) -> None:
    post = BY_ROLE[Role.PLANNER]
    async with client_of(post) as client:
        made = (await client.post("/api/me/tokens", json={"name": "x"})).json()
    row = behind.execute(
        "SELECT action, account_id, address FROM audit_event WHERE object_id = %s", [made["id"]]
    ).fetchone()
    assert row == ("token.made", key("account", post.login), "10.1.2.0/24")


async def test_a_change_that_nobody_thought_of_is_written_down_too(
    client_of: Callable[..., Any], behind: psycopg.Connection
) -> None:
    async with client_of(BY_ROLE[Role.PLANNER]) as client:
        assert (await client.post("/api/me/totp")).status_code == 200
    routes = behind.execute("SELECT details ->> 'route' FROM audit_event WHERE action = 'request.made'").fetchall()
    assert ("/api/me/totp",) in routes

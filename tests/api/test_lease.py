"""A request begins and ends its transaction in one trip each, and no connection remembers whom it served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from api import lease
from api.access.roles import Role
from api.errors import NotFoundError
from tests.api.places.small_city import COMMUNITY
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx
    import psycopg
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.known import Known


@pytest.fixture
def app(client: httpx.AsyncClient) -> Any:
    return client._transport.app  # type: ignore[attr-defined]  # the client keeps what it asks there


@pytest.fixture
def somebody(city_url: str) -> dict[str, str]:
    return sign_in(city_url, Role.COMMUNITY, "community", COMMUNITY.id)


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []
    sent = lease._sent

    async def counted(raw: Any, script: str) -> None:
        made.append(script.partition("(")[0])
        await sent(raw, script)

    monkeypatch.setattr(lease, "_sent", counted)
    return made


async def backend(session: AsyncSession) -> int:
    pid: int = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    return pid


async def test_who_was_here_before_is_admitted_as_the_transaction_begins(
    client: httpx.AsyncClient, somebody: dict[str, str], trips: list[str]
) -> None:
    made = trips
    assert (await client.get("/api/me", headers=somebody)).status_code == 200
    assert made == ["BEGIN; ", "COMMIT"]
    assert (await client.get("/api/me", headers=somebody)).status_code == 200
    assert made[2:] == ["BEGIN; SELECT enter_again", "COMMIT"]


async def test_a_session_that_ended_admits_nobody_again(
    client: httpx.AsyncClient, somebody: dict[str, str], store: psycopg.Connection
) -> None:
    assert (await client.get("/api/me/sessions", headers=somebody)).status_code == 200
    store.execute("UPDATE session SET ended_at = now() WHERE ended_at IS NULL")
    store.commit()
    try:
        assert (await client.get("/api/me/sessions", headers=somebody)).status_code == 401
    finally:
        store.execute("UPDATE session SET ended_at = NULL")
        store.commit()


async def test_a_new_post_is_seen_by_whoever_was_recognised_before(
    client: httpx.AsyncClient, somebody: dict[str, str], store: psycopg.Connection
) -> None:
    before = (await client.get("/api/me", headers=somebody)).json()["roles"]
    store.execute(
        "INSERT INTO assignment (person_id, role, level) SELECT person_id, 'auditor', 'store' FROM account"
        " WHERE login LIKE 'community-%' RETURNING id"
    )
    store.commit()
    try:
        assert (await client.get("/api/me", headers=somebody)).json()["roles"] == sorted([*before, "auditor"])
    finally:
        store.execute("DELETE FROM assignment WHERE role = 'auditor'")
        store.commit()


async def test_a_stamp_is_no_key(client: httpx.AsyncClient, app: Any, somebody: dict[str, str]) -> None:
    """What this process remembers opens nothing: the store judges the credential, not the stamp."""
    await client.get("/api/me", headers=somebody)
    known: Known = app.state.known
    (shown, recognised), *_ = known._kept.items()
    async with lease.lent(app.state.lending) as session:
        with pytest.raises(Exception, match="no longer who they were"):
            await lease.begin(session, f"SELECT enter_again('session', '\\x00', '{recognised.stamp}')")
        await lease.begin(session, anew=True)
        assert (await session.execute(text("SELECT cardinality(scope('communities'))"))).scalar_one() == 0
    assert shown.digest


async def test_no_connection_is_handed_on_inside_a_transaction(app: Any) -> None:
    async with app.state.lending.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        await raw.execute("BEGIN; SELECT set_config('app.communities', '*', true)")
    assert not raw.is_in_transaction()
    async with lease.lent(app.state.lending) as session:
        await lease.begin(session)
        assert (await session.execute(text("SELECT whole('communities')"))).scalar_one() is False


async def test_what_a_borrower_raises_undoes_what_it_wrote(app: Any) -> None:
    async def change_one_s_mind() -> None:
        async with lease.lent(app.state.lending) as session:
            await lease.begin(session)
            await session.execute(text("SELECT set_config('app.account', 'x', false)"))
            raise NotFoundError("没有。", "None.")

    with pytest.raises(NotFoundError):
        await change_one_s_mind()
    async with lease.lent(app.state.lending) as session:
        await lease.begin(session)
        assert (await session.execute(text("SELECT coalesce(current_setting('app.account', true), '')"))).scalar() == ""


async def test_a_store_that_was_restarted_is_met_with_a_new_connection(
    client: httpx.AsyncClient, app: Any, store: psycopg.Connection
) -> None:
    async with lease.lent(app.state.lending) as session:
        await lease.begin(session)
        gone = await backend(session)
    store.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'minqing_app'")
    assert (await client.get("/api/ready")).status_code == 200
    async with lease.lent(app.state.lending) as session:
        await lease.begin(session)
        assert await backend(session) != gone


async def test_a_store_that_went_away_unnoticed_costs_one_more_try(
    client: httpx.AsyncClient, trips: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = lease._sent

    async def broken_off(raw: Any, script: str) -> None:
        if trips:
            await counted(raw, script)
            return
        trips.append("broken off")
        raw.terminate()
        raise ConnectionResetError

    monkeypatch.setattr(lease, "_sent", broken_off)
    assert (await client.get("/api/ready")).status_code == 200
    assert trips == ["broken off", "BEGIN; ", "COMMIT"]


async def test_a_transaction_begins_once(app: Any) -> None:
    async with lease.lent(app.state.lending) as session:
        await lease.begin(session)
        with pytest.raises(RuntimeError, match="begins once"):
            await lease.begin(session)

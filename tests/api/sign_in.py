"""Lets a test act as somebody: an account with one role at one place, already logged in."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import psycopg

from api.access import forgery
from api.access.admission import COOKIE

if TYPE_CHECKING:
    from uuid import UUID

    from api.access.roles import Role


def sign_in(owner_url: str, role: Role, level: str, place_id: UUID | None) -> dict[str, str]:
    """The headers of somebody who holds ``role`` at a place; twice the same call is the same person."""
    login = f"{role.value}-{place_id or 'store'}".replace("_", "-")[:64]
    cookie = f"cookie of {login}"
    with psycopg.connect(owner_url) as store:
        if store.execute("SELECT FROM account WHERE login = %s", [login]).fetchone() is None:
            _employ(store, login, (role.value, level, place_id), hashlib.sha256(cookie.encode()).digest())
    return {"Cookie": f'{COOKIE}="{cookie}"', forgery.HEADER: forgery.word(cookie)}


def _employ(store: psycopg.Connection, login: str, post: tuple[str, str, UUID | None], cookie_digest: bytes) -> None:
    person = store.execute("INSERT INTO person (name) VALUES (%s) RETURNING id", [login]).fetchone()
    assert person is not None
    store.execute(
        "INSERT INTO assignment (person_id, role, level, place_id) VALUES (%s, %s, %s, %s)", [person[0], *post]
    )
    account = store.execute(
        "INSERT INTO account (person_id, login) VALUES (%s, %s) RETURNING id", [person[0], login]
    ).fetchone()
    assert account is not None
    store.execute(
        "INSERT INTO session (account_id, digest, expires_at) VALUES (%s, %s, now() + interval '1 day')",
        [account[0], cookie_digest],
    )

"""Logging in: a name and a password (and six digits) for a cookie; every try is counted, every result written down.

The store is asked twice (migration 0102), each time in one statement that is its own transaction: a failure has to be
counted even though the answer is a refusal, and no connection is held while a password is hashed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.access import totp
from api.access.admission import digest
from api.access.attempts import Attempt, refuse_early
from api.access.audit import Action, record
from api.access.passwords import Kiln, verified
from api.errors import SecondFactorError, UnauthenticatedError

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

    from api.access.keyring import Keyring

TOKEN_BYTES = 32
BEGIN = text("SELECT * FROM begin_log_in(:keys, :free, :longest, :login)")
USE_TOTP = text("SELECT use_totp(:account, :step)")
BY_SUBJECT = text("SELECT account_of_subject(:subject)")
FORGETTING = "let_in(:account, :digest, :device, :address, :cleared, :shared)"
PLAIN = "open_session(:account, :digest, :device, :address)"
OPEN = """
INSERT INTO audit_event (chain, seq, at, hash, action, kind, object_id, account_id, address)
SELECT 0, 0, now(), '', :action, 'session', opened.id::text, :account, :address FROM {how} AS opened(id)
 WHERE opened.id IS NOT NULL
"""
LET_IN, OPEN_ONLY = text(OPEN.format(how=FORGETTING)), text(OPEN.format(how=PLAIN))
"""Opens the session and writes the event ``session.opened`` in one statement (``audit.record`` would be a second)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a log-in comes from."""

    network: str
    device: str
    local: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody shows to be let in."""

    login: str
    password: str
    code: str = ""


async def log_in(engine: AsyncEngine, kiln: Kiln, ring: Keyring, proof: Proof, caller: Caller) -> str:
    """Open a session and return its cookie.

    Raises:
        TooManyError: too many tries.
        UnauthenticatedError: the name or the password is wrong; which of them is not said.
        SecondFactorError: right so far, but the six digits are missing or wrong.
    """
    attempt = Attempt(proof.login, caller.network)
    async with _at_once(engine) as store:
        found = (await store.execute(BEGIN, {**attempt.counted, "login": proof.login})).mappings().one()
    refuse_early(found["wait"])
    good = await verified(kiln, proof.password, found["password_hash"])
    known = found["account_id"] is not None
    if known and good and found["totp_sealed"] is None and (caller.local or not found["demo"]):
        async with _at_once(engine) as store:
            return await _let_in(store, found["account_id"], caller, attempt)
    async with async_sessionmaker(engine).begin() as session:
        session.info["address"] = caller.network
        if not known or not good or (found["demo"] and not caller.local):
            refusal = UnauthenticatedError("用户名或密码不正确。", "The name or the password is wrong.")
        else:
            second = await _second_factor(session, ring, found, proof.code)
            if second is None:
                return await _let_in(await session.connection(), found["account_id"], caller, attempt)
            refusal = second
        await _refused(session, found)
    raise refusal


def _at_once(engine: AsyncEngine) -> AsyncConnection:
    """A connection on which every statement is a transaction of its own."""
    return engine.execution_options(isolation_level="AUTOCOMMIT").connect()


async def log_in_as(engine: AsyncEngine, subject: str, caller: Caller) -> str:
    """Open a session for the account that is linked to a provider's subject, and return its cookie.

    Raises:
        UnauthenticatedError: no account is.
    """
    async with async_sessionmaker(engine).begin() as session:
        session.info["address"] = caller.network
        account = (await session.execute(BY_SUBJECT, {"subject": subject})).scalar()
        if account is not None:
            return await _let_in(await session.connection(), account, caller)
        await _refused(session, None)
    raise UnauthenticatedError(
        "这个统一认证账号还没有关联,请联系本单位的管理员。",
        "No account is linked to this sign-on; ask the administrator of your office.",
    )


async def _refused(session: AsyncSession, found: RowMapping | None) -> None:
    account = found["account_id"] if found is not None else None
    await record(session, Action.SESSION_REFUSED, kind="account", object_id=account or "", account_id=account)


async def _second_factor(
    session: AsyncSession, ring: Keyring, found: RowMapping, code: str
) -> SecondFactorError | None:
    if found["totp_sealed"] is None:
        return None
    if not code:
        return SecondFactorError("请输入动态口令。", "Enter the six digits of your app.")
    secret = ring.unseal(found["totp_sealed"], about=totp.place(found["account_id"]))
    step = totp.step_of(secret, code, datetime.now(UTC))
    used = {"account": found["account_id"], "step": step}
    if step is None or not (await session.execute(USE_TOTP, used)).scalar_one():
        return SecondFactorError("动态口令不正确或已用过。", "The six digits are wrong or have been used.")
    return None


async def _let_in(store: AsyncConnection, account_id: UUID, caller: Caller, attempt: Attempt | None = None) -> str:
    """Open a session for an account that has shown who it is; returns the cookie.

    Raises:
        UnauthenticatedError: the account was closed a moment ago.
    """
    cookie = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"account": account_id, "digest": digest(cookie), "device": caller.device, "address": caller.network}
    more = attempt.forgiven if attempt else {}
    done = await store.execute(
        LET_IN if attempt else OPEN_ONLY, {**values, **more, "action": Action.SESSION_OPENED.value}
    )
    if not done.rowcount:
        raise UnauthenticatedError("用户名或密码不正确。", "The name or the password is wrong.")
    return cookie

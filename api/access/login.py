"""Logging in: a name and a password (and six digits) for a cookie; every try is counted, every result written down.

Each step is a short transaction of its own: a failure has to be counted even though the answer is a refusal, and no
session is held while a password is hashed.
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
from api.access.attempts import Attempt
from api.access.audit import Action, record
from api.access.passwords import Kiln, verified
from api.errors import SecondFactorError, UnauthenticatedError

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

    from api.access.keyring import Keyring

TOKEN_BYTES = 32
CREDENTIAL = text("SELECT * FROM credential_of(:login)")
USE_TOTP = text("SELECT use_totp(:account, :step)")
BY_SUBJECT = text("SELECT account_of_subject(:subject)")
OPEN = text("SELECT open_session(:account, :digest, :device, :address)")


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
    attempt, begin = Attempt(proof.login, caller.network), async_sessionmaker(engine).begin
    async with begin() as session:
        await attempt.begin(session)
        found = (await session.execute(CREDENTIAL, {"login": proof.login})).mappings().one_or_none()
    good = await verified(kiln, proof.password, found["password_hash"] if found else None)
    async with begin() as session:
        session.info["address"] = caller.network
        if found is None or found["account_id"] is None or not good or (found["demo"] and not caller.local):
            refusal = UnauthenticatedError("用户名或密码不正确。", "The name or the password is wrong.")
        else:
            second = await _second_factor(session, ring, found, proof.code)
            if second is None:
                await attempt.succeed(session)
                return await open_session(session, found["account_id"], caller)
            refusal = second
        await _refused(session, found)
    raise refusal


async def log_in_as(engine: AsyncEngine, subject: str, caller: Caller) -> str:
    """Open a session for the account that is linked to a provider's subject, and return its cookie.

    Raises:
        UnauthenticatedError: no account is.
    """
    async with async_sessionmaker(engine).begin() as session:
        session.info["address"] = caller.network
        account = (await session.execute(BY_SUBJECT, {"subject": subject})).scalar()
        if account is not None:
            return await open_session(session, account, caller)
        await _refused(session, None)
    raise UnauthenticatedError(
        "这个统一认证账号还没有关联,请联系本单位的管理员。",
        "No account is linked to this sign-on; ask the administrator of your office.",
    )


async def _refused(session: AsyncSession, found: RowMapping | None) -> None:
    account = found["account_id"] if found else None
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


async def open_session(session: AsyncSession, account_id: UUID, caller: Caller) -> str:
    """Open a session for an account that has shown who it is; returns the cookie."""
    cookie = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"account": account_id, "digest": digest(cookie), "device": caller.device, "address": caller.network}
    session_id = (await session.execute(OPEN, values)).scalar_one()
    await record(session, Action.SESSION_OPENED, kind="session", object_id=session_id, account_id=account_id)
    return cookie

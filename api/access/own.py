"""One's own account: who one is, where one is logged in, the password, the second factor, tokens for machines."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.access import forgery, totp
from api.access.admission import Asker, digest
from api.access.audit import Action, record
from api.access.passwords import Kiln, hashed, verified
from api.access.schemas import DeviceRead, MeRead, PostRead, TokenMade, TokenRead, TotpRead
from api.errors import ForbiddenError, InvalidError, NotFoundError

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.keyring import Keyring
    from api.access.schemas import TokenCreate, TotpUpdate

TOKEN_PREFIX = "mqt_"  # noqa: S105  # it makes a leaked token easy to find, and is no secret itself
POSTS = text("""
SELECT a.id, a.role, a.post, coalesce(k.zh, '') AS post_zh, coalesce(k.en, '') AS post_en, a.level, a.place_id,
       a.since, a.until, name_of_post(a.id) AS place_name
  FROM assignment a LEFT JOIN post k ON k.name = a.post
 WHERE a.person_id = :person AND (a.until IS NULL OR a.until > now()) ORDER BY a.since, a.id
""")
NAME = text("SELECT name, password_was_given() AS given FROM person WHERE id = :person")
DEVICES = text("""
SELECT id, device, address, created_at, seen_at FROM session
 WHERE account_id = :account AND ended_at IS NULL AND expires_at > now() ORDER BY seen_at DESC
""")
END_DEVICE = text("UPDATE session SET ended_at = now() WHERE id = :id AND ended_at IS NULL")
CREDENTIAL = text("SELECT * FROM credential_of(:login)")
STORE_PASSWORD = text("SELECT store_password(:account, :hash)")
KEEP_SESSION = text("SELECT set_config('app.session', :session, true)")
STORE_TOTP = text("SELECT store_totp(:sealed)")
TOKENS = text("""
SELECT id, name, scopes, created_at, expires_at FROM access_token
 WHERE account_id = :account AND ended_at IS NULL AND expires_at > now() ORDER BY created_at DESC
""")
MAKE_TOKEN = text("""
INSERT INTO access_token (account_id, digest, name, scopes, expires_at)
VALUES (:account, :digest, :name, :scopes, now() + make_interval(days => :days))
RETURNING id, name, scopes, created_at, expires_at
""")
END_TOKEN = text("UPDATE access_token SET ended_at = now() WHERE id = :id AND ended_at IS NULL")


async def read_me(session: AsyncSession, asker: Asker, cookie: str | None) -> MeRead:
    """Who one is."""
    if asker.is_visitor:
        return MeRead(
            login="", name="", visitor=True, roles=[], posts=[], second_factor=False, first_password=False, csrf=""
        )
    rows = (await session.execute(POSTS, {"person": asker.person_id})).mappings().all()
    credential = (await session.execute(CREDENTIAL, {"login": asker.login})).mappings().one()
    person = (await session.execute(NAME, {"person": asker.person_id})).one()
    return MeRead(
        login=asker.login,
        name=person.name,
        visitor=False,
        roles=sorted(asker.roles),
        posts=[PostRead(**row) for row in rows],
        second_factor=credential["totp_sealed"] is not None,
        first_password=person.given and asker.session_id is not None,
        csrf=forgery.word(cookie) if cookie and asker.session_id else "",
    )


async def devices(session: AsyncSession, asker: Asker) -> list[DeviceRead]:
    """Where one is logged in, the newest first."""
    rows = (await session.execute(DEVICES, {"account": asker.account_id})).mappings().all()
    return [DeviceRead(**row, current=row["id"] == asker.session_id) for row in rows]


async def end_device(session: AsyncSession, session_id: UUID) -> None:
    """Log out there, at once.

    Raises:
        NotFoundError: it is no open session of one's own.
    """
    if not (await session.execute(END_DEVICE, {"id": session_id})).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts
        raise NotFoundError("没有这个登录。", "There is no such session.")
    await record(session, Action.SESSION_ENDED, kind="session", object_id=session_id)


async def change_password(session: AsyncSession, kiln: Kiln, asker: Asker, *, old: str, new: str) -> None:
    """Change one's password; every other session ends.

    Raises:
        ForbiddenError: the old password is wrong, or there is none to change.
        InvalidError: the new one is weak.
    """
    await _shown(session, kiln, asker, old)
    await session.execute(KEEP_SESSION, {"session": str(asker.session_id or "")})
    await session.execute(STORE_PASSWORD, {"account": asker.account_id, "hash": await hashed(kiln, new)})
    await record(session, Action.PASSWORD_CHANGED, kind="account", object_id=str(asker.account_id))


async def _shown(session: AsyncSession, kiln: Kiln, asker: Asker, password: str) -> None:
    credential = (await session.execute(CREDENTIAL, {"login": asker.login})).mappings().one()
    if credential["demo"]:
        raise ForbiddenError("演示账号不能修改。", "A demo account can not be changed.")
    if asker.session_id is None or not await verified(kiln, password, credential["password_hash"]):
        raise ForbiddenError("密码不正确。", "The password is wrong.")


def offer_totp(asker: Asker) -> TotpRead:
    """A second factor to be set up; nothing is kept until the app has shown that it knows the secret."""
    secret = totp.new_secret()
    address = totp.address(secret, asker.login)
    return TotpRead(secret=secret, address=address, picture=totp.picture(address))


async def set_totp(session: AsyncSession, ring: Keyring, asker: Asker, update: TotpUpdate) -> None:
    """Ask for six digits at every log-in from now on.

    Raises:
        InvalidError: these are not the secret's digits.
        ForbiddenError: a demo account.
    """
    credential = (await session.execute(CREDENTIAL, {"login": asker.login})).mappings().one()
    if credential["demo"] or asker.session_id is None:
        raise ForbiddenError("演示账号不能修改。", "A demo account can not be changed.")
    if totp.step_of(update.secret, update.code, datetime.now(UTC)) is None:
        raise InvalidError("动态口令不正确。", "These are not the six digits of this secret.")
    assert asker.account_id is not None
    sealed = ring.seal(update.secret, about=totp.place(asker.account_id))
    await session.execute(STORE_TOTP, {"sealed": sealed})
    await record(session, Action.TOTP_CHANGED, kind="account", object_id=asker.account_id, details={"set": True})


async def drop_totp(session: AsyncSession, kiln: Kiln, asker: Asker, password: str) -> None:
    """Ask for the password alone again.

    Raises:
        ForbiddenError: the password is wrong.
    """
    await _shown(session, kiln, asker, password)
    await session.execute(STORE_TOTP, {"sealed": None})
    await record(session, Action.TOTP_CHANGED, kind="account", object_id=str(asker.account_id), details={"set": False})


async def tokens(session: AsyncSession, asker: Asker) -> list[TokenRead]:
    """One's tokens, without their secrets."""
    rows = (await session.execute(TOKENS, {"account": asker.account_id})).mappings().all()
    return [TokenRead(**row) for row in rows]


async def make_token(session: AsyncSession, asker: Asker, wanted: TokenCreate) -> TokenMade:
    """Make a token for a machine; its secret is shown this once.

    Raises:
        ForbiddenError: asked with a token: a token makes no tokens.
    """
    if asker.session_id is None:
        raise ForbiddenError("请登录后再创建令牌。", "Log in to make a token; a token makes no tokens.")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    values: dict[str, Any] = {"account": asker.account_id, "digest": digest(token), **wanted.model_dump()}
    row = (await session.execute(MAKE_TOKEN, values)).mappings().one()
    await record(
        session, Action.TOKEN_MADE, kind="access_token", object_id=row["id"], details={"scopes": wanted.scopes}
    )
    return TokenMade(**row, token=token)


async def end_token(session: AsyncSession, token_id: UUID) -> None:
    """End a token, at once.

    Raises:
        NotFoundError: it is no open token of one's own.
    """
    if not (await session.execute(END_TOKEN, {"id": token_id})).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts
        raise NotFoundError("没有这个令牌。", "There is no such token.")
    await record(session, Action.TOKEN_ENDED, kind="access_token", object_id=token_id)

"""``./minqing user add|password|disable|enable LOGIN``: the first administrator, and whoever forgot a password."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Any, Literal

import psycopg
import typer

from api.access.passwords import hasher
from api.access.roles import Role
from api.commands.options import DataDirOption
from api.commands.owner import as_owner
from api.commands.speech import say
from api.settings import Settings
from api.trouble import Trouble

if TYPE_CHECKING:
    from psycopg import Connection

PERSON = "INSERT INTO person (name) VALUES (%(name)s) RETURNING id"
ASSIGN = "INSERT INTO assignment (person_id, role, level, place_id) VALUES (%(person)s, %(role)s, %(level)s, %(place)s)"
ACCOUNT = "INSERT INTO account (person_id, login) VALUES (%(person)s, %(login)s) RETURNING id"
KEEP_HASH = """
INSERT INTO credential (account_id, password_hash, given) VALUES (%(account)s, %(hash)s, true)
ON CONFLICT (account_id) DO UPDATE
   SET password_hash = excluded.password_hash, given = true, totp_sealed = NULL, changed_at = now()
"""
LINK = """
INSERT INTO credential (account_id, oidc_subject) VALUES (%(account)s, %(subject)s)
ON CONFLICT (account_id) DO UPDATE SET oidc_subject = excluded.oidc_subject, changed_at = now(), given = false,
   password_hash = CASE WHEN NOT credential.given THEN credential.password_hash END
"""
"""A password that somebody else made goes: whoever comes in through the provider would be asked to replace it."""
END_SESSIONS = "UPDATE session SET ended_at = now() WHERE account_id = %(account)s AND ended_at IS NULL"
ACTIVE = "UPDATE account SET active = %(active)s WHERE id = %(account)s"
EVENT = """
INSERT INTO audit_event (chain, seq, at, hash, action, kind, object_id, reason)
VALUES (0, 0, now(), '', %(action)s, 'account', %(account)s::uuid::text, 'command line')
"""
PLACES = ("district", "subdistrict", "community", "compound", "building", "unit")


def command(
    what: Annotated[Literal["add", "password", "disable", "enable", "link"], typer.Argument()],
    login: Annotated[str, typer.Argument(help="登录名 / the name to log in with")],
    data_directory: DataDirOption = None,
    *,
    name: Annotated[str, typer.Option(help="姓名 / the person's name")] = "",
    role: Annotated[Role, typer.Option(help="角色 / role")] = Role.ADMINISTRATOR,
    subject: Annotated[str, typer.Option(help="统一认证里的用户标识 / the subject at the OIDC provider")] = "",
    at: Annotated[str, typer.Option(help="地点编码；空为全部 / code of the place; the whole store if empty")] = "",
) -> None:
    """Add an account, give it a new password, keep it out or let it in again."""
    with as_owner(data_directory) as store, psycopg.connect(store.owner_url) as connection:
        if what == "add":
            _tell(login, _add(connection, login.lower(), name or login, role, at))
            return
        account = _find(connection, login.lower())
        if what == "password":
            _tell(login, _new_password(connection, account))
            return
        if what == "link":
            _link(connection, account, subject)
            return
        connection.execute(ACTIVE, {"account": account, "active": what == "enable"})
        connection.execute(EVENT, {"action": "account.changed", "account": account})
    say("已办理，立即生效。", "Done; it acts at once.")


def _link(connection: Connection, account: Any, subject: str) -> None:
    issuer = (Settings().oidc_issuer or "").rstrip("/")
    if not issuer or not subject:
        raise Trouble(
            "请先设置 MINQING_OIDC_ISSUER,并用 --subject 给出用户标识。",
            "Set MINQING_OIDC_ISSUER and name the person at the provider with --subject.",
        )
    try:
        connection.execute(LINK, {"account": account, "subject": f"{issuer} {subject}"})
    except psycopg.errors.UniqueViolation as error:
        raise Trouble("这个标识已关联别的账号。", "Another account is linked to this subject.") from error
    connection.execute(EVENT, {"action": "account.changed", "account": account})
    say("已关联,可以用统一认证登录。", "Linked; the person may log in through the provider.")


def _tell(login: str, password: str) -> None:
    say(f"账号 {login} 的初始密码（只显示这一次）：{password}", f"The password of {login}, shown this once: {password}")


def _find(connection: Connection, login: str) -> Any:
    row = connection.execute("SELECT id FROM account WHERE login = %s", [login]).fetchone()
    if row is None:
        raise Trouble(f"没有账号 {login}。", f"There is no account {login}.")
    return row[0]


def _place(connection: Connection, code: str) -> tuple[str, Any]:
    if not code:
        return "store", None
    for level in PLACES:
        row = connection.execute(f"SELECT id FROM {level} WHERE code = %s", [code]).fetchone()  # noqa: S608  # our own words
        if row is not None:
            return level, row[0]
    raise Trouble(f"没有编码为 {code} 的地点。", f"There is no place of code {code}.")


def _add(connection: Connection, login: str, name: str, role: Role, code: str) -> str:
    level, place = _place(connection, code)
    try:
        person = connection.execute(PERSON, {"name": name}).fetchone()
        assert person is not None
        connection.execute(ASSIGN, {"person": person[0], "role": role.value, "level": level, "place": place})
        account = connection.execute(ACCOUNT, {"person": person[0], "login": login}).fetchone()
    except psycopg.errors.UniqueViolation as error:
        raise Trouble(f"账号 {login} 已存在。", f"There is an account {login} already.") from error
    except psycopg.errors.CheckViolation as error:
        raise Trouble(
            "登录名只能用小写字母、数字和 . _ @ -。", "A login has small letters, digits and . _ @ - only."
        ) from error
    assert account is not None
    connection.execute(EVENT, {"action": "account.made", "account": account[0]})
    return _new_password(connection, account[0])


def _new_password(connection: Connection, account: Any) -> str:
    password = secrets.token_urlsafe(12)
    connection.execute(KEEP_HASH, {"account": account, "hash": hasher().hash(password)})
    connection.execute(END_SESSIONS, {"account": account})
    connection.execute(EVENT, {"action": "password.changed", "account": account})
    return password

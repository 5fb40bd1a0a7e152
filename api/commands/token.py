"""``./minqing token USER``: a token for a machine that acts as that user."""

from __future__ import annotations

import secrets
from typing import Annotated

import psycopg
import typer

from api.access.admission import digest
from api.access.own import TOKEN_PREFIX
from api.commands.options import DataDirOption
from api.commands.owner import as_owner
from api.commands.speech import say
from api.trouble import Trouble

MAKE = """
WITH made AS (
  INSERT INTO access_token (account_id, digest, name, scopes, expires_at)
  SELECT id, %(digest)s, %(name)s, %(scopes)s, now() + make_interval(days => %(days)s) FROM account
   WHERE login = %(login)s AND active RETURNING id
)
INSERT INTO audit_event (chain, seq, at, hash, action, kind, object_id, reason)
SELECT 0, 0, now(), '', 'token.made', 'access_token', id::text, 'command line' FROM made RETURNING object_id
"""


def command(
    user: Annotated[str, typer.Argument(help="登录名 / whose rights it has")],
    data_directory: DataDirOption = None,
    name: Annotated[str, typer.Option(help="用途 / what it is for")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366, help="有效天数 / how long it lasts")] = 90,
    *,
    write: Annotated[bool, typer.Option("--write", help="可修改 / may change things")] = False,
) -> None:
    """Make a token and print it, this once."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    scopes = ["read", "write"] if write else ["read"]
    values = {"digest": digest(token), "name": name, "scopes": scopes, "days": days, "login": user}
    with as_owner(data_directory) as store, psycopg.connect(store.owner_url) as connection:
        if connection.execute(MAKE, values).fetchone() is None:
            raise Trouble(f"没有可用的账号 {user}。", f"There is no active account {user}.")
    say(
        "令牌只显示这一次；用法：Authorization: Bearer <令牌>",
        "Shown this once; use it as: Authorization: Bearer <token>",
    )
    typer.echo(token)

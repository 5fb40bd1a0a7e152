"""``./minqing keys rotate``: seal every telephone and ID number with a new key."""

from __future__ import annotations

from typing import Annotated, Literal

import psycopg
import typer

from api.access import keyring, rotation
from api.access.keyring import UnsealError
from api.commands.options import DataDirOption, chosen
from api.commands.owner import as_owner
from api.commands.speech import say
from api.trouble import Trouble

EVENT = """
INSERT INTO audit_event (chain, seq, at, hash, action, kind, reason)
VALUES (0, 0, now(), '', 'keys.rotated', 'keyring', 'command line')
"""


def command(
    what: Annotated[Literal["rotate"], typer.Argument()],
    data_directory: DataDirOption = None,
) -> None:
    """Rotate the keys for personal data; people may go on working."""
    del what  # there is one thing to do
    path = keyring.file_in(chosen(data_dir=data_directory).data_dir)
    with as_owner(data_directory) as store, psycopg.connect(store.owner_url) as connection:
        try:
            count = rotation.rotate(connection, path)
        except UnsealError as error:
            raise Trouble(f"有号码打不开,旧密钥已保留:{error}", f"{error} The old keys were kept.") from error
        connection.execute(EVENT)
    say(f"已用新密钥重新加密 {count} 个号码；密钥在 {path}。", f"{count} numbers sealed anew; the keys are in {path}.")

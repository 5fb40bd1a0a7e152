"""Seals every number anew with a fresh key, while people go on working; then the oldest keys are dropped.

The ring with the new key is written first, so that whatever is sealed meanwhile uses it; a rotation that is killed is
simply run again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from psycopg import sql

from api.access import keyring, totp
from api.access.people import FIELDS, place_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from psycopg import Connection

BATCH = 500


class Sealed(NamedTuple):
    """A sealed column, its table's key, and what its values are bound to."""

    table: str
    key: str
    column: str
    about: Callable[[UUID], str]


SEALED = (
    Sealed("person", "id", "phone_sealed", partial(place_of, FIELDS[0])),
    Sealed("person", "id", "id_number_sealed", partial(place_of, FIELDS[1])),
    Sealed("credential", "account_id", "totp_sealed", totp.place),
    Sealed("issue_reporter", "issue_id", "name_sealed", "issue_reporter.name {}".format),
    Sealed("issue_reporter", "issue_id", "phone_sealed", "issue_reporter.phone {}".format),
    Sealed("issue_georeport", "issue_id", "email_sealed", "issue_georeport.email {}".format),
)


def rotate(connection: Connection, path: Path) -> int:
    """Seal everything with a new key and drop the old ones; returns how many values were sealed anew.

    Raises:
        UnsealError: a value was altered or needs a key that is lost; the ring keeps its old keys then.
    """
    ring = keyring.read(path).rotated()
    keyring.write(path, ring)
    count = sum(_renew(connection, ring, column) for column in SEALED)
    keyring.write(path, ring.without_old())
    return count


def _renew(connection: Connection, ring: keyring.Keyring, sealed: Sealed) -> int:
    names = {name: sql.Identifier(getattr(sealed, name)) for name in ("table", "key", "column")}
    find = sql.SQL(
        "SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL AND substr({column}, 2, 4) <> %s"
        " ORDER BY {key} LIMIT %s FOR UPDATE"
    ).format(**names)
    change = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s").format(**names)
    count = 0
    while rows := connection.execute(find, [bytes.fromhex(ring.current), BATCH]).fetchall():
        for row_id, value in rows:
            about = sealed.about(row_id)
            connection.execute(change, [ring.seal(ring.unseal(value, about=about), about=about), row_id])
        connection.commit()
        count += len(rows)
    return count

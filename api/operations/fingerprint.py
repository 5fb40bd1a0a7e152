"""What a store holds, table by table: how many rows, and one number that changes when any column of any row does.

The number is the sum of 64-bit hashes of the rows' text, so that it does not depend on their order. A backup carries
it, and a restored store has to show the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

TABLES = """
SELECT n.nspname, c.relname, c.relkind = 'S'
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Content:
    """What one table holds."""

    rows: int
    hash: str


def fingerprint(connection: Connection) -> dict[str, Content]:
    """The content of every table and sequence, as seen by the transaction of ``connection``."""
    connection.execute("SET LOCAL statement_timeout = 0")
    connection.execute("SET LOCAL TimeZone = 'UTC'")
    found = connection.execute(TABLES).fetchall()
    return {
        f"{schema}.{name}": _content(connection, schema, name, counter=is_counter) for schema, name, is_counter in found
    }


def _content(connection: Connection, schema: str, name: str, *, counter: bool) -> Content:
    columns = sql.SQL("ROW(t.last_value, t.is_called)") if counter else sql.SQL("t")
    question = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended({}::text, 0)::numeric), 0)::text FROM {} t")
    row = connection.execute(question.format(columns, sql.Identifier(schema, name))).fetchone()
    assert row is not None
    return Content(*row)


def differences(before: Mapping[str, Content], after: Mapping[str, Content]) -> list[str]:
    """The tables whose content is not the same, each with its numbers of rows.

    >>> differences({"a": Content(2, "7")}, {"a": Content(2, "8")})
    ['a: 2 rows, then 2 rows of other content']
    """
    return [
        f"{name}: {_rows(before.get(name))}, then {_rows(after.get(name))}"
        + (" of other content" if name in before and name in after else "")
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _rows(content: Content | None) -> str:
    return "absent" if content is None else f"{content.rows} rows"

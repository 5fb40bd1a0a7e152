"""Writes rows of places and keeps the book of it: every row added, changed or removed, as it was before."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import shapely
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from psycopg import Connection

SRID = 4326
AT_ONCE = 4_000
"""Rows that one statement writes: few enough that the bar moves, enough that counting up after each costs little."""
MULTI = {"district", "subdistrict", "community", "compound", "area", "micro_grid"}
BEFORE = "to_jsonb(p) || jsonb_build_object('geometry', encode(ST_AsEWKB(p.geometry), 'hex'))"
BARE = {"floor", "household", "plan", "plan_member", "official_code"}
"""Tables without a geometry."""
NOTED = "INSERT INTO import_change (import_id, kind, place_id, action) SELECT %s, %s, id, 'added' FROM {}"


@dataclass
class Book:
    """One import's writing. Everything happens in the connection's transaction.

    Attributes:
        connection: the store, as somebody who may change it.
        import_id: whose changes these are.
        source: under which name the places' keys are remembered.
        tally: how many rows were added, changed or removed, by kind.
        tell: told now and then how many rows have been written.
        written: rows written so far.
    """

    connection: Connection
    import_id: UUID
    source: str
    tally: dict[str, dict[str, int]] = field(default_factory=dict)
    tell: Callable[[int], None] = lambda _: None
    written: int = 0

    def fresh(self, count: int) -> list[UUID]:
        """New keys."""
        rows = self.connection.execute("SELECT uuid7() FROM generate_series(1, %s)", [count]).fetchall()
        return [row[0] for row in rows]

    def add(
        self,
        kind: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        looked_up: Mapping[str, str] | None = None,
    ) -> int:
        """Insert rows whose first column is ``id``; a geometry is given as shapely's.

        Args:
            kind: the table.
            columns: of the rows.
            rows: the rows.
            looked_up: further columns, each with our own SQL that finds its value for the row ``a``.
        """
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        more = looked_up or {}
        into = sql.SQL(", ").join(map(sql.Identifier, [*columns, *more]))
        found = sql.SQL(", ").join(
            [*(sql.SQL("a.") + sql.Identifier(name) for name in columns), *(sql.SQL(how) for how in more.values())]
        )
        table, arriving = sql.Identifier(kind), sql.Identifier(f"arriving_{kind}")
        run = self.connection.execute
        run(sql.SQL("CREATE TEMP TABLE {} AS SELECT {} FROM {} LIMIT 0").format(arriving, names, table))
        enter = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} a").format(table, into, found, arriving)
        count = 0
        for part in _in_parts(rows):
            with (
                self.connection.cursor() as cursor,
                cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(arriving, names)) as copy,
            ):
                for row in part:
                    copy.write_row([_cell(kind, cell) for cell in row])
            run(enter)
            run(sql.SQL(NOTED).format(arriving), [self.import_id, kind])
            run(sql.SQL("TRUNCATE {}").format(arriving))
            count += len(part)
            self.written += len(part)
            self.tell(self.written)
        run(sql.SQL("DROP TABLE {}").format(arriving))
        self._count(kind, "added", count)
        return count

    def change(self, kind: str, place_id: UUID, values: Mapping[str, Any], *, quietly: bool = False) -> None:
        """Give some columns of one row other values; ``quietly`` keeps it out of the tally."""
        self._keep(kind, "changed", [place_id])
        sets = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values)
        self.connection.execute(
            sql.SQL("UPDATE {} SET {} WHERE id = %s").format(sql.Identifier(kind), sets),
            [*(_cell(kind, value) for value in values.values()), place_id],
        )
        if not quietly:
            self._count(kind, "changed", 1)

    def change_all(self, kind: str, changes: Iterable[tuple[UUID, Mapping[str, Any]]]) -> None:
        """Give many rows other values; those that change in the same columns go in one statement."""
        alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for key, values in changes:
            names = tuple(sorted(values))
            alike.setdefault(names, []).append((key, *(values[name] for name in names)))
        for names, rows in alike.items():
            for part in _in_parts(rows):
                self._change_part(kind, names, part)
                self.written += len(part)
                self.tell(self.written)

    def _change_part(self, kind: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self._keep(kind, "changed", [row[0] for row in rows])
        columns = sql.SQL(", ").join(map(sql.Identifier, ("id", *names)))
        sets = sql.SQL(", ").join(sql.SQL("{0} = a.{0}").format(sql.Identifier(name)) for name in names)
        parts = {"table": sql.Identifier(kind), "arriving": sql.Identifier(f"changing_{kind}"),
                 "columns": columns, "sets": sets}  # fmt: skip
        run = self.connection.execute
        run(sql.SQL("CREATE TEMP TABLE {arriving} AS SELECT {columns} FROM {table} LIMIT 0").format(**parts))
        with (
            self.connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {arriving} ({columns}) FROM STDIN").format(**parts)) as copy,
        ):
            for row in rows:
                copy.write_row([_cell(kind, cell) for cell in row])
        run(sql.SQL("UPDATE {table} p SET {sets} FROM {arriving} a WHERE p.id = a.id").format(**parts))
        run(sql.SQL("DROP TABLE {arriving}").format(**parts))
        self._count(kind, "changed", len(rows))

    def remove(self, kind: str, ids: Sequence[UUID]) -> None:
        """Delete rows; what hangs on them has to be gone already."""
        if not ids:
            return
        self._keep(kind, "removed", ids)
        self.connection.execute(sql.SQL("DELETE FROM {} WHERE id = ANY(%s)").format(sql.Identifier(kind)), [list(ids)])
        self._count(kind, "removed", len(ids))

    def remember(self, kind: str, keyed: Iterable[tuple[UUID, str]]) -> None:
        """Note what the source calls these places."""
        for part in _in_parts(keyed):
            self.connection.execute(
                "INSERT INTO place_source (kind, place_id, source, key) SELECT %s, n.id, %s, n.key"
                "  FROM unnest(%s::uuid[], %s::text[]) AS n(id, key)"
                " ON CONFLICT (kind, place_id, source) DO UPDATE SET key = excluded.key",
                [kind, self.source, [place_id for place_id, _ in part], [key[:200] for _, key in part]],
            )

    def mark_stand_ins(self, kind: str, ids: Iterable[UUID]) -> None:
        """Note that these only stand in for what nobody has drawn."""
        with self.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO stand_in (place_id, kind) VALUES (%s, %s)", [(i, kind) for i in ids])

    def _keep(self, kind: str, action: str, ids: Sequence[UUID]) -> None:
        before = "to_jsonb(p)" if kind in BARE else BEFORE
        self.connection.execute(
            sql.SQL(
                "INSERT INTO import_change (import_id, kind, place_id, action, before)"
                " SELECT %s, %s, p.id, %s, {} FROM {} p WHERE p.id = ANY(%s)"
            ).format(sql.SQL(before), sql.Identifier(kind)),
            [self.import_id, kind, action, list(ids)],
        )

    def _count(self, kind: str, action: str, count: int) -> None:
        counts = self.tally.setdefault(kind, {"added": 0, "changed": 0, "removed": 0})
        counts[action] += count


def _in_parts(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    rest = iter(rows)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def _cell(kind: str, value: Any) -> Any:
    """A value as the store takes it: shapes as hexadecimal EWKB, areas of the upper levels always in parts."""
    if not isinstance(value, shapely.Geometry):
        return value
    if kind in MULTI and isinstance(value, shapely.Polygon):
        value = shapely.MultiPolygon([value])
    return shapely.to_wkb(shapely.set_srid(value, SRID), hex=True, include_srid=True)

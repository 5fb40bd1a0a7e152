"""Counts and nesting of a whole store, set by set: what the triggers keep true row by row, after a bulk load."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

LEVELS = ("unit", "building", "compound", "community", "subdistrict", "district")
COUNTS = ("households", "units", "buildings", "compounds", "communities", "subdistricts")
SIBLINGS_STAND_APART = ("subdistrict", "community", "compound")

DOORS = """
UPDATE floor f SET households_counted = d.doors
  FROM (SELECT floor_id, count(*) AS doors FROM household GROUP BY 1) d
 WHERE d.floor_id = f.id AND f.households_counted <> d.doors;
UPDATE unit u SET households_counted = d.households, floors_counted = d.floors
  FROM (SELECT unit_id, sum(households) AS households, count(*) AS floors FROM floor GROUP BY 1) d
 WHERE d.unit_id = u.id AND (u.households_counted, u.floors_counted) <> (d.households, d.floors);
"""
SUM_UP = """
UPDATE {parent} p SET {adds} FROM (SELECT {key} AS id, {sums} FROM {child} GROUP BY 1) d
 WHERE d.id = p.id AND ({changed})
"""
OUTSIDE = """
SELECT c.name, p.name FROM {parent} p JOIN {child} c ON c.{key} = p.id
 WHERE NOT ST_Covers(p.geometry, {shape}) LIMIT 1
"""
OVERLAP = """
SELECT a.name, b.name FROM {level} a JOIN {level} b ON a.geometry && b.geometry AND a.id < b.id
 WHERE ST_Relate(a.geometry, b.geometry, '2********') LIMIT 1
"""


class NestingError(Exception):
    """A place does not lie in its parent, or lies on its sibling."""


def count_up(connection: Connection) -> None:
    """Bring every count of the store to the sum of what lies below, innermost first."""
    connection.execute(DOORS)
    for place, (child, parent) in enumerate(itertools.pairwise(LEVELS)):
        _sum_up(connection, child, parent, summed=COUNTS[: place + 1], counted=COUNTS[place + 1])


def _sum_up(connection: Connection, child: str, parent: str, *, summed: Sequence[str], counted: str) -> None:
    names = [*summed, counted]
    sums = [*(f"sum({name}) AS {name}" for name in summed), f"count(*) AS {counted}"]
    connection.execute(
        sql.SQL(SUM_UP).format(
            parent=sql.Identifier(parent),
            child=sql.Identifier(child),
            key=sql.Identifier(f"{parent}_id"),
            sums=sql.SQL(", ".join(sums)),
            adds=sql.SQL(", ".join(f"{name} = d.{name}" for name in names)),
            changed=sql.SQL(" OR ".join(f"p.{name} <> d.{name}" for name in names)),
        )
    )


def check_nesting(connection: Connection) -> None:
    """Pass if every place lies in its parent and beside its siblings.

    Raises:
        NestingError: the first stray place, by name.
    """
    for child, parent in itertools.pairwise(LEVELS):
        shape = "ST_PointOnSurface(c.geometry)" if child == "unit" else "c.geometry"
        names = {"child": sql.Identifier(child), "parent": sql.Identifier(parent), "shape": sql.SQL(shape)}
        query = sql.SQL(OUTSIDE).format(key=sql.Identifier(f"{parent}_id"), **names)
        if stray := connection.execute(query).fetchone():
            raise NestingError(f'The {child} "{stray[0]}" does not lie in the {parent} "{stray[1]}".')
    for level in SIBLINGS_STAND_APART:
        if pair := connection.execute(sql.SQL(OVERLAP).format(level=sql.Identifier(level))).fetchone():
            raise NestingError(f'The {level} "{pair[0]}" overlaps the {level} "{pair[1]}".')

"""Relieves ground that only stood in: drawn compounds and communities take over what lies in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from psycopg import sql
from psycopg.rows import dict_row

from api.imports.ground import BELOW, CLEAR_DEG
from geo.exchange.placing import NONE, placed
from geo.topology.slices import polygons_only

if TYPE_CHECKING:
    from uuid import UUID

    from numpy.typing import NDArray

    from api.imports.book import Book
    from api.imports.ground import Ground

CHILDREN = "SELECT c.*, ST_AsBinary(c.geometry) AS shape FROM {child} c WHERE c.{column} = %s ORDER BY c.id"
EMPTY = """
SELECT p.id FROM {level} p JOIN stand_in s ON s.place_id = p.id
 WHERE NOT EXISTS (SELECT FROM {child} c WHERE c.{column} = p.id)
"""


def relieve(book: Book, level: str, ids: list[UUID], shapes: NDArray[np.object_], ground: Ground) -> None:
    """Hand over the children of stand-ins that lie in newly drawn places; shrink the stand-ins, remove empty ones.

    Constraints have to be deferred: children and parents move one after the other.
    """
    ground.forget(level)
    places = ground.of(level)
    waiting = np.flatnonzero(places.stand_ins()) if len(places) else np.zeros(0, dtype=np.intp)
    if not len(ids) or not len(waiting):
        return
    for at in waiting:
        met = np.flatnonzero(shapely.relate_pattern(places.shapes[at], shapes, "2********"))
        if len(met):
            _hand_over(book, level, places.rows[at], places.shapes[at], [ids[m] for m in met], shapes[met])
    _sweep(book)
    ground.forget(level)


def _hand_over(  # noqa: PLR0917 - what one table of rows is made from
    book: Book, level: str, old: dict[str, Any], outline: shapely.Geometry, ids: list[UUID], shapes: NDArray[np.object_]
) -> None:
    child = BELOW[level]
    rows, inside = _children(book, level, old["id"])
    where = placed(inside, shapes)
    for at, to in enumerate(where.parent):
        if to != NONE:
            _move(book, level, child, rows[at]["id"], ids[to])
        elif where.share[at] > 0 and level == "community":
            _split(book, rows[at], inside[at], ids, shapes)
    rest = shapely.difference(outline, shapely.union_all(shapely.buffer(shapes, CLEAR_DEG)))
    rest = polygons_only(rest)
    if not rest.is_empty:
        book.change(level, old["id"], {"geometry": rest}, quietly=True)


def _children(book: Book, level: str, place_id: UUID) -> tuple[list[dict[str, Any]], NDArray[np.object_]]:
    query = sql.SQL(CHILDREN).format(child=sql.Identifier(BELOW[level]), column=sql.Identifier(f"{level}_id"))
    with book.connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, [place_id]).fetchall()
    return rows, np.array(shapely.from_wkb([row.pop("shape") for row in rows]), dtype=object)


def _move(book: Book, level: str, child: str, child_id: UUID, to: UUID) -> None:
    values: dict[str, Any] = {f"{level}_id": to}
    if child == "building":
        row = book.connection.execute("SELECT community_id FROM compound WHERE id = %s", [to]).fetchone()
        assert row is not None
        values["community_id"] = row[0]
    book.change(child, child_id, values, quietly=True)


def _split(
    book: Book, compound: dict[str, Any], outline: shapely.Geometry, ids: list[UUID], shapes: NDArray[np.object_]
) -> None:
    """A stand-in compound across a new border: its buildings on the other side get ground of their own there."""
    rows, inside = _children(book, "compound", compound["id"])
    for community, shape in zip(ids, shapes, strict=True):
        part = polygons_only(shapely.intersection(outline, shapely.buffer(shape, -CLEAR_DEG)))
        there = [row["id"] for row, held in zip(rows, shapely.covers(part, inside), strict=True) if held]
        if not there:
            continue
        [key] = book.fresh(1)
        columns = ["id", "community_id", "name", "name_en", "kind", "geometry"]
        book.add("compound", columns, [[key, community, compound["name"], compound["name_en"], compound["kind"], part]])
        book.mark_stand_ins("compound", [key])
        for building in there:
            book.change("building", building, {"compound_id": key, "community_id": community}, quietly=True)
    rest = polygons_only(shapely.difference(outline, shapely.union_all(shapely.buffer(shapes, CLEAR_DEG))))
    if not rest.is_empty:
        book.change("compound", compound["id"], {"geometry": rest}, quietly=True)


def _sweep(book: Book) -> None:
    """Stand-ins that hold nothing any more, from the inside outwards."""
    for level in ("compound", "community", "subdistrict", "district"):
        query = sql.SQL(EMPTY).format(
            level=sql.Identifier(level), child=sql.Identifier(BELOW[level]), column=sql.Identifier(f"{level}_id")
        )
        ids = [row[0] for row in book.connection.execute(query).fetchall()]
        book.remove(level, ids)  # the mark stays, so that an undo brings the place back as what it was

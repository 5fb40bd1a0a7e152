"""Enters districts, subdistricts, communities and compounds: matched, set into their parents, stand-ins relieved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api.imports.ground import ABOVE, Ground
from api.imports.known import stock
from api.imports.outcome import RowOutcome
from api.imports.relief import relieve
from geo.exchange.delivery import areas_only
from geo.exchange.faults import Kind
from geo.exchange.matching import match
from geo.exchange.placing import NONE, overlapping, placed

if TYPE_CHECKING:
    from uuid import UUID

    from numpy.typing import NDArray

    from api.imports.book import Book
    from api.imports.known import Stock
    from api.imports.outcome import Outcome
    from geo.exchange.delivery import Delivery

EXTRA = {"community": ("kind",), "compound": ("kind", "address")}
SAME_DEG = 1e-7
OUTSIDE = 1e-6
DIFFERS_FROM = 0.005
LONGEST = {"kind": 40, "address": 400}


def enter_places(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter areas of one level of the hierarchy.

    Args:
        book: what writes; its transaction.
        delivery: district, subdistrict, community or compound; degrees WGS-84.
        outcome: told what became of each row.
    """
    level = delivery.purpose.value
    ground = Ground(book, delivery.shapes)
    known = stock(book.connection, level, book.source, ground.box, delivery.codes)
    found = match(delivery, known.known)
    shapes = areas_only(delivery.shapes)
    usable = _usable(delivery, shapes, found, outcome)
    others = np.setdiff1d(np.flatnonzero(~known.stand_ins()) if len(known) else np.zeros(0, int), found[usable])
    lies_on = overlapping(shapes[usable], known.shapes[others]) if level != "district" else np.zeros(len(usable), bool)
    for at in usable[lies_on]:
        outcome.hold(delivery, int(at), Kind.OVERLAP, "与同级区域重叠", "overlaps another of its level")
    usable = usable[~lies_on]
    book.connection.execute("SET CONSTRAINTS ALL DEFERRED")
    parents = _parents(level, ground, delivery, shapes, usable, outcome)
    usable = np.array([at for at in usable if level not in ABOVE or at in parents], dtype=np.intp)
    ids = _write(book, level, delivery, shapes, usable, found, known, parents, outcome)
    book.remember(level, [(ids[int(at)], delivery.keys[at]) for at in usable])
    relieve(book, level, [ids[int(at)] for at in usable], shapes[usable], ground)
    book.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _gone(known, found, outcome)


def _usable(
    delivery: Delivery, shapes: NDArray[np.object_], found: NDArray[np.intp], outcome: Outcome
) -> NDArray[np.intp]:
    """Rows that have a sound area; a known place without one keeps the outline it has."""
    sound = ~shapely.is_missing(shapes) & shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2)  # noqa: PLR2004 - areas
    for at in np.flatnonzero(~sound):
        if found[at] == NONE:
            outcome.hold(delivery, int(at), Kind.NO_SHAPE, "没有可用的边界", "has no usable outline")
        else:
            outcome.hold(delivery, int(at), Kind.NO_SHAPE, "没有可用的边界，保留原边界", "has no usable outline")
    return np.flatnonzero(sound)


def _parents(  # noqa: PLR0917 - what one table of rows is made from
    level: str,
    ground: Ground,
    delivery: Delivery,
    shapes: NDArray[np.object_],
    usable: NDArray[np.intp],
    outcome: Outcome,
) -> dict[int, UUID]:
    """The parent of each usable row; rows across a border are held back."""
    if level not in ABOVE:
        return {}
    above = ground.of(ABOVE[level])
    where = placed(shapes[usable], above.shapes)
    parents: dict[int, UUID] = {}
    loose: list[int] = []
    for at, parent, share, best in zip(usable, where.parent, where.share, where.best, strict=True):
        if parent != NONE:
            parents[int(at)] = above.rows[parent]["id"]
        elif share > OUTSIDE and not above.rows[best]["stand_in"]:
            outcome.hold(delivery, int(at), Kind.OUTSIDE_PARENT, f"只有 {share:.1%} 在上级区域内",
                         f"lies only {share:.1%} inside its parent")  # fmt: skip
        else:
            loose.append(int(at))
    if loose:
        holder = ground.hold(ABOVE[level], shapes[loose])
        parents |= dict.fromkeys(loose, holder)
    return parents


def _write(  # noqa: PLR0917 - one row's worth of everything
    book: Book,
    level: str,
    delivery: Delivery,
    shapes: NDArray[np.object_],
    usable: NDArray[np.intp],
    found: NDArray[np.intp],
    known: Stock,
    parents: dict[int, UUID],
    outcome: Outcome,
) -> dict[int, UUID]:
    """Add the new ones, change those that differ; the place of each row."""
    ids: dict[int, UUID] = {}
    new = [int(at) for at in usable if found[at] == NONE]
    taken = {row.get("code") for row in known.rows}
    columns = ["id", "code", "name", "name_en", *EXTRA.get(level, ()), "geometry"]
    columns += [f"{ABOVE[level]}_id"] if level in ABOVE else []
    rows = []
    for at, key in zip(new, book.fresh(len(new)), strict=True):
        ids[at] = key
        said = _said(level, delivery, at)
        code = said["code"] if said["code"] not in taken else None
        taken.add(code)
        row: list[Any] = [key, code, *(said[name] for name in columns[2 : columns.index("geometry")]), shapes[at]]
        rows.append([*row, parents[at]] if level in ABOVE else row)
        outcome.note(delivery, at, "added", key)
    if rows:
        book.add(level, columns, rows)
    for at in (int(at) for at in usable if found[at] != NONE):
        old, shape = known.rows[found[at]], known.shapes[found[at]]
        ids[at] = old["id"]
        changes = {name: value for name, value in _said(level, delivery, at).items() if value and value != old[name]}
        if not shapely.equals_exact(shape, shapes[at], SAME_DEG, normalize=True):
            _compare(delivery, at, shape, shapes[at], outcome)
            changes |= {"geometry": shapes[at]}
            changes |= {f"{ABOVE[level]}_id": parents[at]} if level in ABOVE else {}
        if changes:
            book.change(level, old["id"], changes)
        outcome.note(delivery, at, "changed" if changes else "same", old["id"], fields=sorted(changes))
    return ids


def _compare(delivery: Delivery, at: int, before: shapely.Geometry, after: shapely.Geometry, outcome: Outcome) -> None:
    """Say where a second source draws a place clearly otherwise than the first."""
    share = shapely.area(shapely.symmetric_difference(before, after)) / max(shapely.area(before), 1e-30)
    if share > DIFFERS_FROM:
        zh, en = f"的边界与已有的相差 {share:.1%}", f"differs from the outline that is there by {share:.1%} of its area"
        outcome.remark(delivery, at, Kind.DIFFERS, zh, en)


def _said(level: str, delivery: Delivery, at: int) -> dict[str, Any]:
    said: dict[str, Any] = {"code": delivery.codes[at] or None, "name": delivery.names[at]}
    said["name_en"] = delivery.field("name_en")[at][:200]
    return said | {name: delivery.field(name)[at][: LONGEST[name]] for name in EXTRA.get(level, ())}


def _gone(known: Stock, found: NDArray[np.intp], outcome: Outcome) -> None:
    """Places that this source brought before and no longer has; they stay until somebody says otherwise."""
    delivered = set(found.tolist())
    for at, row in enumerate(known.rows):
        if row["ours"] and at not in delivered and not row["stand_in"]:
            outcome.rows.append(RowOutcome(None, "gone", row["name"], row["id"], {"code": row.get("code")}))

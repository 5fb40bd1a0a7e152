"""Enters what is no level of the hierarchy: roads and rivers, water and parks, official codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.exchange.delivery import areas_only
from geo.exchange.faults import Kind

if TYPE_CHECKING:
    from api.imports.book import Book
    from api.imports.outcome import Outcome
    from geo.exchange.delivery import Delivery

_KINDS = {
    "railway": ("rail", "铁路", "轨道"),
    "river": ("river", "water", "canal", "stream", "河", "渠", "水"),
    "wall": ("wall", "fence", "围墙", "围栏"),
}
LINES, AREAS = 1, 2
CODES = "SELECT code, id, name FROM official_code WHERE code = ANY(%s)"


def kind_of(*said: str) -> str:
    """road, river, railway or wall, from whatever words a file has.

    >>> kind_of("waterway"), kind_of("residential"), kind_of("", "围墙")
    ('river', 'road', 'wall')
    """
    words = " ".join(said).lower()
    return next((kind for kind, known in _KINDS.items() if any(word in words for word in known)), "road")


def enter_barriers(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter lines; one in several parts becomes several."""
    rows = []
    kinds, classes, english = (delivery.field(name) for name in ("kind", "road_class", "name_en"))
    for at, shape in enumerate(delivery.shapes):
        if shape is None or shape.is_empty or shapely.get_dimensions(shape) != LINES:
            outcome.hold(delivery, at, Kind.NO_SHAPE, "不是线", "is no line")
            continue
        named = delivery.names[at] if delivery.field("name")[at] else ""
        parts = [part for part in shapely.get_parts(shape) if part.length > 0]
        for key, part in zip(book.fresh(len(parts)), parts, strict=True):
            rows.append(
                (key, kind_of(kinds[at], classes[at]), classes[at][:40] or None, named, english[at][:200], part)
            )
        outcome.note(delivery, at, "added")
    book.add("barrier", ("id", "kind", "road_class", "name", "name_en", "geometry"), rows)
    book.remember("barrier", [(row[0], "") for row in rows])


def enter_areas(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter water, parks, squares: drawn, but nobody lives there."""
    rows = []
    for at, (shape, key) in enumerate(zip(areas_only(delivery.shapes), book.fresh(len(delivery)), strict=True)):
        if shape is None or shapely.get_dimensions(shape) != AREAS or not shape.is_valid:
            outcome.hold(delivery, at, Kind.NO_SHAPE, "不是可用的面", "is no sound area")
            continue
        named = delivery.names[at] if delivery.field("name")[at] else ""
        rows.append(
            (key, delivery.field("kind")[at][:40] or "water", named, delivery.field("name_en")[at][:200], shape)
        )
        outcome.note(delivery, at, "added", key)
    book.add("area", ("id", "kind", "name", "name_en", "geometry"), rows)
    book.remember("area", [(row[0], "") for row in rows])


def enter_codes(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter a list of official codes and names, from which later deliveries are checked."""
    known = {row[0]: row[1:] for row in book.connection.execute(CODES, [list(delivery.keys)]).fetchall()}
    seen: set[str] = set()
    rows = []
    for at, key in enumerate(book.fresh(len(delivery))):
        code, name = delivery.keys[at], delivery.names[at]
        if not code.isdigit() or not 2 <= len(code) <= 20 or not delivery.field("name")[at]:  # noqa: PLR2004 - GB/T 2260 and below
            outcome.hold(delivery, at, Kind.NO_COUNT, "没有编码或名称", "has no code or no name", field_="code")
        elif code in seen:
            outcome.hold(delivery, at, Kind.SHARED_CODE, f"编码 {code} 重复", f"repeats the code {code}", field_="code")
        elif code in known:
            if known[code][1] != name:
                book.connection.execute("UPDATE official_code SET name = %s WHERE code = %s", [name, code])
            outcome.note(delivery, at, "same" if known[code][1] == name else "changed", known[code][0])
        else:
            rows.append((key, code, name))
            outcome.note(delivery, at, "added", key)
        seen.add(code)
    book.add("official_code", ("id", "code", "name"), rows)

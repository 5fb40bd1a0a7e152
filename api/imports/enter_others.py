"""Enters what is no level of the hierarchy: roads and rivers, water and parks, official codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from api.imports.merge import Drawn, merge, part_key
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
    things = []
    kinds, classes, english = (delivery.field(name) for name in ("kind", "road_class", "name_en"))
    for at, shape in enumerate(delivery.shapes):
        if shape is None or shape.is_empty or shapely.get_dimensions(shape) != LINES:
            outcome.hold(delivery, at, Kind.NO_SHAPE, "不是线", "is no line")
            continue
        said = {
            "kind": kind_of(kinds[at], classes[at]),
            "road_class": classes[at][:40] or None,
            "name": delivery.names[at] if delivery.field("name")[at] else "",
            "name_en": english[at][:200],
        }
        parts = [part for part in shapely.get_parts(shape) if part.length > 0]
        things += [Drawn(at, part_key(delivery.keys[at], n), said, part) for n, part in enumerate(parts)]
    merge(book, "barrier", delivery, things, outcome)


def enter_areas(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter water, parks, squares: drawn, but nobody lives there."""
    things = []
    for at, shape in enumerate(areas_only(delivery.shapes)):
        if shape is None or shapely.get_dimensions(shape) != AREAS or not shape.is_valid:
            outcome.hold(delivery, at, Kind.NO_SHAPE, "不是可用的面", "is no sound area")
            continue
        said = {
            "kind": delivery.field("kind")[at][:40] or "water",
            "name": delivery.names[at] if delivery.field("name")[at] else "",
            "name_en": delivery.field("name_en")[at][:200],
        }
        things.append(Drawn(at, delivery.keys[at], said, shape))
    merge(book, "area", delivery, things, outcome)


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
    above = _above(delivery)
    there = {row[0] for row in book.connection.execute(CODES, [list(above)]).fetchall()} | seen
    fresh = {code: name for code, name in above.items() if code not in there}
    rows += [(key, *pair) for key, pair in zip(book.fresh(len(fresh)), fresh.items(), strict=True)]
    book.add("official_code", ("id", "code", "name"), rows)


def _above(delivery: Delivery) -> dict[str, str]:
    """Codes and names of streets and districts that the list tells in further columns, each once."""
    found: dict[str, str] = {}
    for level, digits in (("subdistrict", 9), ("district", 6)):
        pairs = zip(delivery.said.get(f"{level}_code", ()), delivery.said.get(level, ()), strict=False)
        found |= {code: name for code, name in pairs if name and code.isdigit() and len(code) == digits}
    return found

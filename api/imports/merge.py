"""Merges lines and areas of no level with those that are there: by the key of their source, else by their shape."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api.imports.known import box_of, stock
from api.imports.outcome import RowOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from api.imports.book import Book
    from api.imports.known import Stock
    from api.imports.outcome import Outcome
    from geo.exchange.delivery import Delivery

DECIMALS = 7
"""Of a degree, a centimetre: shapes that agree so far are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One line or area: its row of the delivery, what the source calls it, its columns, its shape (degrees WGS-84)."""

    at: int
    key: str
    said: Mapping[str, Any]
    shape: shapely.Geometry


def part_key(key: str, part: int) -> str:
    """What the source would call one part of a thing that comes in several.

    >>> part_key("w17", 0), part_key("w17", 2), part_key("", 2)
    ('w17', 'w17#3', '')
    """
    return f"{key}#{part + 1}" if key and part else key


def merge(book: Book, kind: str, delivery: Delivery, things: Sequence[Drawn], outcome: Outcome) -> None:
    """Add what is new, change what differs, name what is gone; what came before keeps its identity."""
    if not things:
        return
    known = stock(book.connection, kind, book.source, box_of(np.array([thing.shape for thing in things], dtype=object)))
    found = _known(things, known)
    fresh = book.fresh(sum(place is None for place in found))
    columns = list(things[0].said)
    rows, changes, remembered = [], [], []
    came: defaultdict[int, set[str]] = defaultdict(set)
    keys: dict[int, UUID] = {}
    for thing, place in zip(things, found, strict=True):
        if place is None:
            key = fresh.pop()
            rows.append((key, *(thing.said[name] for name in columns), thing.shape))
            came[thing.at].add("added")
        else:
            key = known.rows[place]["id"]
            differs = _differences(thing, known, place)
            if differs:
                changes.append((key, differs))
            came[thing.at].add("changed" if differs else "same")
        keys.setdefault(thing.at, key)
        remembered.append((key, thing.key))
    book.add(kind, ["id", *columns, "geometry"], rows)
    book.change_all(kind, changes)
    book.remember(kind, remembered)
    for at, became in sorted(came.items()):
        outcome.note(delivery, at, became.pop() if len(became) == 1 else "changed", keys[at])
    delivered = {place for place in found if place is not None}
    outcome.rows.extend(
        RowOutcome(None, "gone", row["name"], row["id"], {})
        for place, row in enumerate(known.rows)
        if row["ours"] and place not in delivered
    )


def _known(things: Sequence[Drawn], known: Stock) -> list[int | None]:
    """The known place of each thing; none is taken twice."""
    named = {row["source_key"]: place for place, row in enumerate(known.rows) if row["source_key"]}
    drawn: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, print_ in enumerate(_prints(known.shapes)):
        drawn[print_].append(place)
    taken: set[int] = set()
    found: list[int | None] = []
    for thing, print_ in zip(things, _prints(np.array([t.shape for t in things], dtype=object)), strict=True):
        offers = [named[thing.key]] if thing.key in named else drawn[print_]
        free = next((offer for offer in offers if offer not in taken), None)
        if free is not None:
            taken.add(free)
        found.append(free)
    return found


def _differences(thing: Drawn, known: Stock, place: int) -> dict[str, Any]:
    old = known.rows[place]
    changes = {name: value for name, value in thing.said.items() if value and value != old[name]}
    one, other = _prints(np.array([thing.shape, known.shapes[place]], dtype=object))
    return changes if one == other else changes | {"geometry": thing.shape}


def _prints(shapes: NDArray[np.object_]) -> list[bytes]:
    """Shapes as bytes that are the same for the same ground."""
    single = np.array([s.geoms[0] if shapely.get_num_geometries(s) == 1 and hasattr(s, "geoms") else s for s in shapes])
    rounded = shapely.transform(single, lambda points: np.round(points, DECIMALS))
    return list(shapely.to_wkb(shapely.normalize(rounded)))

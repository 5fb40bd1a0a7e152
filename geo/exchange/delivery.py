"""A delivered layer understood: each row's code, name, shape and figures under our names, whatever its columns were."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely

from geo.exchange import estimate
from geo.exchange.purposes import WANTED
from geo.exchange.rows import number
from geo.topology.slices import polygons_only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer
    from geo.exchange.purposes import Purpose

DIGITS = {"district": 6, "subdistrict": 9, "community": 12, "compound": 15, "building": 18, "unit": 20}
"""How long the official code of each level is."""
_NOT_LIVED = {"0", "false", "f", "no", "n", "否"}
"""Answers to "does anybody live here?"."""
PLACES = {"lon", "lat"}
"""Columns that became the shape."""
STOREY_M = 3.0
MOST_FLOORS = 130
LONGEST_NAME = 200
_USES = {
    "mixed": ("商住", "综合", "mixed"),
    "commercial": ("商", "办公", "店", "commercial", "retail", "office", "hotel", "supermarket"),
    "public": ("学校", "医院", "公共", "政府", "幼儿园", "school", "hospital", "public", "church", "university",
               "kindergarten", "civic", "government"),
    "other": ("厂", "仓", "车库", "garage", "garages", "industrial", "warehouse", "shed",
              "service", "hangar", "construction"),
    "residential": ("住", "宅", "公寓", "residential", "apartments", "house", "dormitory", "detached"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """Rows of one layer, degrees WGS-84; all sequences have the same length.

    Attributes:
        purpose: what they are taken for.
        rows: the row of the file, from 1.
        keys: what the file itself calls each ("" where nothing does).
        codes: official codes, "" where there is none of the right length.
        names: never empty.
        shapes: valid, or None.
        said: the other fields, by our names, as text ("" where empty).
    """

    purpose: Purpose
    rows: NDArray[np.intp]
    keys: tuple[str, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    shapes: NDArray[np.object_]
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Rows."""
        return len(self.rows)

    def field(self, name: str) -> tuple[str, ...]:
        """One of the fields that its purpose wants; all empty where the file has no such column."""
        return self.said[name]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """One of the other fields as numbers, NaN where it is none."""
        return np.array([number(cell) for cell in self.field(name)], dtype=np.float64)

    def take(self, rows: NDArray[np.intp]) -> Delivery:
        """Some of the rows."""
        pick = [int(row) for row in rows]
        return Delivery(
            self.purpose,
            self.rows[rows],
            tuple(self.keys[r] for r in pick),
            tuple(self.codes[r] for r in pick),
            tuple(self.names[r] for r in pick),
            self.shapes[rows],
            {name: tuple(cells[r] for r in pick) for name, cells in self.said.items()},
        )


def delivery_of(layer: Layer, purpose: Purpose, columns: Mapping[str, str], rows: NDArray[np.intp]) -> Delivery:
    """Understand a layer.

    Args:
        layer: degrees WGS-84, mended as far as somebody wished.
        purpose: what it is taken for.
        columns: our field → the layer's column.
        rows: the row of the file (from 1) of each row of the layer.
    """
    size = len(layer)
    blank = ("",) * size
    said = {ours: texts(layer.table.column(theirs)) for ours, theirs in columns.items() if ours not in PLACES}
    for name in WANTED[purpose].fields:
        said.setdefault(name, blank)
    keys = said.get("code", blank)
    digits = DIGITS.get(purpose.value, 0)
    codes = tuple(key if len(key) == digits and key.isdigit() else "" for key in keys)
    return Delivery(purpose, rows, keys, codes, _names(purpose, said, size, rows), layer.geometry, said)


def texts(column: pa.ChunkedArray) -> tuple[str, ...]:
    """Each cell as text; a word that stands in many rows is understood and kept once."""
    kind = column.type
    if not (pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return tuple(text(cell) for cell in column.to_pylist())
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    words = [text(cell) for cell in encoded.dictionary.to_pylist()]
    return tuple(words[at] for at in encoded.indices.to_pylist())


def text(cell: Any) -> str:
    """A cell as text without blanks around: 7, 7.0 and '7' are the same; None and NaN are empty."""
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN differs from itself
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return re.sub(r"[\x00-\x1f]+", " ", str(cell)).strip()


def _names(purpose: Purpose, said: Mapping[str, tuple[str, ...]], size: int, rows: NDArray[np.intp]) -> tuple[str, ...]:
    """The best name that each row has: its own, that of its kind, its address, its key, its number."""
    sources = [
        said[f] for f in dict.fromkeys(("name", purpose.value, "grid", "address", "name_en", "code")) if f in said
    ]
    return tuple(
        next((cells[r][:LONGEST_NAME] for cells in sources if cells[r]), f"{int(rows[r])}") for r in range(size)
    )


def use_of(said: str) -> str:
    """What a building is for, from whatever words the file has.

    >>> use_of("住宅"), use_of("apartments"), use_of("garages"), use_of("商住楼"), use_of("yes")
    ('residential', 'residential', 'other', 'mixed', 'residential')
    """
    words = said.lower()
    if words in _NOT_LIVED:
        return "other"
    return next((use for use, known in _USES.items() if any(word in words for word in known)), "residential")


@dataclass(frozen=True, slots=True, eq=False)
class Houses:
    """What a delivery of buildings says of each, estimates filled in.

    Attributes:
        uses: residential, mixed, commercial, public or other.
        floors: 1..130.
        households: 0 or more.
        estimated: where households are an estimate.
        units: stairwells, at least 1.
    """

    uses: tuple[str, ...]
    floors: NDArray[np.int64]
    households: NDArray[np.int64]
    estimated: NDArray[np.bool_]
    units: NDArray[np.int64]


def houses_of(delivery: Delivery) -> Houses:
    """Floors, households and stairwells of buildings; what is missing is estimated and marked so."""
    uses = tuple(use_of(use) for use in delivery.field("use"))
    lived = np.array([use in {"residential", "mixed"} for use in uses], dtype=bool)
    told, height = delivery.numbers("floors"), delivery.numbers("height")
    told = np.where(_sound(told), told, np.where(np.isfinite(height), np.round(height / STOREY_M), np.nan))
    floors = np.where(_sound(told), told, np.where(lived, float(estimate.USUAL_FLOORS), 1.0))
    households = delivery.numbers("households")
    known = np.isfinite(households) & (households >= 0) & (households <= 20_000)  # noqa: PLR2004 - the store's own bound
    guessed = estimate.households(estimate.Known(delivery.shapes, floors, delivery.field("use")))
    guessed = np.where(lived & np.isfinite(guessed), np.minimum(guessed, 20_000), 0.0)
    counted = np.where(known, households, guessed)
    units = delivery.numbers("units")
    sound_units = np.isfinite(units) & (units >= 1) & (units <= 60)  # noqa: PLR2004 - stairwells of the longest house
    return Houses(
        uses,
        floors.astype(np.int64),
        np.round(counted).astype(np.int64),
        ~known & (guessed > 0),
        np.where(sound_units, units, 1).astype(np.int64),
    )


def _sound(floors: NDArray[np.float64]) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = np.isfinite(floors) & (floors >= 1) & (floors <= MOST_FLOORS)
    return sound


def areas_only(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes of areas without stray lines and points; None where nothing is left."""
    out = shapes.copy()
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == 7)  # noqa: PLR2004 - geometry collections
    for row in mixed:
        out[row] = polygons_only(shapes[row])
    out[shapely.is_empty(out)] = None
    return out

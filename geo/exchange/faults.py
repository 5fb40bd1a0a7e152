"""What is wrong with a delivered layer, row by row, and what would mend it; accepted all, in part, or not at all.

A mend is data, not an action: the shapes and values that would stand there instead. So the page can show before and
after, and nothing changes until a person says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import shapely

    from geo.exchange.layer import Layer

GEOMETRY = "geometry"
"""The field of a fault that lies in the shape, not in a column."""


class Severity(StrEnum):
    """How much it matters."""

    BLOCKS = "blocks"
    """The row cannot enter as it stands."""
    DOUBTFUL = "doubtful"
    """It can, but somebody should look."""


class Kind(StrEnum):
    """What sort of fault; the value is stable and machine-readable."""

    NO_SHAPE = "no-shape"
    AT_ZERO = "at-zero"
    TRUNCATED = "truncated"
    OFF_THE_EARTH = "off-the-earth"
    FAR_AWAY = "far-away"
    INVALID_RING = "invalid-ring"
    SLIVER = "sliver"
    TOO_LARGE = "too-large"
    DUPLICATE = "duplicate"
    OVERLAP = "overlap"
    GAP = "gap"
    SHARED_CODE = "shared-code"
    OUTSIDE_PARENT = "outside-parent"
    NO_COUNT = "no-count"
    ZERO_COUNT = "zero-count"
    ABSURD_COUNT = "absurd-count"
    MIXED_NAME = "mixed-name"
    NO_TIME = "no-time"
    NO_CATEGORY = "no-category"
    CLOSED_EARLY = "closed-early"
    TOO_FAST = "too-fast"
    ODD_TRACK = "odd-track"
    UNKNOWN_PLACE = "unknown-place"
    UNCOVERED = "uncovered"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Mend:
    """What would stand there instead; rows counted from 0.

    Attributes:
        zh: what it does, in Chinese.
        en: the same in English.
        shapes: new shapes; None takes the shape away.
        values: new values, by row and column.
        drop: rows that go.
    """

    zh: str
    en: str
    shapes: Mapping[int, shapely.Geometry | None] = field(default_factory=dict)
    values: Mapping[tuple[int, str], Any] = field(default_factory=dict)
    drop: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; ``row`` is counted from 1, as people do."""

    row: int
    field: str
    kind: Kind
    severity: Severity
    zh: str
    en: str
    mend: Mend | None = None


def mended(layer: Layer, accepted: Iterable[Fault]) -> Layer:
    """The layer with the mends of these faults; faults without a mend change nothing.

    Where two mends touch the same shape or value, the later wins; check again afterwards.
    """
    shapes = layer.geometry.copy()
    values: dict[str, dict[int, Any]] = {}
    gone: set[int] = set()
    for mend in (fault.mend for fault in accepted):
        if mend is None:
            continue
        for row, shape in mend.shapes.items():
            shapes[row] = shape
        for (row, column), value in mend.values.items():
            values.setdefault(column, {})[row] = value
        gone |= mend.drop
    out = layer.with_table(_with_values(layer.table, values)).with_geometry(shapes, epsg=layer.epsg)
    return out.take(np.array([row for row in range(len(layer)) if row not in gone], dtype=np.intp)) if gone else out


def _with_values(table: pa.Table, values: Mapping[str, Mapping[int, Any]]) -> pa.Table:
    for column, changes in values.items():
        at = table.column_names.index(column)
        kind = table.schema.field(column).type
        cells = table.column(column).to_pylist()
        for row, value in changes.items():
            cells[row] = str(value) if pa.types.is_string(kind) and value is not None else value
        table = table.set_column(at, pa.field(column, kind), pa.array(cells, kind))
    return table

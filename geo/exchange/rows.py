"""Turns rows of cells (CSV, Excel) into the batches of a layer: all text, points where there are coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
import shapely

from geo.exchange.columns import coordinate_columns
from geo.exchange.sink import BATCH_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

    from geo.exchange.sink import LayerSink, Sink


_OUTLINES = {"wkt", "the_geom", "geometry_wkt", "geom_wkt"}


class RowWriter:
    """Collects rows and hands them on in batches; used as ``with RowWriter(…) as writer: writer.add(row)``."""

    def __init__(self, sink: Sink, layer: str, header: Sequence[str], encoding: str) -> None:
        self.header = _unlike(header)
        self.schema = pa.schema([pa.field(name, pa.string()) for name in self.header])
        self.place = coordinate_columns(self.header)
        self.outline = next((at for at, name in enumerate(self.header) if name.lower() in _OUTLINES), None)
        self.waiting: list[list[str | None]] = []
        self._door: AbstractContextManager[LayerSink] = sink.layer(layer, self.schema, encoding=encoding)

    def __enter__(self) -> Self:
        self.layer = self._door.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: object) -> None:
        if kind is None:
            self._flush()
        self._door.__exit__(kind, value, trace)  # type: ignore[arg-type] # the traceback is passed through untouched

    def add(self, row: Sequence[str]) -> None:
        """One row; short rows are filled with nothing, surplus cells dropped."""
        cells: list[str | None] = [cell.strip() or None for cell in row[: len(self.header)]]
        self.waiting.append(cells + [None] * (len(self.header) - len(cells)))
        if len(self.waiting) >= BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self.waiting:
            return
        columns = [pa.array(column, pa.string()) for column in zip(*self.waiting, strict=True)]
        self.layer.take(pa.table(columns, schema=self.schema), pa.array(self._points(), pa.binary()))
        self.waiting = []

    def _points(self) -> NDArray[np.object_]:
        points = np.full(len(self.waiting), None, dtype=object)
        if self.outline is not None:
            texts = np.array([row[self.outline] for row in self.waiting], dtype=object)
            return np.asarray(shapely.to_wkb(shapely.from_wkt(texts, on_invalid="ignore")), dtype=object)
        if self.place is None:
            return points
        x, y = (np.array([number(row[at]) for row in self.waiting]) for at in self.place)
        known = np.isfinite(x) & np.isfinite(y)
        points[known] = shapely.to_wkb(shapely.points(x[known], y[known]))
        return points


def number(cell: str | None) -> float:
    """A cell as a number, NaN when it is none; full-width digits and degree signs are understood.

    >>> number("１０４．０６°"), number("1,234.5"), number("东")
    (104.06, 1234.5, nan)
    """
    if not cell:
        return float("nan")
    try:
        return float(cell.translate(_PLAIN))
    except ValueError:
        return float("nan")


_PLAIN = str.maketrans("０１２３４５６７８９．－", "0123456789.-", ",，°度 ′")


def _unlike(header: Sequence[str]) -> list[str]:
    """Header names made different from each other and never empty."""
    seen: dict[str, int] = {}
    names = []
    for at, cell in enumerate(header):
        name = cell or f"column_{at + 1}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names

"""Writes CSV and Excel: the columns, with longitude and latitude where they stood or behind them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import xlsxwriter

from geo.exchange.columns import coordinate_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

BATCH_ROWS = 10_000
SHEET_NAME = 31  # characters that Excel allows
CELL = 32_767
MOST_DEGREES = 400.0  # beyond this a coordinate is metres and needs fewer decimals
POINT = 0


def csv_text(layer: Layer, path: Path, text: str) -> None:
    """CSV in the given encoding; areas and lines also as WKT."""
    with path.open("w", encoding=text, errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in rows(layer):
            writer.writerow(["" if cell is None else cell for cell in row])


def excel(layers: Sequence[Layer], path: Path, _text: str = "") -> None:
    """One sheet a layer; text stays text, so that no cell of a stranger becomes a formula."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        for layer in layers:
            sheet = book.add_worksheet(sheet_name(layer.name, [s.name for s in book.worksheets()]))
            sheet.freeze_panes(1, 0)
            for at, row in enumerate(rows(layer, number=_rounded)):
                for column, cell in enumerate(row):
                    _put(sheet, at, column, cell)


def rows(layer: Layer, number: Callable[[float], Any] | None = None) -> Iterator[list[Any]]:
    """The header, then each row; a place goes into its own columns, or into ``lon`` and ``lat`` behind the others.

    Areas and lines get a point inside them there, and their WKT in a last column. A row whose place is unknown
    keeps what its cells said. ``number`` makes a coordinate a cell, a text with enough decimals if it is not given.
    """
    number = number or _decimal
    drawn = bool((~shapely.is_missing(layer.geometry)).any())
    wkt = drawn and bool((shapely.get_type_id(layer.geometry) > POINT).any())
    header = list(layer.columns)
    at = coordinate_columns(header)
    if drawn and at is None:
        at = (len(header), len(header) + 1)
        header += ["lon", "lat"]
    yield [*header, "wkt"] if wkt else header
    places = _places(layer)
    for row, (cells, place) in enumerate(zip(_cells(layer), places, strict=True)):
        line = [*cells, *[None] * (len(header) - len(cells))]
        if at is not None and np.isfinite(place).all():
            line[at[0]], line[at[1]] = number(place[0]), number(place[1])
        shape = layer.geometry[row]
        yield [*line, None if shape is None else shape.wkt] if wkt else line


def _cells(layer: Layer) -> Iterator[tuple[Any, ...]]:
    """The values of each row, a batch at a time."""
    if not layer.columns:
        yield from (() for _ in range(len(layer)))
        return
    for start in range(0, len(layer), BATCH_ROWS):
        batch = layer.table.slice(start, BATCH_ROWS)
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _places(layer: Layer) -> NDArray[np.float64]:
    """A point (n, 2) inside each shape, NaN where there is none."""
    points = shapely.point_on_surface(layer.geometry)
    return np.column_stack((shapely.get_x(points), shapely.get_y(points)))


def _decimal(value: float) -> str:
    """Degrees to a tenth of a millimetre, metres to the same."""
    return f"{value:.9f}" if abs(value) < MOST_DEGREES else f"{value:.4f}"


def _rounded(value: float) -> float:
    """The same as a number, which a sheet can reckon with."""
    return float(_decimal(value))


def _put(sheet: Any, row: int, column: int, cell: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float) and np.isfinite(cell):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, str(cell)[:CELL])


def sheet_name(name: str, taken: Sequence[str]) -> str:
    """A name that Excel admits and no other sheet has.

    >>> sheet_name("a/b: 楼栋", ["a_b_ 楼栋"])
    'a_b_ 楼栋 2'
    """
    plain = "".join("_" if char in "[]:*?/\\'" else char for char in name).strip()[:SHEET_NAME] or "sheet"
    short, n = plain, 1
    while short.lower() in {other.lower() for other in taken}:
        n += 1
        short = f"{plain[: SHEET_NAME - len(str(n)) - 1]} {n}"
    return short

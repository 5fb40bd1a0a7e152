"""Reads Excel books: each sheet a layer, its header found below the title lines that offices put on top."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import olefile
import python_calamine

from geo.exchange import refusals
from geo.exchange.recognise import Format
from geo.exchange.rows import RowWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.exchange.sink import Sink

TITLE_LINES = 12


def read(path: Path, sink: Sink) -> None:
    """Read every sheet that has a header and a row.

    Raises:
        UnreadableFileError: with the sentence for the user.
    """
    if _is_locked(path):
        raise refusals.locked(sink.name)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = book.sheet_names[: sink.limits.layers]
        for name in names:
            _sheet(book.get_sheet_by_name(name), name, sink)
    except python_calamine.PasswordError as error:
        raise refusals.locked(sink.name) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise refusals.broken(sink.name, Format.EXCEL) from error


def _is_locked(path: Path) -> bool:
    """An encrypted .xlsx is an OLE file with a stream of that name."""
    if not olefile.isOleFile(str(path)):
        return False
    with olefile.OleFileIO(str(path)) as streams:
        return bool(streams.exists("EncryptedPackage"))


def _sheet(sheet: Any, name: str, sink: Sink) -> None:
    if sheet.width > sink.limits.columns:
        raise refusals.too_large(f"工作表 {name} 的列数", f"Columns of sheet {name}", sheet.width, sink.limits.columns)
    rows = ([_text(cell) for cell in row] for row in sheet.iter_rows())
    top = [row for _, row in zip(range(TITLE_LINES), rows, strict=False)]
    at = _header(top)
    if at is None:
        return
    with RowWriter(sink, name, [cell.strip() for cell in top[at]], "utf-8") as writer:
        for row in (*top[at + 1 :], *rows):
            if any(row):
                writer.add(row)


def _header(top: Sequence[Sequence[str]]) -> int | None:
    """The first line that names most of the columns; title lines fill one or two cells only."""
    filled = [sum(1 for cell in row if cell.strip()) for row in top]
    widest = max(filled, default=0)
    if widest < 2:  # noqa: PLR2004 - one column is a list of titles
        return None
    return next(n for n, count in enumerate(filled) if count >= max(2, 0.6 * widest))


def _text(cell: Any) -> str:
    """A cell as it would be typed: whole numbers without a fraction, times in ISO."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004 - exact in a float
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell)

"""Reads CSV and other delimited text: every value stays text, so that codes keep their leading zeros."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow as pa

from geo.exchange import refusals
from geo.exchange.recognise import Format
from geo.exchange.rows import RowWriter

if TYPE_CHECKING:
    from pathlib import Path

    from geo.exchange.sink import Sink

_SAMPLE = 1 << 20
_LINE = 4 << 20
_DELIMITERS = (",", "\t", ";", "|")


def read(path: Path, sink: Sink) -> None:
    """Read one delimited text file with a header line.

    Raises:
        UnreadableFileError: with the sentence for the user.
    """
    encoding = _encoding(path, sink.name)
    csv.field_size_limit(_LINE)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(_LINE)
        delimiter = max(_DELIMITERS, key=first.count)
        if len(first) >= _LINE or first.count(delimiter) >= sink.limits.columns:
            raise refusals.too_large(
                f"{sink.name} 的列数", f"Columns of {sink.name}", first.count(delimiter) + 1, sink.limits.columns
            )
        file.seek(0)
        try:
            rows = csv.reader(file, delimiter=delimiter, strict=False)
            header = [cell.strip() for cell in next(rows, [])]
            if len(header) < 2 or not any(header):  # noqa: PLR2004 - one column holds no place
                raise refusals.unknown(sink.name)
            with RowWriter(sink, sink.stem, header, encoding) as writer:
                for row in rows:
                    if any(row):
                        writer.add(row)
        except (csv.Error, UnicodeError, pa.ArrowException) as error:
            raise refusals.broken(sink.name, Format.TEXT, str(error)[:100]) from error


def _encoding(path: Path, name: str) -> str:
    """UTF-8 where it decodes, else GB18030; the whole file is asked, not its beginning."""
    with path.open("rb") as file:
        if b"\0" in file.read(_SAMPLE):
            raise refusals.unknown(name)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                while file.read(_SAMPLE):
                    pass
        except UnicodeError:
            continue
        return "utf-8" if encoding == "utf-8-sig" and not _is_marked(path) else encoding
    raise refusals.refuse(
        "encoding",
        f"{name} 的文字既不是 UTF-8 也不是 GBK；请另存为 UTF-8 后再导入。",
        f"The text of {name} is neither UTF-8 nor GBK; save it as UTF-8 and import again.",
    )


def _is_marked(path: Path) -> bool:
    """Whether it begins with the mark by which Excel knows UTF-8."""
    with path.open("rb") as file:
        return file.read(3) == b"\xef\xbb\xbf"

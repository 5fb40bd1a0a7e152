"""Finds out how the text of a shapefile is encoded: by decoding it, because what the file says is often wrong.

A Chinese .dbf is GBK when a Windows program wrote it and UTF-8 when QGIS did; the .cpg that should tell is missing or
copied from elsewhere.
"""

from __future__ import annotations

import codecs
import struct
from typing import TYPE_CHECKING

from geo.exchange import refusals
from geo.exchange.recognise import Format

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAMPLE_ROWS = 5_000
_TEXT = ord("C")


def encoding_of(path: Path, name: str, *, said: str = "") -> str:
    """``"UTF-8"`` or ``"GB18030"`` (which contains GBK), or what the .cpg says where both fail.

    Args:
        path: the .dbf.
        name: what the user calls it.
        said: the text of the .cpg.

    Raises:
        UnreadableFileError: when the .dbf is cut short.
    """
    try:
        texts = [text for text in _texts(path) if not text.isascii()]
    except struct.error as error:
        raise refusals.broken(name, Format.SHAPEFILE, ".dbf") from error
    if not texts or all(_decodes(text, "utf-8") for text in texts):
        return "UTF-8"
    if all(_decodes(text, "gb18030") for text in texts):
        return "GB18030"
    try:
        return codecs.lookup(said.strip()).name
    except LookupError:
        return "ISO-8859-1"


def _decodes(text: bytes, encoding: str) -> bool:
    """Whether the bytes are text in this encoding; a character cut in two by the field's end is forgiven."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _texts(path: Path) -> Iterator[bytes]:
    """Field names and text values of the first rows, raw."""
    with path.open("rb") as file:
        rows, head, width = struct.unpack("<4xIHH", file.read(12))
        file.seek(32)
        fields: list[tuple[int, int]] = []
        while (start := file.read(1)) not in {b"\r", b""} and len(fields) < 2048:  # noqa: PLR2004 - dBase allows 255
            described = start + file.read(31)
            fields.append((described[11], struct.unpack("B", described[16:17])[0]))
            yield described[:11].split(b"\0")[0]
        file.seek(head)
        for _ in range(min(rows, SAMPLE_ROWS)):
            at, row = 1, file.read(width)
            for kind, length in fields:
                if kind == _TEXT:
                    yield row[at : at + length].rstrip(b" \0")
                at += length

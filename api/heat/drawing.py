"""Writes a heat tile: each square as four corners in whole tile units, so that nothing is transformed or rounded.

Vector tiles (MVT 2.1), with the layer ``heat`` and the attribute ``n``, the issues of a square. The extent is a
multiple of the squares in a tile, so every square is as wide as any other; protobuf's varints are written by hand
(``api.heat.squares``), because a library takes a hundred times as long for what is all alike.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from geo.heat.lattice import SPLIT, ZOOM, columns_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH = 64
"""Tile units of a square, where a tile has few; never so many that the extent passes 8,192."""
_LINE, _CLOSE = 26, 15
_LENGTH, _VARINT = 2, 0


def varint(value: int) -> bytes:
    r"""Protobuf's way to write a whole number: seven bits a byte, the low ones first.

    >>> varint(1), varint(300)
    (b'\x01', b'\xac\x02')
    """
    out = bytearray()
    while value > 127:  # noqa: PLR2004 - seven bits
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, content: bytes) -> bytes:
    """A field of bytes: its number, their length, and they."""
    return varint(number << 3 | _LENGTH) + varint(len(content)) + content


def tile(z: int, cells: NDArray[np.int64], counts: NDArray[np.int64], grain: int) -> bytes:
    """The tile with these squares; empty where there are none."""
    from api.heat import squares  # noqa: PLC0415 - compiled loops: a start should not wait for them

    if not len(cells):
        return b""
    side = (SPLIT << ZOOM - z) // _across(grain)
    width = max(1, min(WIDTH, 8192 // side))
    column, row = columns_rows(cells)
    left, top = (v // _across(grain) % side * width for v in (column, row))
    values, at = np.unique(counts, return_inverse=True)
    keys = field(3, b"n")
    texts = b"".join(field(4, b"\x28" + varint(v)) for v in values.tolist())
    side_out, back = varint(2 * width), varint(2 * width - 1)
    shape = bytes([_LINE]) + side_out + b"\0\0" + side_out + back + b"\0" + bytes([_CLOSE])
    drawn = squares.features(2 * left, 2 * top, at.astype(np.int64), np.frombuffer(shape, np.uint8)).tobytes()
    layer = field(1, b"heat") + drawn + keys + texts + b"\x28" + varint(side * width) + b"\x78\x02"
    return field(3, layer)


def _across(grain: int) -> int:
    """Cells along one side of a square.

    >>> _across(1), _across(25), _across(100)
    (1, 5, 10)
    """
    return isqrt(grain)

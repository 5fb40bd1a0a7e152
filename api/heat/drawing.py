"""Writes a heat tile: each square as four corners in whole tile units, so that nothing is transformed or rounded.

Vector tiles (MVT 2.1), with the layer ``heat`` and the attribute ``n``, the issues of a square. The extent is a
multiple of the squares in a tile, so every square is as wide as any other; protobuf's varints are written by hand, a
table of bytes for all squares of one length, because a library takes a hundred times as long for what is all alike.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from geo.heat.lattice import SPLIT, ZOOM, columns_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bytes = NDArray[np.uint8]

WIDTH = 64
"""Tile units of a square, where a tile has few; never so many that the extent passes 8,192."""
_MOVE, _LINE, _CLOSE = 9, 26, 15
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
    if not len(cells):
        return b""
    side = (SPLIT << ZOOM - z) // _across(grain)
    width = max(1, min(WIDTH, 8192 // side))
    column, row = columns_rows(cells)
    left, top = (v // _across(grain) % side * width for v in (column, row))
    values, at = np.unique(counts, return_inverse=True)
    keys = field(3, b"n")
    texts = b"".join(field(4, b"\x28" + varint(v)) for v in values.tolist())
    squares = _squares(2 * left, 2 * top, at.astype(np.int64), width)
    layer = field(1, b"heat") + squares + keys + texts + b"\x28" + varint(side * width) + b"\x78\x02"
    return field(3, layer)


def _squares(left: Ints, top: Ints, value: Ints, width: int) -> bytes:
    """All features, those whose numbers take as many bytes together; ``left`` and ``top`` in zigzag."""
    kind = (_length(left) * 4 + _length(top)) * 4 + _length(value)
    parts = []
    for which in np.flatnonzero(np.bincount(kind)).tolist():
        own = kind == which
        sizes = (which // 16, which // 4 % 4, which % 4)
        numbers = (_varints(v[own], n) for v, n in zip((left, top, value), sizes, strict=True))
        parts.append(_alike(*numbers, width=width))
    return b"".join(parts)


def _alike(left: Bytes, top: Bytes, value: Bytes, *, width: int) -> bytes:
    """Features of one length as the rows of one table of bytes."""
    side, back = varint(2 * width), varint(2 * width - 1)
    shape = bytes([_LINE]) + side + b"\0\0" + side + back + b"\0" + bytes([_CLOSE])
    tags = 1 + value.shape[1]
    ring = 1 + left.shape[1] + top.shape[1] + len(shape)
    tail = b"\x18\x03\x22" + varint(ring) + bytes([_MOVE])
    head = b"\x12" + varint(2 + tags + len(tail) - 1 + ring) + b"\x12" + bytes([tags]) + b"\0"
    fixed = (np.frombuffer(b, np.uint8) for b in (head, tail, shape))
    heads, tails, shapes = (np.broadcast_to(b, (len(left), len(b))) for b in fixed)
    return np.hstack([heads, value, tails, left, top, shapes]).tobytes()


def _length(values: Ints) -> Ints:
    """How many bytes each number takes as a varint, up to four."""
    return 1 + (values >= 1 << 7).astype(np.int64) + (values >= 1 << 14) + (values >= 1 << 21)


def _varints(values: Ints, length: int) -> Bytes:
    """Numbers as varints of ``length`` bytes each; shape (n, length)."""
    out = np.empty((len(values), length), np.uint8)
    for k in range(length):
        out[:, k] = values >> 7 * k & 127 | (128 if k + 1 < length else 0)
    return out


def _across(grain: int) -> int:
    """Cells along one side of a square.

    >>> _across(1), _across(25), _across(100)
    (1, 5, 10)
    """
    return isqrt(grain)

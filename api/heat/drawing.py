"""Writes a heat tile: each square as four corners in whole tile units, so that nothing is transformed or rounded.

Vector tiles (MVT 2.1), with the layer ``heat`` and the attribute ``n``, the issues of a square. The extent is a
multiple of the squares in a tile, so every square is as wide as any other; numbers are written as protobuf's varints by
hand, because a library takes ten times as long for squares that are all alike.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from geo.heat.lattice import SPLIT, ZOOM, columns_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
    x = column // _across(grain) % side * width
    y = row // _across(grain) % side * width
    zigzag = [varint(2 * k * width) for k in range(side + 1)]
    east, south, west = varint(2 * width), varint(2 * width), varint(2 * width - 1)
    shape = bytes([_LINE]) + east + b"\0" + b"\0" + south + west + b"\0" + bytes([_CLOSE])
    values, at = _distinct(counts)
    features = []
    polygon = b"\x18\x03"
    for i, (left, top) in enumerate(zip((x // width).tolist(), (y // width).tolist(), strict=True)):
        ring = bytes([_MOVE]) + zigzag[left] + zigzag[top] + shape
        tags = b"\0" + at[i]
        body = b"\x12" + bytes([len(tags)]) + tags + polygon + b"\x22" + bytes([len(ring)]) + ring
        features.append(b"\x12" + varint(len(body)) + body)
    keys = field(3, b"n")
    texts = b"".join(field(4, b"\x28" + varint(v)) for v in values)
    layer = field(1, b"heat") + b"".join(features) + keys + texts + b"\x28" + varint(side * width) + b"\x78\x02"
    return field(3, layer)


def _distinct(counts: NDArray[np.int64]) -> tuple[list[int], list[bytes]]:
    """Each number once, and for each square where it stands."""
    place: dict[int, int] = {}
    at = [varint(place.setdefault(n, len(place))) for n in counts.tolist()]
    return list(place), at


def _across(grain: int) -> int:
    """Cells along one side of a square.

    >>> _across(1), _across(25), _across(100)
    (1, 5, 10)
    """
    return isqrt(grain)

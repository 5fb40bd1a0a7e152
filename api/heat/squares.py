"""Writes the squares of a heat tile as features of a vector tile, in a compiled loop: a tile has some thousands.

A feature is its value, the type polygon, and four corners in whole tile units (Mapbox Vector Tile 2.1, 4.3). Its
numbers are protobuf's varints, its lengths always one byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bytes = NDArray[np.uint8]

_MOVE = 9
_FIXED = 10
"""Bytes of a feature beside its three numbers and its shape."""
_LONGEST = 10
"""Bytes of the longest number."""


def _put(out: Bytes, at: int, value: int) -> int:
    while value > 127:  # noqa: PLR2004 - seven bits
        out[at] = value & 127 | 128
        value >>= 7
        at += 1
    out[at] = value
    return at + 1


put = compiled(_put)


def _features(left: Ints, top: Ints, value: Ints, shape: Bytes) -> Bytes:
    out = np.empty(len(left) * (_FIXED + 3 * _LONGEST + len(shape)), np.uint8)
    at = 0
    for i in range(len(left)):
        begin = at
        out[at], out[at + 2], out[at + 4] = 0x12, 0x12, 0
        at = put(out, at + 5, value[i])
        out[begin + 3] = at - begin - 4
        out[at], out[at + 1], out[at + 2] = 0x18, 3, 0x22
        ring = at + 3
        out[ring + 1] = _MOVE
        at = put(out, put(out, ring + 2, left[i]), top[i])
        for k in range(len(shape)):
            out[at + k] = shape[k]
        at += len(shape)
        out[ring] = at - ring - 1
        out[begin + 1] = at - begin - 2
    return out[:at]


features = compiled(_features)
"""All squares: the zigzag of their left and top edges, the place of their value in the list, and their shape."""


def warm() -> None:
    """Compile it for the columns of a tile."""
    one = np.ones(1, np.int64)
    features(one, one, one, np.zeros(1, np.uint8))

"""Streets and rivers as people see them: smooth bends through a few marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def bend(marks: NDArray[np.float64], step_m: float = 25.0) -> NDArray[np.float64]:
    """A smooth line through all marks (k, 2), about one point each ``step_m``; its ends are exact.

    Centripetal-like Catmull-Rom spline (Catmull and Rom 1974) with the end marks doubled.
    """
    padded = np.vstack([marks[:1], marks, marks[-1:]])
    pieces = []
    for k in range(len(marks) - 1):
        a, b, c, d = padded[k : k + 4]
        t = np.linspace(0, 1, max(1, round(float(np.hypot(*(c - b))) / step_m)), endpoint=False)[:, None]
        pieces.append(b + 0.5 * t * ((c - a) + t * ((2 * a - 5 * b + 4 * c - d) + t * (3 * b - a - 3 * c + d))))
    return np.vstack([*pieces, marks[-1:]])

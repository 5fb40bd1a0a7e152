"""How many houses say how high they are? One sentence for the layer: where few do, most households are guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.exchange.faults import Fault, Kind, Severity
from geo.exchange.rows import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

WHOLE_LAYER = 0
"""The row of a fault that is no single row's."""


def check(layer: Layer, named: Mapping[str, str]) -> Iterator[Fault]:
    """A remark on a layer of buildings that has a column for floors or height, empty in some rows.

    Args:
        layer: buildings.
        named: our field → the file's column.
    """
    columns = [named[wanted] for wanted in ("floors", "height") if wanted in named]
    if not columns:
        return
    known = np.any([_numbers(layer, column) > 0 for column in columns], axis=0)
    lacking = int(np.count_nonzero(~known))
    if lacking:
        zh = f"{len(layer)} 行中有 {lacking} 行没有层数或高度，按常见层数估计。"
        en = f"{lacking} of {len(layer)} rows have neither floors nor height; usual floors are assumed."
        yield Fault(WHOLE_LAYER, columns[0], Kind.NO_COUNT, Severity.DOUBTFUL, zh, en)


def _numbers(layer: Layer, column: str) -> NDArray[np.float64]:
    return np.array([number(None if cell is None else str(cell)) for cell in layer.column(column)])

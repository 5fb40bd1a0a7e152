"""Can these counts be? Missing, zero, negative, broken or absurd numbers of households, floors, units, people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.exchange.estimate import Known, households
from geo.exchange.faults import Fault, Kind, Mend, Severity
from geo.exchange.rows import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

MOST = {"households": 2_000, "floors": 130, "units": 60, "population": 8_000}
"""More than any one building in China has."""

_ZH = {"households": "户数", "floors": "层数", "units": "单元数", "population": "人口"}


def check(layer: Layer, wanted: str, named: Mapping[str, str]) -> Iterator[Fault]:
    """Counts that cannot be; households are mended by an estimate, which stays marked as one.

    Args:
        layer: in degrees WGS-84.
        wanted: ``"households"``, ``"floors"``, ``"units"`` or ``"population"``.
        named: our field → the file's column.
    """
    column = named[wanted]
    cells = layer.column(column)
    values = np.array([number(None if cell is None else str(cell)) for cell in cells])
    likely = _estimates(layer, named) if wanted == "households" else None
    admitted = (values > 0) & (values <= MOST[wanted]) & (values == np.round(values))
    if wanted != "households":  # what is not known is no fault, and a shop has no residents
        empty = np.array([cell is None or cell == "" for cell in cells], dtype=bool)
        admitted |= empty | ((values == 0) & (wanted == "population"))
    for row in np.flatnonzero(~admitted):
        kind, severity, zh, en = _said(wanted, cells[row], values[row])
        mend = None if likely is None else _mend(int(row), column, likely[row])
        yield Fault(int(row) + 1, column, kind, severity, f"第 {row + 1} 行{zh}。", f"Row {row + 1}: {en}.", mend)


def _estimates(layer: Layer, named: Mapping[str, str]) -> NDArray[np.float64]:
    floors = [None] * len(layer) if "floors" not in named else layer.column(named["floors"])
    uses = [None] * len(layer) if "use" not in named else layer.column(named["use"])
    told = np.array([number(None if cell is None else str(cell)) for cell in floors])
    return households(Known(layer.geometry, told, tuple(None if use is None else str(use) for use in uses)))


def _said(wanted: str, cell: object, value: float) -> tuple[Kind, Severity, str, str]:
    name = _ZH[wanted]
    if np.isnan(value):
        return Kind.NO_COUNT, Severity.DOUBTFUL, f"{name}缺失或不是数字", f"{wanted} is missing or no number"
    if value == 0:
        return Kind.ZERO_COUNT, Severity.DOUBTFUL, f"{name}为 0", f"{wanted} is 0"
    return Kind.ABSURD_COUNT, Severity.BLOCKS, f"{name} {cell} 不合理", f"{wanted} {cell} cannot be"


def _mend(row: int, column: str, estimate: float) -> Mend | None:
    """The estimate, where there is a footprint to make one from."""
    if not np.isfinite(estimate):
        return None
    zh = f"按层数和占地估算为 {estimate:.0f} 户（标为估计）"
    en = f"estimate {estimate:.0f} from floors and footprint (marked as such)"
    return Mend(zh, en, values={(row, column): int(estimate)})

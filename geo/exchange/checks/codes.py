"""Does each code stand once? An area in several parts often comes as several rows with one code."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import shapely

from geo.exchange.faults import Fault, Kind, Mend, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.exchange.layer import Layer


def check(layer: Layer, column: str) -> Iterator[Fault]:
    """Rows that share the code of an earlier one; mended by making one row of their shapes."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, code in enumerate(layer.column(column)):
        if code is not None and str(code).strip():
            rows[str(code).strip()].append(row)
    for code, shared in rows.items():
        first, *later = shared
        if not later:
            continue
        whole = shapely.union_all([shape for shape in layer.geometry[shared] if shape is not None and shape.is_valid])
        mend = None
        if not whole.is_empty:
            zh, en = f"并入第 {first + 1} 行，成为多部分图形", f"join them to row {first + 1} as one area in parts"
            mend = Mend(zh, en, shapes={first: whole}, drop=frozenset(later))
        for row in later:
            zh, en = (
                f"第 {row + 1} 行与第 {first + 1} 行编码相同：{code}。",
                f"Rows {row + 1} and {first + 1} share the code {code}.",
            )
            yield Fault(row + 1, column, Kind.SHARED_CODE, Severity.BLOCKS, zh, en, mend)

"""Can these reports be? A number twice, no time, closed before it was opened, no category."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from geo.exchange import times
from geo.exchange.faults import Fault, Kind, Mend, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo.exchange.layer import Layer

EARLY = timedelta(minutes=1)
"""Clocks of two systems differ by so much."""


def check(layer: Layer, named: Mapping[str, str]) -> Iterator[Fault]:
    """Faults of another system's list of reports.

    Args:
        layer: rows of reports.
        named: our field → the list's column.
    """
    if "code" in named:
        yield from _repeated(layer, named["code"])
    if "opened" in named:
        yield from _times(layer, named)
    if "category" in named:
        yield from _nameless(layer, named["category"])


def _texts(layer: Layer, column: str) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in layer.column(column)]


def _repeated(layer: Layer, column: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for row, code in enumerate(_texts(layer, column), start=1):
        if not code:
            continue
        if code not in first:
            first[code] = row
            continue
        mend = Mend("删除后一行", "drop the later row", drop=frozenset({row - 1}))
        yield Fault(
            row,
            column,
            Kind.DUPLICATE,
            Severity.DOUBTFUL,
            f"第 {row} 行与第 {first[code]} 行编号相同：{code}。",
            f"Rows {row} and {first[code]} have the number {code}.",
            mend,
        )


def _times(layer: Layer, named: Mapping[str, str]) -> Iterator[Fault]:
    opened = times.read_all(_texts(layer, named["opened"]))
    for row, moment in enumerate(opened, start=1):
        if moment is None:
            yield Fault(
                row,
                named["opened"],
                Kind.NO_TIME,
                Severity.BLOCKS,
                f"第 {row} 行没有可读的受理时间。",
                f"Row {row} does not say when it was reported.",
            )
    if "closed" not in named:
        return
    closed = times.read_all(_texts(layer, named["closed"]))
    for row, (start, end) in enumerate(zip(opened, closed, strict=True), start=1):
        if start is not None and end is not None and end < start - EARLY:
            yield Fault(
                row,
                named["closed"],
                Kind.CLOSED_EARLY,
                Severity.DOUBTFUL,
                f"第 {row} 行的办结时间早于受理时间，不采用。",
                f"Row {row} was closed before it was opened; that time is left out.",
            )


def _nameless(layer: Layer, column: str) -> Iterator[Fault]:
    for row, cell in enumerate(_texts(layer, column), start=1):
        if not cell:
            yield Fault(
                row,
                column,
                Kind.NO_CATEGORY,
                Severity.DOUBTFUL,
                f"第 {row} 行没有类别，归入“其他”。",
                f"Row {row} has no category and counts as “other”.",
            )

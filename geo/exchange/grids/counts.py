"""Households and floors as a file states them, judged; and an estimate where it is silent or senseless.

The estimate is floor area over 110 m2 a household (the 2020 census found 41.8 m2 a head and 2.62 heads an urban
household). It is marked as an estimate wherever it goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.exchange.grids.faults import Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROSS_M2_A_HOUSEHOLD = 110.0
HOUSEHOLDS_A_FLOOR = 2
STOREY_M = 3.0
UNKNOWN_FLOORS = 6
MOST_FLOORS = 200
MOST_HOUSEHOLDS = 5_000
"""More than any one building on earth holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Whole numbers a row, and which of them are estimates."""

    value: NDArray[np.int64]
    estimated: NDArray[np.bool_]
    faults: tuple[Fault, ...]


def floors(layer: str, stated: pd.Series[Any] | None, height: pd.Series[Any] | None, rows: int) -> Counts:
    """Floors of each row: as stated, else by height, else six."""
    numbers = _numbers(stated, rows)
    tall = _numbers(height, rows) / STOREY_M
    guess = np.where(np.isfinite(tall) & (tall >= 1), np.clip(np.round(tall), 1, MOST_FLOORS), UNKNOWN_FLOORS)
    good = np.isfinite(numbers) & (numbers >= 1) & (numbers <= MOST_FLOORS)
    wrong = np.zeros(rows, dtype=bool) if stated is None else ~good & stated.notna().to_numpy()
    faults = tuple(
        Fault(layer, int(i) + 1, "floors", str(stated.iloc[i]), f"按 {guess[i]:.0f} 层计", f"taken as {guess[i]:.0f}")
        for i in np.flatnonzero(wrong)
        if stated is not None
    )
    return Counts(np.where(good, np.round(np.where(good, numbers, 0)), guess).astype(np.int64), ~good, faults)


def households(
    layer: str, stated: pd.Series[Any] | None, floor_count: NDArray[np.int64], area_m2: NDArray[np.float64]
) -> Counts:
    """Households of each row: as stated, rounded where they are fractions, estimated where they make no sense.

    ``area_m2`` is the footprint's; 0 or NaN where only a point is known: then two households a floor.
    """
    rows = len(floor_count)
    numbers = _numbers(stated, rows)
    known = np.isfinite(area_m2) & (area_m2 > 0)
    by_area = np.round(np.where(known, area_m2, 0) * floor_count / GROSS_M2_A_HOUSEHOLD)
    guess = np.where(known, by_area, floor_count * HOUSEHOLDS_A_FLOOR)
    good = np.isfinite(numbers) & (numbers >= 0) & (numbers <= MOST_HOUSEHOLDS)
    whole = np.round(np.where(good, numbers, 0))
    value = np.where(good, whole, guess).astype(np.int64)
    if stated is None:
        return Counts(value, ~good, ())
    wrong = (~good & stated.notna().to_numpy()) | (good & (whole != numbers))
    faults = tuple(
        _fault(layer, int(i), stated.iloc[i], int(value[i]), kept=bool(good[i])) for i in np.flatnonzero(wrong)
    )
    return Counts(value, ~good, faults)


def _fault(layer: str, row: int, found: object, value: int, *, kept: bool) -> Fault:
    zh = f"取整为 {value} 户" if kept else f"按建筑面积估算为 {value} 户"
    en = f"rounded to {value}" if kept else f"estimated from floor area: {value}"
    return Fault(layer, row + 1, "households", str(found), zh, en)


def _numbers(stated: pd.Series[Any] | None, rows: int) -> NDArray[np.float64]:
    """The column as numbers, NaN where it has none."""
    if stated is None:
        return np.full(rows, np.nan)
    return pd.to_numeric(stated, errors="coerce").to_numpy(dtype=np.float64)

"""What a heat map leaves out or takes with a grain of salt, and why: said beside the map, never done in silence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geo.heat.bins import DAY_S, SHANGHAI_S, day_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NULL_ISLAND_DEG = 0.01
AGAIN_DAYS = 7
STORM_S = 600
FEW = 20
"""Listed reports of one second, or of one time of day, below which nothing is thought of it."""


class Doubt(StrEnum):
    """Why a report is not counted like the others."""

    NOWHERE = "nowhere"
    OUTSIDE = "outside"
    AGAIN = "again"
    STORM = "storm"
    NO_HOUR = "no-hour"


WORDS = {
    Doubt.NOWHERE: ("{n}件没有位置或坐标为(0,0),未上图", "{n} without a place, or at (0, 0): not on the map"),
    Doubt.OUTSIDE: ("{n}件在辖区之外,未上图", "{n} outside the area: not on the map"),
    Doubt.AGAIN: (
        "{n}件为同一人七天内就同类问题再次反映,热点分析中每人只计一次",
        "{n} by the same person about the same kind within seven days: counted once when looking for hot spots",
    ),
    Doubt.STORM: (
        "{n}件在十分钟内同地同类重复到达,热点分析中只计一次",
        "{n} of the same kind at the same place within ten minutes: counted once when looking for hot spots",
    ),
    Doubt.NO_HOUR: (
        "{n}件的时间为零点整,或与同批导入的多件分秒不差,多为导入时补记,未计入时段与星期统计",
        "{n} at midnight sharp, or at the second of many others, filled in by an import: not counted by hour",
    ),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One kind of doubt and how many issues it touches, in both languages."""

    doubt: Doubt
    count: int
    zh: str
    en: str


def note(doubt: Doubt, count: int) -> Note:
    """The sentence for ``count`` issues under ``doubt``."""
    zh, en = WORDS[doubt]
    return Note(doubt, count, zh.format(n=count), en.format(n=f"{count:,}"))


def nowhere(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Flags:
    """Whether a point is no place: not a number, beyond the map, or the (0, 0) of an empty field."""
    with np.errstate(invalid="ignore"):
        there = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 85)  # noqa: PLR2004 - degrees
        origin = (np.abs(lon) < NULL_ISLAND_DEG) & (np.abs(lat) < NULL_ISLAND_DEG)
    return np.asarray(~there | origin)


def again(cell: Ints, category: Ints, reporter: Ints, seconds: Ints) -> Flags:
    """Whether the same reporter (a number; below 0: nobody knows) said the same of the same cell within seven days.

    The first of a chain counts, the others do not: fifty reports in a row are one.
    """
    order = np.lexsort((seconds, reporter, category, cell))
    same = np.ones(len(order), bool)
    for column in (cell, category, reporter):
        same &= np.diff(column[order], prepend=column[order][:1] - 1) == 0
    near = np.diff(day_of(seconds[order]), prepend=-(10**9)) <= AGAIN_DAYS
    found = np.zeros(len(order), bool)
    found[order] = same & near & (reporter[order] >= 0)
    return found


def storm(cell: Ints, category: Ints, seconds: Ints) -> Flags:
    """Whether the same kind came from the same cell within ten minutes of the one before."""
    order = np.lexsort((seconds, category, cell))
    same = np.ones(len(order), bool)
    for column in (cell, category):
        same &= np.diff(column[order], prepend=column[order][:1] - 1) == 0
    found = np.zeros(len(order), bool)
    found[order] = same & (np.diff(seconds[order], prepend=-(10**12)) <= STORM_S)
    return found


def stamped(seconds: Ints) -> Flags:
    """Whether the time of a listed report is the list's own: the second of twenty others, or most reports' time of day.

    ``seconds`` are those of imported reports alone; a list that tells whole hours is rounded, and keeps them.
    """
    flagged = np.zeros(len(seconds), bool)
    if len(seconds) < FEW:
        return flagged
    _, at, many = np.unique(seconds, return_inverse=True, return_counts=True)
    flagged |= many[at] >= FEW
    of_day = (seconds + SHANGHAI_S) % DAY_S
    most = np.bincount(of_day, minlength=DAY_S)
    usual = int(most.argmax())
    if most[usual] >= FEW and most[usual] * 2 > len(seconds):
        flagged |= of_day == usual
    return flagged

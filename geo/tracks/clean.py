"""Clean the fixes of a round into a track: gaps cut it, jumps are left out, stops are told.

What looks wrong is flagged with its reason and kept: a lead judges, not the machine. Distances are metres on a plane,
good to a thousandth within a round's few kilometres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

FASTEST_M_S = 12.0
"""An electric bicycle in a hurry."""
COARSEST_M = 100.0
GAP_S = 120.0
STOP_M, STOP_S = 20.0, 120.0
METRES_A_DEGREE = 111_195.0
FEWEST_TO_JUDGE = 12

TOO_FAST = Refusal(
    "too-fast", "有移动过快的定位点(超过每秒 12 米)。", "Some fixes lie too far apart for the time between them."
)
MOCKED = Refusal("mocked", "设备报告了模拟定位。", "The device said that its position was simulated.")
OUT_OF_TIME = Refusal(
    "out-of-time", "有定位点不在本次巡查的时间之内。", "Some fixes are from outside the time of the round."
)
FROZEN = Refusal(
    "frozen",
    "位置长时间分毫不动,不像真实定位。",
    "The position did not move by a hair for a long time, which no receiver does.",
)
TOO_REGULAR = Refusal(
    "too-regular",
    "点距和时间间隔过于均匀,像回放的轨迹。",
    "Fixes are spaced more evenly than a walk is: a track played back?",
)
REPLAYED = Refusal("replayed", "与以前的一条轨迹完全相同。", "The same as an earlier track, fix by fix.")
IMPORTED = Refusal("imported", "由文件导入,不是现场记录。", "Read from a file, not recorded on the round.")


@dataclass(frozen=True, slots=True)
class Fix:
    """One position: when (aware), where (degrees, WGS 84), how surely (metres), and whether it says it is simulated."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float = 0.0
    mocked: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A place where the round stood still."""

    lon: float
    lat: float
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A fix that is not part of the track, and why: duplicate, coarse or jump."""

    fix: Fix
    why: str


@dataclass(frozen=True, slots=True)
class Track:
    """A round as cleaned: unbroken lines, stops, what was left out, what looks wrong."""

    lines: tuple[tuple[Fix, ...], ...]
    stops: tuple[Stop, ...]
    left_out: tuple[LeftOut, ...]
    flags: tuple[Refusal, ...]
    length_m: float
    seconds: float


def metres(a: Fix, b: Fix) -> float:
    """The distance between two fixes."""
    dy = (b.lat - a.lat) * METRES_A_DEGREE
    dx = (b.lon - a.lon) * METRES_A_DEGREE * math.cos(math.radians((a.lat + b.lat) / 2))
    return math.hypot(dx, dy)


def clean(fixes: Sequence[Fix], *, since: datetime | None = None, until: datetime | None = None) -> Track:
    """The track of a round between two moments of the server's clock; fixes may come in any order."""
    ordered = sorted(fixes, key=lambda fix: fix.at)
    kept, left_out = _without_jumps(ordered)
    lines = _lines(kept)
    length = sum(metres(a, b) for line in lines for a, b in pairwise(line))
    seconds = sum((line[-1].at - line[0].at).total_seconds() for line in lines)
    stops = tuple(stop for line in lines for stop in _stops(line))
    return Track(lines, stops, tuple(left_out), tuple(_flags(ordered, kept, left_out, since, until)), length, seconds)


def _without_jumps(ordered: Sequence[Fix]) -> tuple[list[Fix], list[LeftOut]]:
    """Leave out repetitions, circles wider than ``COARSEST_M``, and fixes that nobody could have reached.

    Three fixes in a row that agree with each other but not with what was before are a new beginning, not a jump.
    """
    kept: list[Fix] = []
    left_out: list[LeftOut] = []
    apart: list[Fix] = []
    for fix in ordered:
        if fix.accuracy_m > COARSEST_M:
            left_out.append(LeftOut(fix, "coarse"))
        elif kept and fix.at <= kept[-1].at:
            left_out.append(LeftOut(fix, "duplicate"))
        elif not kept or _reachable(kept[-1], fix):
            kept.append(fix)
            left_out += [LeftOut(lost, "jump") for lost in apart]
            apart = []
        else:
            apart = [*apart, fix] if not apart or _reachable(apart[-1], fix) else [fix]
            if len(apart) == 3:  # noqa: PLR2004  # as the docstring says
                kept += apart
                apart = []
    return kept, left_out + [LeftOut(lost, "jump") for lost in apart]


def _reachable(a: Fix, b: Fix) -> bool:
    seconds = (b.at - a.at).total_seconds()
    slack = a.accuracy_m + b.accuracy_m
    return metres(a, b) <= FASTEST_M_S * max(seconds, 0) + slack


def _lines(kept: Sequence[Fix]) -> tuple[tuple[Fix, ...], ...]:
    lines: list[list[Fix]] = []
    for fix in kept:
        fresh = not lines or (fix.at - lines[-1][-1].at).total_seconds() > GAP_S or not _reachable(lines[-1][-1], fix)
        if fresh:
            lines.append([fix])
        else:
            lines[-1].append(fix)
    return tuple(tuple(line) for line in lines)


def _stops(line: Sequence[Fix]) -> list[Stop]:
    stops, start = [], 0
    for end in range(1, len(line) + 1):
        if end < len(line) and metres(line[start], line[end]) <= STOP_M:
            continue
        here = line[start:end]
        if (here[-1].at - here[0].at).total_seconds() >= STOP_S:
            lon, lat = sum(f.lon for f in here) / len(here), sum(f.lat for f in here) / len(here)
            stops.append(Stop(lon, lat, here[0].at, here[-1].at))
        start = end
    return stops


def _flags(
    ordered: Sequence[Fix],
    kept: Sequence[Fix],
    left_out: Sequence[LeftOut],
    since: datetime | None,
    until: datetime | None,
) -> list[Refusal]:
    flags = []
    if any(lost.why == "jump" for lost in left_out) or any(not _reachable(a, b) for a, b in pairwise(kept)):
        flags.append(TOO_FAST)
    if any(fix.mocked for fix in ordered):
        flags.append(MOCKED)
    if any((since and fix.at < since) or (until and fix.at > until) for fix in ordered):
        flags.append(OUT_OF_TIME)
    if len(kept) >= FEWEST_TO_JUDGE:
        if len({(fix.lon, fix.lat) for fix in kept}) == 1:
            flags.append(FROZEN)
        elif _is_too_regular(kept):
            flags.append(TOO_REGULAR)
    return flags


def _is_too_regular(kept: Sequence[Fix]) -> bool:
    """Whether both time and way between fixes vary by less than a hundredth: no leg, no receiver is so even."""
    pairs = list(pairwise(kept))
    return all(
        _variation(values) < 0.01  # noqa: PLR2004  # a hundredth
        for values in ([(b.at - a.at).total_seconds() for a, b in pairs], [metres(a, b) for a, b in pairs])
    )


def _variation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    if mean == 0:
        return math.inf
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values)) / mean

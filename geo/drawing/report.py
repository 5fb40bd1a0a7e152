"""The report of a drawing as plain data: one entry a problem, and everything about the file that needs a word."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geo.errors import GeoError, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.drawing.draw import Drawing, Entry
    from geo.drawing.wishes import Wishes


def report(wishes: Wishes, drawings: Sequence[Drawing], names: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Rule, totals and problems of a city's drawings; ``names`` are the grids' identifiers, drawing by drawing."""
    problems = [
        _entry(entry, called) for drawing, called in zip(drawings, names, strict=True) for entry in drawing.entries
    ]
    rule = wishes.rule
    return {
        "rule": {"min": rule.least, "max": rule.most, "target": rule.target},
        "seed": wishes.seed,
        "households": sum(p["households"] for p in problems),
        "grids": sum(p["grids"] for p in problems),
        "grids_outside_rule": sum(len(p["waiver"]) for p in problems),
        "problems": problems,
    }


def refused(error: GeoError) -> dict[str, Any]:
    """The report of a file that cannot be used: no problem, and the reason."""
    refusal = getattr(error, "refusal", Refusal("unusable-input", str(error), str(error)))
    return {
        "status": "refused",
        "reason": {"code": refusal.code, "zh": refusal.zh, "en": refusal.en},
        "households": 0,
        "grids": 0,
        "problems": [],
        "faults": [],
    }


def _entry(entry: Entry, names: Sequence[str]) -> dict[str, Any]:
    solution = entry.solution
    waivers = [
        {"grid_id": names[entry.grids[w.grid]], "households": w.households, "excess": w.excess}
        for w in solution.waivers
    ]
    reason = solution.reason
    return {
        "compounds": list(entry.compounds),
        "households": entry.households,
        "grids": len(entry.grids),
        "objective": _number(solution.objective),
        "bound": _number(solution.bound),
        "gap": _number(solution.gap),
        "status": str(solution.status),
        "violation": solution.violation,
        "least_violation": solution.least_violation,
        "reason": None if reason is None else {"code": reason.code, "zh": reason.zh, "en": reason.en},
        "waiver": waivers,
        "seconds": round(solution.seconds, 4),
    }


def _number(value: float) -> float | None:
    """JSON knows no infinity: what is not proved is null."""
    return round(value, 6) if math.isfinite(value) else None

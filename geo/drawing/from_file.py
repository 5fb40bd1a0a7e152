"""The file tool: a GeoPackage of buildings in, a GeoPackage of micro-grids and a report out; no database."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from geo.drawing.crew import draw_city
from geo.drawing.draw import LEAST_SHARE
from geo.drawing.report import report
from geo.errors import InvalidInputError
from geo.exchange.grids.plan_file import grid_names, write_plan
from geo.exchange.grids.sheet import read_sheet
from geo.topology.portions import inhabited, neighbouring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geo.drawing.draw import Drawing
    from geo.drawing.wishes import Wishes
    from geo.exchange.grids.sheet import Sheet


STARTING_S = 2.5
"""How long a process takes to import what draws, where the system does not tell when it was started."""
LONG_START_S = 20.0
"""A process that runs longer was not started for this file alone."""
WRITING_S, WRITING_S_A_UNIT = 0.3, 2e-4
"""How long a plan takes to write, measured on files of 3,000 and 5,000 units; twice that for a busy machine."""
WORTH_PROCESSES = 600
"""With fewer units, starting processes takes longer than drawing."""


@dataclass(frozen=True, slots=True)
class Files:
    """What to read and what to write; ``columns`` are the planner's own names, ours first."""

    source: Path
    plan: Path
    report: Path
    columns: Mapping[str, str]


def partition_file(
    files: Files,
    wishes: Wishes,
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, Any]:
    """Draw the micro-grids of a file; returns the report that was written too.

    Args:
        files: the paths.
        wishes: rule, seed, proofs, deadline of the whole run in seconds.
        workers: processes on this machine.
        cluster: address of a Dask scheduler instead.
        progress: told the buildings done and all.

    Raises:
        InvalidInputError: when the file cannot be used at all.
    """
    began = perf_counter()
    started = _seconds_since_start()
    sheet = read_sheet(files.source, files.columns)
    ground, empty = inhabited(sheet.ground)
    if not ground.units:
        raise InvalidInputError(f"{files.source.name}: nobody lives in any building; there is nothing to divide.")
    parts = neighbouring(ground)
    workers = workers if len(ground.units) >= WORTH_PROCESSES else 1
    writing = WRITING_S + WRITING_S_A_UNIT * len(ground.units)
    wishes = _without(wishes, started + perf_counter() - began + writing)
    sizes, drawings, done = [len(part.units) for part in parts], dict[int, "Drawing"](), 0
    progress(0, sum(sizes))
    for place, drawing in draw_city(parts, wishes, workers=workers, cluster=cluster):
        drawings[place] = drawing
        done += sizes[place]
        progress(done, sum(sizes))
    ordered = [drawings[place] for place in sorted(drawings)]
    names = [grid_names(drawing.divided) for drawing in ordered]
    write_plan(files.plan, sheet, [drawing.divided for drawing in ordered], names)
    words = report(wishes, ordered, names)
    words |= _of_file(sheet, empty)
    words["seconds"] = round(perf_counter() - began, 3)
    files.report.write_text(json.dumps(words, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return words


def _seconds_since_start() -> float:
    """How long this process runs already, its imports included."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        ticks = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        running = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
        return min(running, LONG_START_S)
    return STARTING_S


def _without(wishes: Wishes, beside_s: float) -> Wishes:
    """The wishes for the drawing alone, without what starting, reading and writing take."""
    if wishes.deadline_s is None:
        return wishes
    return replace(wishes, deadline_s=max(wishes.deadline_s - beside_s, LEAST_SHARE * wishes.deadline_s))


def _of_file(sheet: Sheet, empty: tuple[str, ...]) -> dict[str, Any]:
    """What the report says of the file itself."""
    estimated = [u for u in sheet.ground.units if u.key in sheet.estimated]
    return {
        "estimated": {"units": len(estimated), "households": sum(u.households for u in estimated)},
        "compounds_without_residents": list(empty),
        "faults": [
            {"layer": f.layer, "row": f.row, "field": f.field, "found": f.found, "zh": f.zh, "en": f.en}
            for f in sheet.faults
        ],
    }

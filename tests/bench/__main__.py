"""Run the benches and tell each figure beside its floor or peer: ``./minqing bench [NAME] [--quick] [--json FILE]``.

Every file of this folder with a ``bench`` function is one; a figure means nothing without the machine, so that is told
first. A bench that fails does not keep the others from running, but the command then leaves with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from api.embedded import binaries
from tests.bench.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}


def names() -> list[str]:
    """The benches that there are, by their files' names."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if "\ndef bench(" in path.read_text(encoding="utf-8"))


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    stores = binaries.installed()
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "cpu": cpu[0].partition(":")[2].strip() if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "load": [round(load, 1) for load in os.getloadavg()],
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgresql": stores[0].version if stores else None,
        "commit": commit.stdout.strip(),
    }


def measure(name: str, *, quick: bool) -> tuple[Report, str | None]:
    """Run one bench; its report, and the last line of what went wrong if it did."""
    report = Report(name)
    began = time.perf_counter()
    try:
        import_module(f"tests.bench.{name}").bench(report, quick=quick)
    except Exception as error:  # noqa: BLE001  # one broken bench must not hide the others' figures
        traceback.print_exc()
        return report, f"{type(error).__name__}: {error}"
    report.note(f"took {time.perf_counter() - began:.0f} s" + (" (quick)" if quick else ""))
    return report, None


def as_table(report: Report) -> Table:
    """The figures as a table for a terminal."""
    table = Table(title=report.bench, title_justify="left", caption="\n".join(report.notes), caption_justify="left")
    for heading in ("figure", "value", "unit", "beside", "bar", "met"):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for figure in report.figures:
        table.add_row(figure.name, f"{figure.value:,.4g}", figure.unit, figure.beside, figure.bar, MARKS[figure.met])
    return table


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="./minqing bench", description="Measure; each figure beside a floor or a peer."
    )
    parser.add_argument("name", nargs="*", metavar="NAME", help=f"any of: {', '.join(names()) or 'none yet'}")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run, not how fast is it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    asked = parser.parse_args(arguments)
    if unknown := sorted(set(asked.name) - set(names())):
        parser.error(f"there is no bench {', '.join(unknown)}; there are: {', '.join(names())}")
    return asked


def main() -> None:
    """Run the benches that were asked for, or all."""
    asked = options(sys.argv[1:])
    console = Console()
    here = machine()
    console.print(" · ".join(f"{name} {value}" for name, value in here.items()), highlight=False)
    failed, reports = {}, []
    for name in asked.name or names():
        report, wrong = measure(name, quick=asked.quick)
        console.print(as_table(report))
        reports.append(report)
        if wrong is not None:
            failed[name] = wrong
    if asked.json:
        content = {"machine": here, "benches": [report.as_json() for report in reports], "failed": failed}
        asked.json.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for name, wrong in failed.items():
        console.print(f"[red]{name} failed:[/] {wrong}")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()

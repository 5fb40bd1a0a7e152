"""``./minqing partition``: buildings in a GeoPackage become micro-grids in another, with a report; no database."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from api.commands.speech import say
from api.trouble import terminal_language
from geo.drawing.from_file import Files, partition_file
from geo.drawing.report import refused
from geo.drawing.wishes import Wishes
from geo.errors import GeoError, InvalidInputError
from geo.topology.bounds import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

BAD_INPUT = 2
SHOWN = 10


def command(  # noqa: PLR0917 - Typer reads the options of the command line off the parameters
    source: Annotated[Path, typer.Argument(metavar="IN.gpkg", help="楼栋等图层 / layer building and others")],
    out: Annotated[Path, typer.Option("--out", help="方案 / the plan, GeoPackage")],
    report: Annotated[Path, typer.Option("--report", help="报告 / the report, JSON")],
    least: Annotated[int, typer.Option("--min", help="户数下限 / fewest households")] = 30,
    most: Annotated[int, typer.Option("--max", help="户数上限 / most households")] = 100,
    target: Annotated[int | None, typer.Option("--target", help="目标户数 / wished-for households, 70")] = None,
    seed: Annotated[int, typer.Option(help="随机种子 / the same seed gives the same plan")] = 1,
    prove: Annotated[bool, typer.Option(help="证明最优 / prove how near the best")] = True,  # noqa: FBT002 - a switch
    deadline: Annotated[float, typer.Option(min=0.1, help="秒 / seconds for all plans and proofs")] = 300.0,
    workers: Annotated[int | None, typer.Option(min=1, help="进程数 / processes")] = None,
    cluster: Annotated[str | None, typer.Option(help="Dask 调度器 / address of a Dask scheduler")] = None,
    column: Annotated[list[str] | None, typer.Option("--map", help="列名 / a column: households=hh_est")] = None,
) -> None:
    """Leave with 0 when the plan is written (grids outside the rule are named), with 2 when the input is unusable."""
    try:
        files = Files(source, _writable(out), _writable(report), _columns(column or []))
        wishes = Wishes(_rule(least, most, target), seed, prove, deadline)
        with _bar() as bar:
            task = bar.add_task("画网格" if terminal_language() == "zh" else "drawing", total=None)
            words = partition_file(
                files,
                wishes,
                workers=workers or os.cpu_count() or 1,
                cluster=cluster,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except GeoError as error:
        if report.absolute().parent.is_dir():
            report.write_text(json.dumps(refused(error), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        say(f"✗ {error}", f"✗ {error}", to_error=True)
        raise typer.Exit(BAD_INPUT) from error
    _tell(words, out, report)


def _rule(least: int, most: int, target: int | None) -> Rule:
    """The rule; without a target 70, or the nearest that the bounds admit."""
    return Rule(least, most, target if target is not None else max(min(70, most), least))


def _columns(pairs: list[str]) -> Mapping[str, str]:
    columns: dict[str, str] = {}
    for pair in pairs:
        ours, _, theirs = pair.partition("=")
        if not ours or not theirs:
            raise InvalidInputError(f"--map {pair}: write it as households=hh_est.")
        columns[ours] = theirs
    return columns


def _writable(path: Path) -> Path:
    if not path.absolute().parent.is_dir():
        raise InvalidInputError(f"{path}: its folder does not exist; make it first.")
    return path


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _tell(words: Mapping[str, Any], out: Path, report: Path) -> None:
    """What came out, and what the planner should look at."""
    say(
        "{households} 户 → {grids} 个微网格，其中 {grids_outside_rule} 个超出规则（报告中有原因）。".format_map(words),
        "{households} households → {grids} micro-grids, {grids_outside_rule} outside the rule "
        "(the report says why).".format_map(words),
    )
    if guessed := words["estimated"]["households"]:
        say(f"其中 {guessed} 户为估算。", f"{guessed} of the households are estimates.")
    for fault in words["faults"][:SHOWN]:
        where = f"{fault['layer']} {fault['row']} {fault['field']}: {fault['found']}"
        say(f"! {where}（{fault['zh']}）", f"! {where} ({fault['en']})", to_error=True)
    if len(words["faults"]) > SHOWN:
        more = len(words["faults"]) - SHOWN
        say(f"! 另有 {more} 处，见报告。", f"! {more} more in the report.", to_error=True)
    say(f"方案：{out}  报告：{report}", f"plan: {out}  report: {report}")

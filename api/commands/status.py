"""``./minqing status``: what runs on a data directory, since when, and whether it answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.options import DataDirOption, chosen
from api.commands.speech import say
from api.operations import data_dir, service

if TYPE_CHECKING:
    from api.operations.data_dir import Running


def command(
    data_directory: DataDirOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """Tell what runs; leave with 3 where nothing does, with 1 where it does not answer."""
    root = chosen(data_dir=data_directory).data_dir
    data = data_dir.look(root)
    running = data_dir.running(data) if data is not None else None
    answers = running is not None and service.answers(*running.place)
    if as_json:
        typer.echo(_as_json(running, answers=answers))
    elif running is None:
        say(f"没有在运行（数据目录 {root}）。", f"Nothing runs on {root}.")
    else:
        zh, en = (
            ("正常", "answers") if answers else ("没有应答，见 ./minqing logs", "does not answer, see ./minqing logs")
        )
        say(
            f"{running.address} {zh}；自 {running.since} 起，进程 {running.supervisor.pid}，数据目录 {root}",
            f"{running.address} {en}; since {running.since}, process {running.supervisor.pid}, data in {root}",
        )
    if not answers:
        raise typer.Exit(3 if running is None else 1)


def _as_json(running: Running | None, *, answers: bool) -> str:
    if running is None:
        return json.dumps({"running": False})
    return json.dumps({"running": True, "answers": answers, **asdict(running)})

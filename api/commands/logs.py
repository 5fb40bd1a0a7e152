"""``./minqing logs``: what supervisor, service and store said last."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from api.commands.options import DataDirOption, chosen
from api.operations import data_dir
from api.trouble import Trouble


def command(
    who: Annotated[str | None, typer.Argument(help="supervisor | service | store")] = None,
    data_directory: DataDirOption = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="行数 / how many")] = 40,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="持续显示 / go on showing")] = False,
) -> None:
    """Show the last lines of each log, newest last."""
    root = chosen(data_dir=data_directory).data_dir
    data = data_dir.look(root)
    found = sorted(data.logs.glob(f"{who or '*'}.log")) if data is not None else []
    if not found:
        raise Trouble(f"{root} 里还没有日志。", f"There are no logs in {root} yet.")
    tail = ["tail", "-n", str(lines), *(["-F"] if follow else []), *map(str, found)]
    os.execvp("tail", tail)  # noqa: S606, S607  # the system's own tail, no shell

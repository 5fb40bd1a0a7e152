"""``./minqing restore FILE``: put a backup back, compared table by table before it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import DataDirOption, chosen
from api.commands.speech import say
from api.operations import data_dir, store
from api.operations.restore import restore
from api.trouble import Trouble


def command(
    file: Annotated[Path, typer.Argument(help="备份文件 / the backup")],
    data_directory: DataDirOption = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="替换已有数据 / replace present data")] = False,
) -> None:
    """Restore a backup into the data directory; nothing may run there meanwhile."""
    if not file.is_file():
        raise Trouble(f"没有文件 {file}。", f"There is no file {file}.")
    settings = chosen(data_dir=data_directory)
    data = data_dir.claim(settings.data_dir)
    with store.awake(settings, data, alone=True) as found:
        manifest = restore(file.absolute(), found, data, force=force)
    rows = sum(content.rows for content in manifest.tables.values())
    say(
        f"已恢复 {manifest.made} 的备份：{len(manifest.tables)} 张表 {rows} 行，逐表核对一致。",
        f"Restored the backup of {manifest.made}: {len(manifest.tables)} tables, {rows} rows, each table compared.",
    )

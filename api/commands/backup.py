"""``./minqing backup FILE``: everything that must survive, in one file, while people go on working."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import DataDirOption, chosen
from api.commands.speech import say
from api.operations import data_dir, store
from api.operations.backup import back_up
from api.trouble import Trouble


def command(
    file: Annotated[Path, typer.Argument(help="备份文件 / where to write it")], data_directory: DataDirOption = None
) -> None:
    """Write a backup of the data directory to a file."""
    settings = chosen(data_dir=data_directory)
    data = data_dir.look(settings.data_dir)
    if data is None:
        raise Trouble(f"{settings.data_dir} 里还没有数据。", f"There are no data in {settings.data_dir} yet.")
    with store.awake(settings, data) as found:
        back_up(found, data, file.absolute())
    mib = file.stat().st_size / 2**20
    say(
        f"已备份到 {file}（{mib:.1f} MB）。其中含密钥，请妥善保管。",
        f"Backed up to {file} ({mib:.1f} MB). It holds keys: keep it safe.",
    )

"""``./minqing audit verify|head``: check every event of the audit, or take its heads out to be kept elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import psycopg
import typer

from api.access import ledger
from api.commands.options import DataDirOption
from api.commands.owner import as_owner
from api.commands.speech import say
from api.trouble import Trouble


def command(
    what: Annotated[Literal["verify", "head"], typer.Argument(help="verify 校验 | head 导出链头 / export the heads")],
    data_directory: DataDirOption = None,
    head: Annotated[Path | None, typer.Option(help="导出的链头 / heads exported earlier")] = None,
) -> None:
    """Verify the audit's chains, against exported heads if given; or print the heads as JSON."""
    exported = _exported(head) if head is not None else None
    with as_owner(data_directory) as store, psycopg.connect(store.owner_url) as connection:
        if what == "head":
            typer.echo(json.dumps(ledger.as_plain(ledger.heads(connection)), indent=2))
            return
        verdict = ledger.verify(connection, exported)
    if verdict.sound:
        say(f"审计日志完好：{verdict.events} 条事件。", f"The audit is sound: {verdict.events} events.")
        return
    for broken in verdict.breaks:
        say(
            f"✗ 第 {broken.chain} 链第 {broken.seq} 条起不可信：{broken.why}",
            f"✗ chain {broken.chain}, from event {broken.seq}: {broken.why}",
        )
    raise typer.Exit(1)


def _exported(path: Path) -> ledger.Heads:
    try:
        return ledger.from_plain(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Trouble(
            f"{path} 不是导出的链头（./minqing audit head > 文件）。",
            f"{path} holds no exported heads (./minqing audit head > file).",
        ) from error

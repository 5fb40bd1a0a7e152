"""``./minqing export building OUT.gpkg``: any layer or a whole plan, in any format and datum, a map or a booklet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import create_engine, text

from api.commands.options import DataDirOption
from api.commands.owner import as_owner
from api.commands.speech import say
from api.database import synchronous
from api.exports.files import SUFFIXES, Ordered, write_file
from api.exports.queries import OF_PLAN, PLAN, QUERIES, layer_of, parts_of
from api.exports.schemas import Exported
from api.trouble import Trouble, terminal_language
from geo.crs.datum import Datum
from geo.errors import GeoError

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from geo.exchange.layer import Layer

REFUSED = 2


def command(  # noqa: PLR0917 - Typer reads the options of the command line off the parameters
    what: Annotated[Exported, typer.Argument(help="图层，或 plan 为整个方案 / a layer, or plan for all of it")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", dir_okay=False, help="文件，后缀决定格式 / its ending is the format")
    ],
    datum: Annotated[Datum, typer.Option("--datum", "--to", help="坐标系 / datum")] = Datum.WGS84,
    plan: Annotated[str, typer.Option(help="方案的名称或标识；默认为现行方案 / its name or id; the one in force")] = "",
    within: Annotated[str, typer.Option(help="只要这个编码之内的 / only inside this code")] = "",
    gbk: Annotated[bool, typer.Option("--gbk", help="以 GBK 写出 / write text as GBK")] = False,  # noqa: FBT002 - a switch
    data_directory: DataDirOption = None,
) -> None:
    """Leave with 0 when the file is written, with 2 when it cannot be."""
    try:
        _refuse_unknown(out)
        with as_owner(data_directory) as store:
            engine = create_engine(synchronous(store.owner_url))
            with engine.connect() as connection, _bar() as bar:
                chosen = _plan(connection, plan) if what in OF_PLAN or plan else None
                layers = _layers(connection, what, out.suffix.lower(), chosen, within, bar)
            engine.dispose()
        write_file(layers, out, _ordered(what, chosen, datum, gbk=gbk))
    except Trouble as error:
        _refuse(error.zh, error.en)
    except (GeoError, OSError) as error:
        _refuse(str(error), str(error))
    rows = sum(len(layer) for layer in layers)
    say(f"已写出 {out}：{len(layers)} 个图层，{rows} 行，{datum.zh}。",
        f"Wrote {out}: {len(layers)} layers, {rows} rows, {datum.en}.")  # fmt: skip


def _refuse_unknown(out: Path) -> None:
    if out.suffix.lower() not in SUFFIXES:
        raise Trouble(f"{out.name}：可写 {' '.join(SUFFIXES)}。", f"{out.name}: we write {' '.join(SUFFIXES)}.")


def _ordered(what: Exported, plan: RowMapping | None, datum: Datum, *, gbk: bool) -> Ordered:
    title = what.value if plan is None else f"{plan['place']} {plan['name']}"
    note = f"{datetime.now(UTC):%Y-%m-%d}" if plan is None else f"{plan['state']} {datetime.now(UTC):%Y-%m-%d}"
    return Ordered(title, datum, "gbk" if gbk else "utf-8", terminal_language(), note)


def _plan(connection: Connection, named: str) -> RowMapping:
    row = connection.execute(text(PLAN), {"plan": named}).mappings().first()
    if row is None:
        raise Trouble(f"没有方案 {named or '（现行）'}。", f"There is no plan {named or '(in force)'}.")
    return row


def _layers(  # noqa: PLR0917 - what one export is made from
    connection: Connection, what: Exported, suffix: str, plan: RowMapping | None, within: str, bar: Progress
) -> list[Layer]:
    """The layers asked for, one statement each."""
    kinds = parts_of(what, suffix)
    values: dict[str, Any] = {"within": within or ("" if plan is None else plan["within"]), "plan": None}
    if plan is not None:
        values["plan"] = str(plan["id"])
    task = bar.add_task("导出" if terminal_language() == "zh" else "exporting", total=len(kinds))
    layers = []
    for kind in kinds:
        rows = connection.execute(text(QUERIES[kind].sql), values).mappings()
        layers.append(layer_of(kind, [dict(row) for row in rows]))
        bar.advance(task)
    return layers


def _bar() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=Console(stderr=True))


def _refuse(zh: str, en: str) -> None:
    say(f"✗ {zh}", f"✗ {en}", to_error=True)
    raise typer.Exit(REFUSED)

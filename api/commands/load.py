"""``./minqing load FILE --as building``: a file of any of our formats into the store, its faults reported."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.commands.options import DataDirOption
from api.commands.owner import as_owner
from api.commands.speech import say
from api.imports import record
from api.imports.journeys import POINTS, gathered
from api.imports.work import Choice, enter, look
from api.trouble import Trouble, terminal_language
from geo.errors import GeoError, InvalidInputError, UnreadableFileError
from geo.exchange.purposes import Purpose, likely, source_of
from geo.exchange.sandbox import read_file
from geo.exchange.writers import faults as fault_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from psycopg import Connection

    from api.imports.outcome import Outcome
    from api.imports.work import Looked
    from geo.exchange.layer import Layer

WITH_FAULTS, REFUSED = 1, 2
SHOWN = 10
CATEGORY = "category:"
STAGES = {
    "reading": ("读取", "reading"), "comparing": ("比对坐标", "comparing"), "checking": ("检查", "checking"),
    "entering": ("写入", "entering"),
}  # fmt: skip
ENTERED = """
UPDATE import SET state = 'entered', entered_at = now(), choice = %s, finding = %s, summary = %s WHERE id = %s
"""
Datums = Literal["auto", "wgs84", "cgcs2000", "gcj02", "bd09", "web_mercator"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line said."""

    purpose: Purpose
    layer: str | None
    columns: Mapping[str, str]
    datum: str
    categories: Mapping[str, str]
    mend: bool
    dry: bool
    source: str


def command(  # noqa: PLR0917 - Typer reads the options of the command line off the parameters
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="文件 / the file")],
    purpose: Annotated[Purpose, typer.Option("--as", help="作为什么导入 / what it is taken for")],
    layer: Annotated[str | None, typer.Option(help="图层 / one layer of it")] = None,
    column: Annotated[list[str] | None, typer.Option("--map", help="列 / a column: households=总户数")] = None,
    datum: Annotated[Datums | None, typer.Option(help="坐标系；auto 采用识别结果 / auto takes the finding")] = None,
    mend: Annotated[Literal["none", "all"], typer.Option(help="修复建议 / suggested mends to accept")] = "none",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入 / look only")] = False,  # noqa: FBT002 - a switch
    report: Annotated[Path | None, typer.Option(help="问题清单 .json 或 .xlsx / the faults")] = None,
    source: Annotated[str | None, typer.Option(help="来源名；同一来源再次导入时会对照 / whose list it is")] = None,
    data_directory: DataDirOption = None,
) -> None:
    """Leave with 0 when all is in, with 1 when it is in but for reported faults, with 2 when it was refused."""
    try:
        columns, categories = _columns(column or [])
        wishes = Wishes(purpose, layer, columns, datum or "", categories, mend == "all", dry_run, source or "")
        with as_owner(data_directory) as store, psycopg.connect(store.owner_url) as connection:
            looked, outcome = _load(connection, file, wishes)
    except UnreadableFileError as error:
        _refuse(error.refusal.zh, error.refusal.en)
    except GeoError as error:
        _refuse(str(error), str(error))
    except psycopg.errors.IntegrityError as error:
        said = error.diag.message_primary or str(error)
        _refuse(f"数据库拒绝：{said}。没有写入任何内容。", f"The store refused: {said}. Nothing was written.")
    except Trouble as error:
        _refuse(error.zh, error.en)
    if report is not None:
        _report(report, looked, outcome)
    _tell(looked, outcome, wishes)
    if record.all_faults(looked, outcome):
        raise typer.Exit(WITH_FAULTS)


def _load(connection: Connection, file: Path, wishes: Wishes) -> tuple[Looked, Outcome]:
    with Bar() as bar:
        bar.tell("reading", 0, 0)
        layers = read_file(file).layers
        layer = _chosen(gathered(layers) if wishes.purpose is Purpose.TRACK else layers, wishes)
        connection.execute("SET LOCAL statement_timeout = 0")
        source = wishes.source or source_of(file.name, layer.name, len(layers))
        choice = Choice(wishes.purpose, source, wishes.columns, wishes.datum, wishes.categories)
        looked = look(connection, layer, choice, progress=bar.tell)
        if looked.in_doubt:
            raise Trouble(
                f"{looked.found.zh} 未导入：加 --datum auto 采用这一识别结果，或用 --datum wgs84 坚持原样。",
                f"{looked.found.en} Not loaded: --datum auto takes this finding, --datum wgs84 insists on the file.",
            )
        accepted = [n for n, fault in enumerate(looked.faults) if fault.mend is not None] if wishes.mend else []
        import_id = record.open_import(connection, file.name, source, file.stat().st_size)
        outcome, book = enter(connection, import_id, looked, accepted, progress=bar.tell)
    if wishes.dry:
        connection.rollback()
    else:
        _keep(connection, import_id, looked, accepted, outcome, book.tally)
    return looked, outcome


def _keep(  # noqa: PLR0917 - what one table of rows is made from
    connection: Connection, import_id: UUID, looked: Looked, accepted: list[int], outcome: Outcome, tally: Any
) -> None:
    record.write_faults(connection, import_id, record.all_faults(looked, outcome), looked.layer)
    connection.execute("UPDATE import_fault SET accepted = true WHERE import_id = %s AND number = ANY(%s)",
                       [import_id, accepted])  # fmt: skip
    record.write_outcome(connection, import_id, outcome)
    choice = {"purpose": looked.choice.purpose.value, "layer": looked.layer.name, "columns": dict(looked.columns),
              "datum": looked.reading.datum.value}  # fmt: skip
    connection.execute(
        ENTERED,
        [json.dumps(choice), json.dumps(record.finding_of(looked.found)),
         json.dumps(record.summary_of(looked, outcome, tally)), import_id],
    )  # fmt: skip


def _chosen(layers: tuple[Layer, ...], wishes: Wishes) -> Layer:
    named = [each for each in layers if wishes.layer in {None, each.name}]
    if len(named) > 1 and wishes.purpose is Purpose.TRACK:
        named = [each for each in named if each.name.endswith(POINTS)][:1] or named[:1]
    if len(named) > 1:
        kinds = [likely(each.name, each.columns, frozenset(_dimensions(each))) for each in named]
        fitting = [each for each, kind in zip(named, kinds, strict=True) if kind is wishes.purpose]
        named = fitting if len(fitting) == 1 else named
    if len(named) != 1:
        there = "、".join(each.name for each in layers)
        raise InvalidInputError(f"--layer: 请指定一个图层 / name one of the layers: {there}")
    return named[0]


def _dimensions(layer: Layer) -> Iterator[int]:
    import shapely  # noqa: PLC0415  # only where a file has several layers

    yield from {int(d) for d in shapely.get_dimensions(layer.geometry) if d >= 0}


def _columns(pairs: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Our field → a column, and (``category:路灯报修=facility.streetlight``) a list's word → our category."""
    columns: dict[str, str] = {}
    categories: dict[str, str] = {}
    for pair in pairs:
        ours, sign, theirs = pair.rpartition("=") if pair.startswith(CATEGORY) else pair.partition("=")
        if not ours or not sign:
            raise InvalidInputError(f"--map {pair}: households=总户数")
        if ours.startswith(CATEGORY):
            categories[ours.removeprefix(CATEGORY)] = theirs
        else:
            columns[ours] = theirs
    return columns, categories


def _report(path: Path, looked: Looked, outcome: Outcome) -> None:
    faults = record.all_faults(looked, outcome)
    if path.suffix.lower() == ".xlsx":
        fault_files.excel(faults, path)
        return
    about = {
        "file": looked.layer.source, "layer": looked.layer.name, "as": looked.choice.purpose.value,
        "columns": dict(looked.columns), "datum": looked.reading.datum.value,
        "finding": record.finding_of(looked.found), "rows": outcome.counts(),
        "categories": [asdict(word) for word in looked.translated],
    }  # fmt: skip
    fault_files.as_json(faults, path, about)


def _tell(looked: Looked, outcome: Outcome, wishes: Wishes) -> None:
    counts = outcome.counts()
    done = ("检查完毕，未写入", "looked over, nothing written") if wishes.dry else ("已导入", "loaded")
    say(looked.found.zh, looked.found.en)
    say(
        f"{done[0]}：新增 {counts['added']}，更新 {counts['changed']}，不变 {counts['same']}，"
        f"来源中已无 {counts['gone']}，未导入 {counts['held']}。",
        f"{done[1]}: {counts['added']} added, {counts['changed']} changed, {counts['same']} the same, "
        f"{counts['gone']} no longer in the source, {counts['held']} held back.",
    )
    for word in looked.translated[:SHOWN]:
        say(
            f"  {word.theirs or '—'} → {word.ours} × {word.count}",
            f"  {word.theirs or '—'} → {word.ours} × {word.count}",
        )
    faults = record.all_faults(looked, outcome)
    for fault in faults[:SHOWN]:
        say(f"! {fault.zh}", f"! {fault.en}", to_error=True)
    if len(faults) > SHOWN:
        say(f"! 另有 {len(faults) - SHOWN} 处。", f"! {len(faults) - SHOWN} more.", to_error=True)


def _refuse(zh: str, en: str) -> None:
    say(f"✗ {zh}", f"✗ {en}", to_error=True)
    raise typer.Exit(REFUSED)


class Bar(Progress):
    """The moving bar of the command line."""

    def __init__(self) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        super().__init__(*columns, console=Console(stderr=True))
        self.stage = self.add_task("", total=None)

    def tell(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        zh, en = STAGES[stage]
        words = zh if terminal_language() == "zh" else en
        self.update(self.stage, description=words, completed=done, total=total or None)

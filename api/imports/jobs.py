"""What the worker does with a file: read it, look it over, enter it, take it back; as whoever brought it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
import shapely
import structlog

from api.imports import record
from api.imports.gone import remove_gone
from api.imports.journeys import gathered
from api.imports.outcome import Outcome
from api.imports.preview import preview_of
from api.imports.tidy import let_go
from api.imports.undo import undo
from api.imports.work import Choice, Looked, columns_of, enter, look, without
from api.trouble import Trouble
from geo.errors import GeoError, UnreadableFileError
from geo.exchange.columns import BY_WORD, guess
from geo.exchange.layer import Layer
from geo.exchange.pointing import pointed_by
from geo.exchange.purposes import WANTED, Purpose, likely
from geo.exchange.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from psycopg import Connection

log = structlog.get_logger(__name__)
SAMPLE_ROWS = 5
_DIMENSIONS = {0: "points", 1: "lines", 2: "areas"}
ENTERED = """
UPDATE import SET state = 'entered', entered_at = now(), summary = %s WHERE id = %s RETURNING cancel_asked
"""
ACCEPTED = "SELECT row, field, kind FROM import_fault WHERE import_id = %s AND accepted"
"""By what they are, not by their numbers: the store may have changed since they were shown."""
SET = "UPDATE import SET {} WHERE id = %s"


NEEDS_NO_FILE = {"entered", "undone", "refused", "cancelled"}


class CancelledError(Exception):
    """Somebody called the import off."""


@dataclass(frozen=True, slots=True)
class Job:
    """One import as the worker holds it: the store, the import, the folder of its file."""

    url: str
    id: UUID
    folder: Path

    @contextmanager
    def inside(self) -> Iterator[Connection]:
        """A transaction with the eyes and hands of whoever brought the file.

        Raises:
            Trouble: that account is no longer active.
        """
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT enter_for_import(%s)", [self.id]).fetchone()
            if row is None or not row[0]:
                raise Trouble("导入人的账号已停用。", "The account that brought this file is no longer active.")
            connection.execute("SET LOCAL statement_timeout = 0")
            yield connection

    def note(self, **values: Any) -> None:
        """Write columns of the import's row, at once and for everybody to see."""
        with self.inside() as connection:
            sets = ", ".join(f"{name} = %s" for name in values)
            cells = [json.dumps(v, default=str) if isinstance(v, dict | list) else v for v in values.values()]
            connection.execute(SET.format(sets).encode(), [*cells, self.id])

    def progress(self, stage: str, done: int, total: int) -> None:
        """How far it is.

        Raises:
            CancelledError: somebody called it off meanwhile.
        """
        with self.inside() as connection:
            row = connection.execute(
                "UPDATE import SET stage = %s, done = %s, total = %s WHERE id = %s RETURNING cancel_asked",
                [stage, done, total, self.id],
            ).fetchone()
        if row is not None and row[0]:
            raise CancelledError


def carry_out(job: Job, step: str) -> None:
    """One step: ``read``, ``check``, ``enter`` or ``undo``. Whatever goes wrong is written down as a sentence."""
    if not _is_due(job, step):
        return  # a job that was taken up again although it had come to its end
    _carry_out(job, step)
    with job.inside() as connection:
        row = connection.execute("SELECT state FROM import WHERE id = %s", [job.id]).fetchone()
    if row is not None and row[0] in NEEDS_NO_FILE:
        let_go(job.folder)


def _carry_out(job: Job, step: str) -> None:
    steps: dict[str, Callable[[Job], None]] = {"read": _read, "check": _check, "enter": _enter, "undo": _undo}
    back = {"read": "refused", "check": "read", "enter": "checked", "undo": "entered"}[step]
    try:
        steps[step](job)
    except CancelledError:
        job.note(state="cancelled" if step == "read" else back, cancel_asked=False)
    except UnreadableFileError as error:
        job.note(state=back, trouble_zh=error.refusal.zh, trouble_en=error.refusal.en)
    except GeoError as error:
        job.note(state=back, trouble_zh=str(error), trouble_en=str(error))
    except Trouble as error:
        job.note(state=back, trouble_zh=error.zh, trouble_en=error.en)
    except psycopg.errors.IntegrityError as error:
        said = (error.diag.message_primary or "")[:500]
        job.note(state=back, trouble_zh=f"数据库拒绝：{said}。没有写入任何内容。",
                 trouble_en=f"The store refused: {said}. Nothing was written.")  # fmt: skip
    except psycopg.errors.InsufficientPrivilege:
        job.note(state=back, trouble_zh="文件中有不在您辖区内的内容，没有写入任何内容。",
                 trouble_en="Something in the file lies outside your jurisdiction. Nothing was written.")  # fmt: skip
    except psycopg.OperationalError:
        raise
    except Exception:
        log.exception("an import failed", step=step)
        job.note(state=back, trouble_zh="导入程序出错（这是我们的缺陷），没有写入任何内容。",
                 trouble_en="The import failed, which is our defect. Nothing was written.")  # fmt: skip
        raise


def _is_due(job: Job, step: str) -> bool:
    due = {"read": {"waiting", "reading"}, "check": {"checking"}, "enter": {"entering"}, "undo": {"undoing"}}
    with job.inside() as connection:
        row = connection.execute("SELECT state FROM import WHERE id = %s", [job.id]).fetchone()
    return row is not None and row[0] in due[step]


def _read(job: Job) -> None:
    job.note(state="reading", trouble_zh="", trouble_en="")
    job.progress("reading", 0, 0)
    [file] = [path for path in job.folder.iterdir() if path.name.startswith("file")]
    with job.inside() as connection:
        row = connection.execute("SELECT file_name FROM import WHERE id = %s", [job.id]).fetchone()
    assert row is not None
    with Sandbox() as sandbox:
        layers = gathered(sandbox.read(file, name=row[0]).layers)
    for number, layer in enumerate(layers):
        layer.write(job.folder / f"layer-{number:02d}.arrow")
    job.note(state="read", layers=[_described(layer) for layer in layers])


def _described(layer: Layer) -> dict[str, Any]:
    dimensions = frozenset(int(d) for d in np.unique(shapely.get_dimensions(layer.geometry)) if d >= 0)
    shapes = (
        "none" if not dimensions else _DIMENSIONS.get(min(dimensions), "mixed") if len(dimensions) == 1 else "mixed"
    )
    purpose = likely(layer.name, layer.columns, dimensions)
    guesses = {g.field: g.column for g in guess(layer.columns, wanted=WANTED[purpose].fields) if g.confidence > BY_WORD}
    guesses |= pointed_by(layer)
    sample = layer.table.slice(0, SAMPLE_ROWS).to_pylist()
    return {
        "name": layer.name, "rows": len(layer), "shapes": shapes, "columns": list(layer.columns)[:300],
        "sample": [[_short(row[c]) for c in list(layer.columns)[:300]] for row in sample],
        "purpose": purpose.value, "guesses": guesses,
    }  # fmt: skip


def _short(cell: Any) -> str:
    return "" if cell is None else str(cell)[:60]


def _chosen(job: Job, connection: Connection) -> tuple[Layer, Choice]:
    row = connection.execute("SELECT choice, layers, source FROM import WHERE id = %s", [job.id]).fetchone()
    assert row is not None
    choice, layers, source = row
    if not job.folder.is_dir():
        raise Trouble("这个文件已按期清理，请重新上传。", "This file was cleaned away after its time; bring it again.")
    number = next(n for n, layer in enumerate(layers) if layer["name"] == choice["layer"])
    layer = Layer.read(job.folder / f"layer-{number:02d}.arrow")
    return layer, Choice(
        Purpose(choice["purpose"]), source, choice["columns"], choice["datum"], choice.get("categories", {})
    )


def _check(job: Job) -> None:
    """Look the layer over, and enter it for trial only, so that the page can show what would become of each row.

    A file in another datum often lies outside the jurisdiction until it is converted: then the trial fails, and what
    the comparison found is told all the same, without a word on rows.
    """
    job.note(state="checking", trouble_zh="", trouble_en="", summary={})
    with job.inside() as connection:
        layer, choice = _chosen(job, connection)
        looked = look(connection, layer, choice, progress=job.progress)
        try:
            outcome, book = enter(connection, job.id, looked, progress=job.progress)
            summary = record.summary_of(looked, outcome, book.tally)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError):
            if not looked.says_otherwise:
                raise
            outcome, summary = Outcome(), {}
        connection.rollback()
    with job.inside() as connection:
        columns = without(choice) | columns_of(connection, layer, choice)
        as_read = layer.with_geometry(looked.came, epsg=layer.epsg)
        record.write_faults(connection, job.id, record.all_faults(looked, outcome), looked.layer)
        record.write_outcome(connection, job.id, outcome)
        connection.execute(
            "UPDATE import SET state = 'checked', finding = %s, summary = %s, choice = choice || %s WHERE id = %s",
            [json.dumps(record.finding_of(looked.found) | preview_of(as_read, looked)), json.dumps(summary),
             json.dumps({"columns": columns}), job.id],
        )  # fmt: skip


def _enter(job: Job) -> None:
    job.note(state="entering", trouble_zh="", trouble_en="")
    with job.inside() as connection:
        layer, choice = _chosen(job, connection)
        row = connection.execute("SELECT choice FROM import WHERE id = %s", [job.id]).fetchone()
        assert row is not None
        parts = row[0].get("parts", {})
        looked = look(connection, layer, choice, progress=job.progress)
        _refuse_doubt(looked)
        wished = set(connection.execute(ACCEPTED, [job.id]).fetchall())
        accepted = {n for n, f in enumerate(looked.faults) if (f.row, f.field, f.kind.value) in wished}
        unwanted = {r for (r,) in connection.execute(
            "SELECT row FROM import_row WHERE import_id = %s AND outcome = ANY(%s) AND row IS NOT NULL",
            [job.id, [part for part in ("added", "changed") if not parts.get(part, True)]])}  # fmt: skip
        outcome, book = enter(connection, job.id, looked, accepted, leave_out=unwanted, progress=job.progress)
        if parts.get("gone"):
            remove_gone(book, choice.purpose, outcome)
        record.write_faults(connection, job.id, record.all_faults(looked, outcome), looked.layer)
        connection.execute("UPDATE import_fault SET accepted = true WHERE import_id = %s AND number = ANY(%s)",
                           [job.id, sorted(accepted)])  # fmt: skip
        record.write_outcome(connection, job.id, outcome)
        row = connection.execute(
            ENTERED,
            [json.dumps(record.summary_of(looked, outcome, book.tally)), job.id],
        ).fetchone()
        if row is not None and row[0]:
            raise CancelledError


def _refuse_doubt(looked: Looked) -> None:
    if looked.in_doubt:
        raise Trouble(f"{looked.found.zh} 请先选择坐标系。", f"{looked.found.en} Choose the datum first.")


def _undo(job: Job) -> None:
    with job.inside() as connection:
        undo(connection, job.id)
        connection.execute("UPDATE import SET state = 'undone', undone_at = now() WHERE id = %s", [job.id])

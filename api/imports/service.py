"""Takes files in over HTTP: keeps them, puts their steps on the queue, tells how far they are."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import ConflictError, InvalidError, NotFoundError, TooLargeError
from api.imports.schemas import FaultsRead, FileFaultRead, ImportRead, LossRead, RowRead, RowsRead
from api.imports.undo import STANDING_ON
from geo.exchange.purposes import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from fastapi import UploadFile
    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.imports.schemas import EnterAsked, EstimateConfirmed, ImportChoice, MendsAccepted

WORK = "imports.work"
"""The queue's name for a step of an import; ``api.worker`` answers to it."""
MOST_BYTES = 512 * 1024 * 1024
PIECE = 1 << 20
LISTED = 100
BUSY = {"waiting", "reading", "checking", "entering", "undoing"}

NEW = """
INSERT INTO import (account_id, file_name, source, bytes) VALUES (me('account'), :file, :source, :bytes) RETURNING id
"""
ENQUEUE = """
SELECT procrastinate_defer_jobs_v1(ARRAY[
  ROW('imports', :task, 0, :lock, NULL, CAST(:arguments AS jsonb), NULL)::procrastinate_job_to_defer_v1])
"""
ONE = "SELECT * FROM import WHERE id = :id"
LIST = "SELECT * FROM import ORDER BY asked_at DESC LIMIT :most"
CHOOSE = """
UPDATE import SET state = 'checking', choice = CAST(:choice AS jsonb), source = coalesce(:source, source),
       stage = 'checking', done = 0, total = 0, cancel_asked = false WHERE id = :id
"""
FAULTS = """
SELECT number, row, field, kind, severity, zh, en, mend_zh, mend_en, before, after, accepted FROM import_fault
 WHERE import_id = :id AND (CAST(:kind AS text) IS NULL OR kind = :kind)
   AND (CAST(:mendable AS boolean) IS NULL OR (mend_zh IS NOT NULL) = :mendable)
 ORDER BY number LIMIT :most OFFSET :skip
"""
KINDS = """
SELECT kind, count(*) AS n, count(mend_zh) AS mendable, count(*) FILTER (WHERE accepted) AS accepted
  FROM import_fault WHERE import_id = :id GROUP BY kind ORDER BY kind
"""
ACCEPT = """
UPDATE import_fault SET accepted = :accept WHERE import_id = :id AND mend_zh IS NOT NULL
   AND (CAST(:kind AS text) IS NULL OR kind = :kind)
   AND (CAST(:numbers AS integer[]) IS NULL OR number = ANY(:numbers))
"""
ROWS = """
SELECT row, outcome, name, place_id, detail, count(*) OVER () AS total FROM import_row
 WHERE import_id = :id AND (CAST(:outcome AS text) IS NULL OR outcome = :outcome)
 ORDER BY number LIMIT :most OFFSET :skip
"""
CONFIRM = """
UPDATE unit SET estimated = false WHERE building_id = :building AND estimated RETURNING id
"""
SHARE = """
WITH numbered AS (SELECT id, row_number() OVER (ORDER BY name, id) - 1 AS n, count(*) OVER () AS units
                    FROM unit WHERE building_id = :building)
UPDATE unit u SET households_declared = :households / o.units + CASE WHEN o.n < :households % o.units THEN 1 ELSE 0 END,
       estimated = false
  FROM numbered o WHERE o.id = u.id RETURNING u.id
"""


def _none() -> NotFoundError:
    return NotFoundError("没有这次导入，或您无权查看。", "There is no such import, or it is not yours to see.")


async def create(session: AsyncSession, home: Path, file: UploadFile, source: str) -> ImportRead:
    """Keep the file and put reading it on the queue.

    Raises:
        InvalidError: there is nothing in it.
        TooLargeError: it is larger than one file may be.
    """
    name = re.sub(r"[\x00-\x1f/\\]+", "_", file.filename or "file")[-200:]
    values = {"file": name, "source": (source or name)[:300], "bytes": 0}
    import_id: UUID = (await session.execute(text(NEW), values)).scalar_one()
    folder = home / str(import_id)
    try:
        size = await _keep(file, folder, name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    await session.execute(text("UPDATE import SET bytes = :size WHERE id = :id"), {"size": size, "id": import_id})
    await _enqueue(session, import_id, "read")
    return await read(session, import_id, "zh")


async def _keep(file: UploadFile, folder: Path, name: str) -> int:
    """Piece by piece to the disk, under a name of ours."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True)
    suffix = "".join(re.findall(r"\.[A-Za-z0-9]{1,10}", name)[-2:]).lower()[-14:]
    size = 0
    with await asyncio.to_thread((folder / f"file{suffix}").open, "wb") as kept:
        while piece := await file.read(PIECE):
            size += len(piece)
            if size > MOST_BYTES:
                raise TooLargeError("文件超过 512 MB，请拆分后再导入。", "The file is larger than 512 MB; split it.")
            await asyncio.to_thread(kept.write, piece)
    if not size:
        raise InvalidError("文件是空的。", "The file is empty.")
    return size


async def _enqueue(session: AsyncSession, import_id: UUID, step: str) -> None:
    arguments = json.dumps({"import_id": str(import_id), "step": step})
    await session.execute(text(ENQUEUE), {"task": WORK, "lock": f"import-{import_id}", "arguments": arguments})


async def list_all(session: AsyncSession, language: str) -> list[ImportRead]:
    """The newest imports."""
    rows = (await session.execute(text(LIST), {"most": LISTED})).mappings().all()
    return [_told(row, language) for row in rows]


async def read(session: AsyncSession, import_id: UUID, language: str) -> ImportRead:
    """One import.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = (await session.execute(text(ONE), {"id": import_id})).mappings().first()
    if row is None:
        raise _none()
    return _told(row, language)


async def choose(session: AsyncSession, import_id: UUID, said: ImportChoice, language: str) -> ImportRead:
    """Say what one layer is; it is looked over at once.

    Raises:
        NotFoundError: there is no such import.
        ConflictError: it is not at a point where this can be said.
        InvalidError: it has no such layer.
    """
    found = await _at(session, import_id, {"read", "checked"}, language)
    if said.layer not in {layer.name for layer in found.layers}:
        raise InvalidError("文件里没有这个图层。", "The file has no such layer.")
    choice = {
        "layer": said.layer,
        "purpose": said.purpose.value,
        "columns": said.columns,
        "datum": said.datum,
        "categories": said.categories,
    }
    unnamed = said.source is None and found.source == found.file_name
    source = source_of(found.file_name, said.layer, len(found.layers)) if unnamed else said.source
    await session.execute(text(CHOOSE), {"id": import_id, "choice": json.dumps(choice), "source": source})
    await _enqueue(session, import_id, "check")
    return await read(session, import_id, language)


async def _at(session: AsyncSession, import_id: UUID, states: set[str], language: str) -> ImportRead:
    locked = (await session.execute(text(f"{ONE} FOR UPDATE"), {"id": import_id})).mappings().first()
    if locked is None:
        raise _none()
    if locked["state"] not in states:
        raise ConflictError(
            "这次导入正在处理，或已到了别的阶段。", "This import is at another stage, or being worked on."
        )
    return _told(locked, language)


async def read_faults(session: AsyncSession, import_id: UUID, asked: dict[str, Any], language: str) -> FaultsRead:
    """A page of faults, and how many of each kind there are."""
    await read(session, import_id, language)
    kinds = (await session.execute(text(KINDS), {"id": import_id})).mappings().all()
    rows = (await session.execute(text(FAULTS), {"id": import_id, **asked})).mappings().all()
    return FaultsRead(
        total=sum(kind["n"] for kind in kinds),
        kinds={kind["kind"]: kind["n"] for kind in kinds},
        mendable=sum(kind["mendable"] for kind in kinds),
        accepted=sum(kind["accepted"] for kind in kinds),
        items=[_fault(row, language) for row in rows],
    )


async def all_faults(session: AsyncSession, import_id: UUID) -> Iterator[RowMapping]:
    """Every fault of an import as it stands in the store."""
    await read(session, import_id, "zh")
    asked = {"id": import_id, "kind": None, "mendable": None, "most": 1_000_000, "skip": 0}
    return iter((await session.execute(text(FAULTS), asked)).mappings())


def _fault(row: RowMapping, language: str) -> FileFaultRead:
    same = ("number", "row", "field", "kind", "severity", "before", "after", "accepted")
    return FileFaultRead(**{k: row[k] for k in same}, said=row[language], mend=row[f"mend_{language}"])


async def accept(session: AsyncSession, import_id: UUID, said: MendsAccepted, language: str) -> FaultsRead:
    """Accept mends, or take that back.

    Raises:
        ConflictError: it has been entered already.
    """
    await _at(session, import_id, {"checked"}, language)
    values = {"id": import_id, "accept": said.accept, "kind": said.kind, "numbers": said.numbers}
    await session.execute(text(ACCEPT), values)
    return await read_faults(session, import_id, {"kind": None, "mendable": None, "most": 0, "skip": 0}, language)


async def read_rows(session: AsyncSession, import_id: UUID, asked: dict[str, Any]) -> RowsRead:
    """A page of what would become, or became, of each row."""
    await read(session, import_id, "zh")
    rows = (await session.execute(text(ROWS), {"id": import_id, **asked})).mappings().all()
    items = [RowRead(**{name: row[name] for name in RowRead.model_fields}) for row in rows]
    return RowsRead(total=rows[0]["total"] if rows else 0, items=items)


async def enter(session: AsyncSession, import_id: UUID, said: EnterAsked, language: str) -> ImportRead:
    """Put entering on the queue.

    Raises:
        ConflictError: it has not been looked over, or is in already.
    """
    await _at(session, import_id, {"checked"}, language)
    query = text("UPDATE import SET state = 'entering', choice = choice || CAST(:parts AS jsonb) WHERE id = :id")
    await session.execute(query, {"id": import_id, "parts": json.dumps({"parts": said.model_dump()})})
    await _enqueue(session, import_id, "enter")
    return await read(session, import_id, language)


async def cancel(session: AsyncSession, import_id: UUID, language: str) -> ImportRead:
    """Call the work in hand off; nothing of it stays."""
    await _at(session, import_id, BUSY, language)
    await session.execute(text("UPDATE import SET cancel_asked = true WHERE id = :id"), {"id": import_id})
    return await read(session, import_id, language)


async def losses(session: AsyncSession, import_id: UUID) -> list[LossRead]:
    """What an undo would take along."""
    await read(session, import_id, "zh")
    query = text(STANDING_ON.replace("%(import)s", ":import"))
    rows = (await session.execute(query, {"import": import_id})).all()
    return [LossRead(kind=row[0], name=row[1], count=row[2]) for row in rows]


async def undo(session: AsyncSession, import_id: UUID, language: str) -> ImportRead:
    """Put taking it back on the queue.

    Raises:
        ConflictError: it is not in.
    """
    await _at(session, import_id, {"entered"}, language)
    await session.execute(text("UPDATE import SET state = 'undoing' WHERE id = :id"), {"id": import_id})
    await _enqueue(session, import_id, "undo")
    return await read(session, import_id, language)


async def confirm(session: AsyncSession, building_id: UUID, said: EstimateConfirmed) -> int:
    """A person confirms a building's households, or gives the right number; how many units that was.

    Raises:
        NotFoundError: there is no such building, it is not the asker's to change, or it has no estimate.
    """
    values = {"building": building_id, "households": said.households}
    changed = (await session.execute(text(CONFIRM if said.households is None else SHARE), values)).all()
    if not changed:
        raise NotFoundError(
            "没有这栋楼，或没有待确认的估计。", "There is no such building, or nothing of it is an estimate."
        )
    return len(changed)


def _told(row: RowMapping, language: str) -> ImportRead:
    same = [name for name in ImportRead.model_fields if name != "trouble"]
    return ImportRead(**{name: row[name] for name in same}, trouble=row[f"trouble_{language}"])

"""Reads the layers that were asked for, as far as the asker may see them, and makes the file."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.exports.files import Ordered, write_file
from api.exports.queries import OF_PLAN, PLAN, QUERIES, layer_of, parts_of
from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.exports.schemas import ExportAsked, Exported

STATES_ZH = {
    "draft": "草稿",
    "in_review": "审核中",
    "approved": "已批准",
    "published": "已发布",
    "superseded": "已替换",
}


async def make_file(session: AsyncSession, what: Exported, asked: ExportAsked) -> Path:
    """The file, in a folder of its own that whoever sends it removes afterwards.

    Raises:
        NotFoundError: there is no such plan, or it is not the asker's to see.
        InvalidError: the layer is empty, or the format cannot hold it.
    """
    plan = await _plan(session, asked.plan) if what in OF_PLAN or asked.plan else None
    values: dict[str, Any] = {"within": asked.within, "plan": None}
    if plan is not None:
        values = {"within": asked.within or plan["within"], "plan": plan["id"]}
    layers = []
    for kind in parts_of(what, f".{asked.format}"):
        rows = (await session.execute(text(QUERIES[kind].sql), values)).mappings().all()
        layers.append(await asyncio.to_thread(layer_of, kind, [dict(row) for row in rows]))
    path = Path(tempfile.mkdtemp(prefix="mq-export-")) / f"{what.value}.{asked.format}"
    try:
        await asyncio.to_thread(write_file, layers, path, _ordered(what, asked, plan))
    except InvalidInputError as error:
        raise InvalidError(f"无法导出：{error}", f"This cannot be exported: {error}") from error
    return path


async def _plan(session: AsyncSession, named: str) -> RowMapping:
    row = (await session.execute(text(PLAN), {"plan": named})).mappings().first()
    if row is None:
        raise NotFoundError("没有这个方案，或您无权查看。", "There is no such plan, or it is not yours to see.")
    return row


def _ordered(what: Exported, asked: ExportAsked, plan: RowMapping | None) -> Ordered:
    title = what.value if plan is None else f"{plan['place']} {plan['name']}"
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    note = day if plan is None else f"{_state(plan['state'], asked.lang)} {day}"
    return Ordered(title, asked.datum, asked.text, asked.lang, note)


def _state(state: str, language: str) -> str:
    """A plan's state in the reader's words; one that has none is named as it stands."""
    return STATES_ZH.get(state, state) if language == "zh" else state.replace("_", " ")

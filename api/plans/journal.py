"""The log of a plan in the store, read: its lines, its entries as they are told, and the patch since a version."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.plans.edit_schemas import EntryRead, LogRead, PatchRead
from api.plans.log import REDO, UNDO, Line, in_effect
from api.plans.patching import patch_of
from api.plans.plain_shapes import as_told
from api.plans.shelf import take_up

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import RowMapping, TextClause
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.plans.sheet import Sheet
    from api.plans.shelf import Shelf

MOST_TOLD = 200
"""Entries that a conflict or a live event tells at most; the newest."""

ENTRY = """
SELECT o.version, o.verb, o.arguments, o.about, o.who, o.account_id, o.client, o.at, o.community_id, o.touched
  FROM plan_operation o WHERE o.plan_id = :plan
"""
SINCE = text(f"{ENTRY} AND o.community_id = :community AND o.version > :base ORDER BY o.version")
OF_EDIT = text(f"{ENTRY} AND o.edit_id = :edit ORDER BY o.version")
LISTED = text(f"""{ENTRY} AND o.version > :base
   AND (CAST(:community AS uuid) IS NULL OR o.community_id = :community) ORDER BY o.version LIMIT :most""")
EARLIER = text(f"""{ENTRY} AND o.community_id = :community AND o.version < :before
 ORDER BY o.version DESC LIMIT :most""")
LINES = text("""
SELECT o.version, o.verb, o.about, o.account_id
  FROM plan_operation o JOIN plan_sheet s ON s.plan_id = o.plan_id AND s.community_id = o.community_id
 WHERE o.plan_id = :plan AND o.community_id = :community AND o.version > s.since ORDER BY o.version
""")


async def lines_of(session: AsyncSession, where: dict[str, Any]) -> list[Line]:
    """The lines of a community's log since its sheet began, oldest first."""
    return [Line(*row) for row in (await session.execute(LINES, where)).all()]


async def marks_since(session: AsyncSession, sheet: Sheet, version: int) -> set[str]:
    """The marks of what was changed on a sheet since a version."""
    where = {"plan": sheet.plan_id, "community": sheet.community_id, "base": version}
    rows = (await session.execute(SINCE, where)).mappings().all()
    return {mark for row in rows for mark in row["touched"]}


def plain(value: Any) -> Any:
    """JSON of the store, read."""
    return json.loads(value) if isinstance(value, str) else value


def entry_of(row: RowMapping, asker: Asker, effective: frozenset[int] | None = None) -> EntryRead:
    """A line of the log as it is told."""
    version, verb = row["version"], row["verb"]
    return EntryRead(
        version=version,
        verb=verb,
        arguments=as_told(plain(row["arguments"])),
        of=row["about"],
        who=row["who"],
        mine=asker.account_id is not None and row["account_id"] == asker.account_id,
        client=row["client"],
        at=row["at"],
        community_id=row["community_id"],
        in_effect=version in effective if effective is not None else verb not in {UNDO, REDO},
    )


async def since_version(session: AsyncSession, shelf: Shelf, place: tuple[UUID, UUID], since: int) -> LogRead:
    """The newest operations of one community since a version, for a live stream; ``place``: plan, community."""
    plan_id, community_id = place
    sheet = await take_up(session, shelf, plan_id, community_id)
    where = {"plan": plan_id, "community": community_id, "base": since}
    rows = [row for row in (await session.execute(SINCE, where)).mappings() if row["version"] <= sheet.version]
    marks = {mark for row in rows for mark in row["touched"]}
    asker: Asker = session.info["asker"]
    entries = [entry_of(row, asker) for row in rows[-MOST_TOLD:]]
    return LogRead(version=sheet.version, entries=entries, patch=patch_of(sheet.plan, marks), more=False)


async def read_log(
    session: AsyncSession, shelf: Shelf, asker: Asker, place: tuple[UUID, UUID], *, since: int, limit: int
) -> LogRead:
    """The log of one community from a version on, oldest first, and the patch since then; ``place``: plan, community.

    Raises:
        NotFoundError: there is no such plan or community, or it is not the asker's to see.
    """
    sheet, rows, effective = await _looked_up(session, shelf, place, LISTED, {"base": since, "most": limit + 1})
    entries = [entry_of(row, asker, effective) for row in rows[:limit]]
    patch = patch_of(sheet.plan, await marks_since(session, sheet, since))
    return LogRead(version=sheet.version, entries=entries, patch=patch, more=len(rows) > limit)


async def read_back(
    session: AsyncSession, shelf: Shelf, asker: Asker, place: tuple[UUID, UUID], *, before: int, limit: int
) -> LogRead:
    """The newest entries before a version, oldest first: a long log is read from its end. The patch stays empty.

    Raises:
        NotFoundError: there is no such plan or community, or it is not the asker's to see.
    """
    sheet, rows, effective = await _looked_up(session, shelf, place, EARLIER, {"before": before, "most": limit + 1})
    entries = [entry_of(row, asker, effective) for row in reversed(rows[:limit])]
    return LogRead(version=sheet.version, entries=entries, patch=PatchRead(), more=len(rows) > limit)


async def _looked_up(
    session: AsyncSession, shelf: Shelf, place: tuple[UUID, UUID], wanted: TextClause, span: dict[str, int]
) -> tuple[Sheet, Sequence[RowMapping], frozenset[int]]:
    """The sheet, the lines that are wanted of its log, and the versions that are in effect."""
    plan_id, community_id = place
    sheet = await take_up(session, shelf, plan_id, community_id)
    where = {"plan": plan_id, "community": community_id}
    rows = (await session.execute(wanted, where | span)).mappings().all()
    return sheet, rows, in_effect(await lines_of(session, where))

"""Takes a community of a plan up from the store, and keeps the values of this process that were used last.

A value is known by (plan, community, version): whoever holds the plan's row, or reads the version first, may trust it.
Who may see it is asked of the store each time, before the shelf.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, text

from api.errors import ConflictError, NotFoundError
from api.plans.ground import community_seen
from api.plans.sheet import Member, Sheet, laid_out, plane_at, unpacked
from geo.topology.bounds import Rule
from geo.topology.delta import changed, delta_from
from geo.topology.plan import MicroGrid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.log import Line
    from geo.topology.plan import Plan

SHEETS_KEPT = 64

# Whether the asker sees the whole community, and how the plan stands there.
STANDING = """
SELECT p.version AS plan_version, p.least, p.most, p.target, s.version, s.state_version, s.lon, s.lat,
       CASE WHEN s.plan_id IS NULL THEN (
         SELECT concat_ws('/', count(*),
                  sum(hashtext(concat_ws(',', u.id, u.households, u.floor_lo, u.floor_hi))::bigint))
           FROM unit u WHERE u.community_id = c.id AND u.gone_on IS NULL) END AS ground{more}
  FROM community c JOIN plan p ON p.id = :plan
   AND (p.community_id = c.id OR (p.community_id IS NULL AND p.subdistrict_id = c.subdistrict_id))
  LEFT JOIN plan_sheet s ON s.plan_id = p.id AND s.community_id = c.id
 WHERE c.id = :community AND ((SELECT whole('communities')) OR c.id IN (SELECT unnest(scope('communities'))))
"""
HEAD = text(STANDING.format(more=""))
# In one look, so that value and version belong together though others write meanwhile.
STATE = text("""
SELECT s.version, s.state, (
         SELECT coalesce(jsonb_agg(o.delta ORDER BY o.version), '[]') FROM plan_operation o
          WHERE o.plan_id = s.plan_id AND o.community_id = s.community_id AND o.version > s.state_version
            AND o.version <= s.version)
  FROM plan_sheet s WHERE s.plan_id = :plan AND s.community_id = :community
""")
GRIDS = text("SELECT id::text AS key, name, locked FROM micro_grid WHERE plan_id = :plan AND community_id = :community")
MEMBERS = text("""
SELECT unit_id::text AS unit, lower(floors) AS floor_lo, upper(floors) - 1 AS floor_hi, micro_grid_id::text AS grid
  FROM plan_member WHERE plan_id = :plan AND community_id = :community
""")


class Shelf:
    """The sheets that this process has used last, and the lines of their logs."""

    def __init__(self, most: int = SHEETS_KEPT) -> None:
        self._most = most
        self._sheets: OrderedDict[tuple[UUID, UUID], tuple[Any, Sheet]] = OrderedDict()
        self._lines: dict[tuple[UUID, UUID], tuple[int, tuple[Line, ...]]] = {}

    def find(self, plan_id: UUID, community_id: UUID, mark: Any) -> Sheet | None:
        """The sheet, if it is here with this very mark."""
        kept = self._sheets.get((plan_id, community_id))
        if kept is None or kept[0] != mark:
            return None
        self._sheets.move_to_end((plan_id, community_id))
        return kept[1]

    def put(self, sheet: Sheet, mark: Any) -> None:
        """Keep a sheet; the one used longest ago makes room."""
        self._sheets[(sheet.plan_id, sheet.community_id)] = (mark, sheet)
        self._sheets.move_to_end((sheet.plan_id, sheet.community_id))
        while len(self._sheets) > self._most:
            gone, _ = self._sheets.popitem(last=False)
            self._lines.pop(gone, None)

    def lines(self, sheet: Sheet) -> tuple[Line, ...] | None:
        """The lines of a sheet's log, if they are here at its version."""
        version, lines = self._lines.get((sheet.plan_id, sheet.community_id), (-1, ()))
        return lines if version == sheet.version else None

    def put_lines(self, sheet: Sheet, lines: Iterable[Line]) -> None:
        """Keep the lines of a sheet's log as they are at its version."""
        self._lines[(sheet.plan_id, sheet.community_id)] = (sheet.version, tuple(lines))


def once_committed(session: AsyncSession, deed: Callable[[], None]) -> None:
    """Do something when this transaction is kept, and not when it is undone."""

    def done(_: object) -> None:
        deed()

    event.listen(session.sync_session, "after_commit", done, once=True)


def mark_of(sheet: Sheet) -> Any:
    """What a kept sheet is known by."""
    return ("kept", sheet.version, sheet.plan.rule)


async def take_up(session: AsyncSession, shelf: Shelf, plan_id: UUID, community_id: UUID) -> Sheet:
    """A community of a plan as it is now.

    Raises:
        NotFoundError: there is none, or it is not the asker's to see whole.
    """
    where = {"plan": plan_id, "community": community_id}
    head = (await session.execute(HEAD, where)).mappings().first()
    if head is None:
        raise NotFoundError(
            "方案中没有这个社区,或您无权查看。", "The plan has no such community, or it is not yours to see."
        )
    return await taken_up(session, shelf, where, head)


async def taken_up(session: AsyncSession, shelf: Shelf, where: dict[str, UUID], head: RowMapping) -> Sheet:
    """The sheet that ``head``, an answer to ``STANDING``, tells of, or a newer one."""
    rule = Rule(head["least"], head["most"], head["target"])
    kept = head["version"] is not None
    mark = ("kept", head["version"], rule) if kept else ("laid", head["plan_version"], head["ground"], rule)
    if found := shelf.find(where["plan"], where["community"], mark):
        return found
    version = head["plan_version"]
    if kept:
        version, plan = await _restored(session, where)
        plan, plane = replace(plan, rule=rule), plane_at(head["lon"], head["lat"])
        mark = ("kept", version, rule)
    else:
        plan, plane = await _laid(session, where, rule)
    sheet = Sheet(where["plan"], where["community"], version, plan, plane, kept)
    once_committed(session, lambda: shelf.put(sheet, mark))
    return sheet


async def _restored(session: AsyncSession, where: dict[str, Any]) -> tuple[int, Plan]:
    row = (await session.execute(STATE, where)).first()
    if row is None:
        raise ConflictError("系统刚刚重新划分了这个方案。", "The machine has just drawn this plan anew.")
    version, state, later = row
    return version, await asyncio.to_thread(_replayed, state, _json(later))


def _replayed(state: bytes, deltas: Any) -> Plan:
    plan = unpacked(state)
    for delta in deltas:
        plan = changed(plan, delta_from(delta))
    return plan


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


async def _laid(session: AsyncSession, where: dict[str, Any], rule: Rule) -> Any:
    city = await community_seen(session, where["community"])
    grids = {row.key: MicroGrid(row.key, row.name, row.locked) for row in await session.execute(GRIDS, where)}
    members = [Member(row.unit, row.floor_lo, row.floor_hi, row.grid) for row in await session.execute(MEMBERS, where)]
    return await asyncio.to_thread(laid_out, city, rule, grids, members)

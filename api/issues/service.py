"""Looks at issues: the list by any filter, the map beside it, the counts above it, one case whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import NotFoundError
from api.geometry import point
from api.issues.clocks import Clock, TimeUnit
from api.issues.filters import METRES, ORDERS, after, conditions, cursor_of
from api.issues.schemas import BodyRead, CategoryRead, CountsRead, IssuePage, IssueRead

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.issues.filters import Filters, ListQuery

MAPPED_MOST = 5_000
NOT_THERE = NotFoundError("没有这条诉求,或您无权查看。", "There is no such issue, or it is not yours to see.")

COLUMNS = """
  i.id, i.code, i.kind, i.top, i.category, i.severity, i.title, i.description, i.address, ST_X(i.geometry) AS lon,
  ST_Y(i.geometry) AS lat, i.accuracy_m, i.status, i.version, i.source, i.reported_at, i.changed_at, i.closed_at,
  i.stage, i.stage_since, i.due_at, i.due_is_provisional, coalesce(i.due_at < now(), false) AS late, i.subdistrict_id,
  i.community_id, i.compound_id, i.building_id, i.micro_grid_id, i.place_is_open, i.routed_body_id, i.body_id,
  i.supervised, i.listed, i.suspended_until, i.waiting, i.solved_on_spot, i.urges, i.returns, i.reworks, i.reopens,
  i.me_too, i.lates, i.photos, i.satisfaction, i.clock_unit, i.clock_total_s, i.clock_spent_s, i.clock_since
"""
NAMES = """
  coalesce((SELECT name FROM community WHERE id = i.community_id), '') AS community,
  (SELECT name FROM micro_grid WHERE id = i.micro_grid_id) AS micro_grid,
  (SELECT name FROM body WHERE id = i.body_id) AS body
"""
LIST = f"""
SELECT i.*, {NAMES} FROM (
  SELECT {COLUMNS}, {{key}} AS sort_key, {{metres}} AS metres FROM issue i {{where}}
   {{first}}
) AS i ORDER BY i.sort_key {{direction}}, i.id {{direction}} LIMIT :most
"""  # noqa: S608  # our own words; every value is bound
FIRST = "ORDER BY {key} {direction}, i.id {direction} LIMIT :most"
AT_THE_TOP = f"""
SELECT i.*, {NAMES} FROM (
  SELECT {COLUMNS}, {{key}} AS sort_key, {{metres}} AS metres
    FROM (SELECT * FROM issue i {{where}} ORDER BY {{key}} {{direction}}, i.id {{direction}} LIMIT 5000) AS i
   WHERE strpos(i.words, :q) > 0 ORDER BY {{key}} {{direction}}, i.id {{direction}} LIMIT :most
) AS i ORDER BY i.sort_key {{direction}}, i.id {{direction}}
"""  # noqa: S608  # our own words; every value is bound
"""Words that many cases hold fill a page from the first few thousand; the index of pairs would gather all of them."""
ROOM = text("SELECT set_config('work_mem', '64MB', true)")
"""Where an index gathers many cases it remembers each: else whole pages are read again, word by word."""
NEAREST = "ORDER BY {key} FETCH FIRST (:most) ROWS WITH TIES"
"""By distance alone the index walks outwards from the point; asked for the key besides, the planner sorts a city."""
MAP = """
SELECT i.id, i.code, i.category, i.severity, i.status, coalesce(i.is_open AND i.due_at < now(), false) AS late,
       i.supervised, ST_X(i.geometry) AS lon, ST_Y(i.geometry) AS lat
  FROM issue i {where} ORDER BY i.reported_at DESC, i.id DESC LIMIT :most
"""
COUNTS = """
SELECT i.status, i.top, i.is_open, coalesce(i.is_open AND i.due_at < now(), false) AS late, i.supervised,
       i.suspended_until IS NOT NULL AS suspended, count(*) AS n
  FROM issue i {where} GROUP BY 1, 2, 3, 4, 5, 6
"""
CATEGORIES = text("""
SELECT c.code, c.parent, c.kind, c.zh, c.en, c.icon, c.severity, c.public, c.proof, c.active
  FROM issue_category c LEFT JOIN issue_category p ON p.code = c.parent
 ORDER BY coalesce(p.rank, c.rank), c.parent IS NOT NULL, c.rank, c.code
""")
BODIES = text("SELECT id, kind, name, name_en, active FROM body ORDER BY kind, name, id")


def _where(parts: list[str]) -> str:
    return f"WHERE {' AND '.join(parts)}" if parts else ""


async def list_issues(session: AsyncSession, wanted: ListQuery, *, now: datetime) -> IssuePage:
    """One page of the issues that fit, in the order asked for."""
    where, values = conditions(wanted)
    key, _, direction = ORDERS[wanted.sort]
    if wanted.q.strip() and wanted.sort != "distance":
        rows = await _at_the_top(session, wanted)
        if len(rows) > wanted.limit:
            return _page(wanted, rows, now)
        await session.execute(ROOM)
    metres = "NULL::double precision"
    if wanted.near or wanted.sort == "distance":
        values["near_lon"], values["near_lat"] = point(wanted.near)
        metres = METRES
    where += _in_order(wanted, values)
    first = (NEAREST if wanted.sort == "distance" else FIRST).format(key=key, direction=direction)
    query = LIST.format(key=key, direction=direction, metres=metres, where=_where(where), first=first)
    rows = (await session.execute(text(query), {**values, "most": wanted.limit + 1})).mappings().all()
    return _page(wanted, rows, now)


def _in_order(wanted: ListQuery, values: dict[str, Any]) -> list[str]:
    """What the order and the cursor ask of a row besides the filters."""
    due = ["i.due_at IS NOT NULL", "i.is_open"] if wanted.sort == "due" else []
    return due + after(wanted, values)


async def _at_the_top(session: AsyncSession, wanted: ListQuery) -> Sequence[Mapping[Any, Any]]:
    """The rows of this page as far as they lie among the first few thousand that fit but for the words."""
    where, values = conditions(wanted.model_copy(update={"q": ""}))
    where += _in_order(wanted, values)
    key, _, direction = ORDERS[wanted.sort]
    metres = "NULL::double precision"
    if wanted.near:
        values["near_lon"], values["near_lat"] = point(wanted.near)
        metres = METRES
    query = AT_THE_TOP.format(key=key, direction=direction, metres=metres, where=_where(where))
    values |= {"q": wanted.q.strip().lower(), "most": wanted.limit + 1}
    return (await session.execute(text(query), values)).mappings().all()


def _page(wanted: ListQuery, rows: Sequence[Mapping[Any, Any]], now: datetime) -> IssuePage:
    shown = rows[: wanted.limit]
    more = len(rows) > wanted.limit
    last = shown[-1] if more else None
    return IssuePage(
        items=[IssueRead(**row_of(row, now)) for row in shown],
        next=cursor_of(wanted.sort, last["sort_key"], last["id"]) if last else None,
    )


def clock_in(row: Mapping[Any, Any]) -> Clock | None:
    """The clock of a row."""
    if row["clock_unit"] is None:
        return None
    return Clock(TimeUnit(row["clock_unit"]), row["clock_total_s"], row["clock_spent_s"], row["clock_since"])


def row_of(row: Mapping[Any, Any], now: datetime) -> dict[str, Any]:
    """A row of ``COLUMNS`` and ``NAMES`` as the fields of ``IssueRead``."""
    clock = clock_in(row)
    running = clock is not None and clock.since is not None and clock.total_s > 0
    percent = clock.spent(now) * 100 // clock.total_s if clock and running else None
    return {**{name: row[name] for name in IssueRead.model_fields if name in row}, "spent_percent": percent}


async def map_issues(session: AsyncSession, wanted: Filters) -> dict[str, Any]:
    """The same issues as points (GeoJSON), the newest few thousand."""
    where, values = conditions(wanted)
    query = text(MAP.format(where=_where(where)))
    rows = (await session.execute(query, {**values, "most": MAPPED_MOST})).mappings().all()
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {
                "id": str(row["id"]),
                **{name: row[name] for name in ("code", "category", "severity", "status", "late", "supervised")},
            },
        }
        for row in rows
    ]
    return {"type": "FeatureCollection", "features": features, "truncated": len(rows) == MAPPED_MOST}


async def count_issues(session: AsyncSession, wanted: Filters) -> CountsRead:
    """How many fit, by state and by what presses."""
    where, values = conditions(wanted)
    rows = (await session.execute(text(COUNTS.format(where=_where(where))), values)).mappings().all()

    def total(name: str) -> int:
        return sum(row["n"] for row in rows if row[name])

    by_status: dict[str, int] = {}
    by_top: dict[str, int] = {}
    for row in rows:
        by_status[row["status"]] = by_status.get(row["status"], 0) + row["n"]
        by_top[row["top"]] = by_top.get(row["top"], 0) + row["n"]
    return CountsRead(
        total=sum(row["n"] for row in rows),
        open=total("is_open"),
        late=total("late"),
        supervised=total("supervised"),
        suspended=total("suspended"),
        by_status=by_status,
        by_top=by_top,
    )


async def read_categories(session: AsyncSession) -> list[CategoryRead]:
    """All categories, each before its sub-categories."""
    return [CategoryRead(**row) for row in (await session.execute(CATEGORIES)).mappings()]


async def read_bodies(session: AsyncSession) -> list[BodyRead]:
    """All bodies that cases are dispatched to."""
    return [BodyRead(**row) for row in (await session.execute(BODIES)).mappings()]


async def id_by_code(session: AsyncSession, code: str) -> UUID:
    """The key of the case that people call ``code``.

    Raises:
        NotFoundError: there is none, or it is not the asker's to see.
    """
    found: UUID | None = (
        await session.execute(text("SELECT id FROM issue WHERE code = :code"), {"code": code})
    ).scalar()
    if found is None:
        raise NOT_THERE
    return found

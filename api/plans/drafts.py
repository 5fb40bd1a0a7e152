"""Where a new draft comes from: nothing, the machine, what is in force today, another plan, or an imported list.

A copy takes grids, members and, where somebody has drawn by hand, the sheet with its dragged borders; every grid gets
a key of its own and remembers nothing of undo.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.plans.sheet import packed
from api.plans.shelf import take_up
from geo.topology.plan import Band

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.schemas import ImportRow, PlanCreate
    from api.plans.shelf import Shelf
    from geo.topology.plan import Plan

FAULTS_TOLD = 100

COMMUNITIES = """
SELECT c.id FROM community c JOIN plan p ON p.id = :plan
 WHERE c.id = p.community_id OR (p.community_id IS NULL AND c.subdistrict_id = p.subdistrict_id)
"""
RULING = text(f"""
SELECT r.plan_id, r.community_id FROM plan_reign r
 WHERE upper_inf(r.recorded) AND r.effective @> (now() AT TIME ZONE 'Asia/Shanghai')::date
   AND r.community_id IN ({COMMUNITIES})
""")  # noqa: S608  # our own words
OF_BASE = text(f"""
SELECT DISTINCT m.plan_id, m.community_id FROM micro_grid m
 WHERE m.plan_id = :base AND m.community_id IN ({COMMUNITIES})
""")  # noqa: S608  # our own words
FRESH = text("SELECT id::text, uuid7()::text FROM micro_grid WHERE plan_id = :base AND community_id = :community")
COPY_GRIDS = text("""
INSERT INTO micro_grid
  (id, plan_id, community_id, compound_id, code, name, floor_lo, floor_hi, households, locked, geometry)
SELECT k.new, :plan, m.community_id, m.compound_id, m.code, m.name, m.floor_lo, m.floor_hi, m.households, m.locked,
       m.geometry
  FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS k(old, new) JOIN micro_grid m ON m.id = k.old
""")
COPY_MEMBERS = text("""
INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors)
SELECT :plan, b.unit_id, b.community_id, k.new, b.floors
  FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS k(old, new) JOIN plan_member b ON b.micro_grid_id = k.old
""")
IS_SHEET = text("SELECT lon, lat FROM plan_sheet WHERE plan_id = :base AND community_id = :community")
KEEP = text("""
INSERT INTO plan_sheet (plan_id, community_id, lon, lat, since, version, state_version, state)
VALUES (:plan, :community, :lon, :lat, 0, 0, 0, :state)
""")
UNITS = text(f"""
SELECT u.id::text AS id, u.code, u.community_id, u.floor_lo, u.floor_hi FROM unit u
 WHERE u.community_id IN ({COMMUNITIES})
   AND (u.code = ANY(CAST(:names AS text[])) OR u.id::text = ANY(CAST(:names AS text[])))
""")  # noqa: S608  # our own words
PUT_GRIDS = text("""
INSERT INTO micro_grid (id, plan_id, community_id, compound_id, code, name, households)
SELECT g.id, :plan, g.community_id, (
         SELECT h.compound_id FROM unit u JOIN building h ON h.id = u.building_id WHERE u.id = g.unit),
       g.code, g.name, 0
  FROM unnest(CAST(:ids AS uuid[]), CAST(:communities AS uuid[]), CAST(:units AS uuid[]), CAST(:codes AS text[]),
              CAST(:names AS text[])) AS g(id, community_id, unit, code, name)
""")
PUT_MEMBERS = text("""
INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors)
SELECT :plan, m.unit, m.community_id, m.grid, int4range(m.lo, m.hi, '[]')
  FROM unnest(CAST(:units AS uuid[]), CAST(:communities AS uuid[]), CAST(:grids AS uuid[]), CAST(:los AS integer[]),
              CAST(:his AS integer[])) AS m(unit, community_id, grid, lo, hi)
""")


class UnfitRowsError(InvalidError):
    """Rows of an imported list that do not fit, each in words."""

    kind = "rows"

    def __init__(self, faults: Sequence[dict[str, Any]]) -> None:
        super().__init__(
            f"{len(faults)} 行无法采用,第一处:第 {faults[0]['row']} 行,{faults[0]['zh']}",
            f"{len(faults)} rows do not fit; the first is row {faults[0]['row']}: {faults[0]['en']}",
        )
        self.faults = faults[:FAULTS_TOLD]

    @property
    def members(self) -> dict[str, Any]:
        """The rows."""
        return {"rows": self.faults}


async def fill(session: AsyncSession, shelf: Shelf, plan_id: UUID, said: PlanCreate) -> None:
    """Fill a new draft from where it is said to come.

    Raises:
        NotFoundError: there is no such base, or nothing is in force.
        UnfitRowsError: imported rows do not fit.
    """
    where = {"plan": plan_id, "base": said.base_id}
    if said.source == "import":
        await _take_in(session, plan_id, said.rows)
    elif said.source in {"in_force", "plan"}:
        query = RULING if said.source == "in_force" else OF_BASE
        bases = (await session.execute(query, where)).all()
        if not bases:
            raise NotFoundError("没有可复制的方案。", "There is no plan to be copied here.")
        for base, community in bases:
            await _copy(session, shelf, plan_id, base, community)


async def _copy(session: AsyncSession, shelf: Shelf, plan_id: UUID, base: UUID, community: UUID) -> None:
    where = {"plan": plan_id, "base": base, "community": community}
    fresh: dict[str, str] = {row[0]: row[1] for row in (await session.execute(FRESH, where)).all()}
    keys = {"old": list(fresh), "new": list(fresh.values())}
    await session.execute(COPY_GRIDS, {**where, **keys})
    await session.execute(COPY_MEMBERS, {**where, **keys})
    drawn = (await session.execute(IS_SHEET, where)).first()
    if drawn is not None:
        sheet = await take_up(session, shelf, base, community)
        state = await asyncio.to_thread(packed, rekeyed(sheet.plan, fresh))
        await session.execute(KEEP, {**where, "lon": drawn[0], "lat": drawn[1], "state": state})


def rekeyed(plan: Plan, fresh: Mapping[str, str]) -> Plan:
    """The plan with other keys for its grids.

    Raises:
        KeyError: a grid has no new key.
    """
    grids = {fresh[key]: replace(grid, key=fresh[key]) for key, grid in plan.grids.items()}
    bands = {
        unit: tuple(Band(b.floor_lo, b.floor_hi, None if b.grid is None else fresh[b.grid]) for b in own)
        for unit, own in plan.bands.items()
    }
    return replace(plan, grids=grids, bands=bands)


async def _take_in(session: AsyncSession, plan_id: UUID, rows: Sequence[ImportRow]) -> None:
    """Write imported rows as grids and members; households and polygons come with the first look at the sheet."""
    wanted = sorted({row.unit for row in rows})
    known = (await session.execute(UNITS, {"plan": plan_id, "names": wanted})).mappings().all()
    units = {row["id"]: dict(row) for row in known} | {row["code"]: dict(row) for row in known if row["code"]}
    faults, placed = check_rows(rows, units)
    if faults:
        raise UnfitRowsError(faults)
    grids: dict[str, dict[str, Any]] = {}
    for row, unit, _, _ in placed:
        code = None if _is_key(row.grid) else row.grid
        name = row.name or code or f"微网格{len(grids) + 1}"
        grids.setdefault(row.grid, {"unit": unit["id"], "community": unit["community_id"], "code": code, "name": name})
    ids = dict(zip(grids, await _keys(session, len(grids)), strict=True))
    await session.execute(
        PUT_GRIDS,
        {
            "plan": plan_id,
            "ids": list(ids.values()),
            "communities": [grid["community"] for grid in grids.values()],
            "units": [grid["unit"] for grid in grids.values()],
            "codes": [grid["code"] for grid in grids.values()],
            "names": [grid["name"] for grid in grids.values()],
        },
    )
    await session.execute(
        PUT_MEMBERS,
        {
            "plan": plan_id,
            "units": [unit["id"] for _, unit, _, _ in placed],
            "communities": [unit["community_id"] for _, unit, _, _ in placed],
            "grids": [ids[row.grid] for row, _, _, _ in placed],
            "los": [low for _, _, low, _ in placed],
            "his": [high for _, _, _, high in placed],
        },
    )


def _is_key(said: str) -> bool:
    """Whether a list tells its grids apart by the keys of a plan that was exported: no code, and no name either."""
    try:
        UUID(said)
    except ValueError:
        return False
    return True


async def _keys(session: AsyncSession, count: int) -> list[str]:
    query = text("SELECT uuid7()::text FROM generate_series(1, :count)")
    return list((await session.execute(query, {"count": count})).scalars())


Placed = tuple["ImportRow", "dict[str, Any]", int, int]


def check_rows(
    rows: Sequence[ImportRow], units: Mapping[str, dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[Placed]]:
    """Faults of imported rows (numbered from 1), and the rows with their units and floors."""
    faults: list[dict[str, Any]] = []
    placed: list[Placed] = []
    taken: dict[str, list[tuple[int, int, int]]] = {}
    homes: dict[str, UUID] = {}
    for number, row in enumerate(rows, start=1):
        unit = units.get(row.unit)
        if unit is None:
            faults.append(_fault(number, f"没有单元 {row.unit}。", f"There is no unit {row.unit}."))
            continue
        low = unit["floor_lo"] if row.floor_lo is None else row.floor_lo
        high = unit["floor_hi"] if row.floor_hi is None else row.floor_hi
        own = taken.setdefault(unit["id"], [])
        clash = next((n for n, a, b in own if a <= high and low <= b), None)
        if not unit["floor_lo"] <= low <= high <= unit["floor_hi"]:
            faults.append(_fault(number, f"没有 {low}–{high} 层。", f"There are no floors {low} to {high}."))
        elif clash is not None:
            faults.append(_fault(number, f"与第 {clash} 行重叠。", f"It overlaps row {clash}."))
        elif homes.setdefault(row.grid, unit["community_id"]) != unit["community_id"]:
            faults.append(_fault(number, f"网格 {row.grid} 跨社区。", f"Grid {row.grid} spans communities."))
        else:
            own.append((number, low, high))
            placed.append((row, unit, low, high))
    return faults, placed


def _fault(row: int, zh: str, en: str) -> dict[str, Any]:
    return {"row": row, "zh": zh, "en": en}

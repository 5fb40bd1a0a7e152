"""Two plans, or two days, side by side: households moved, grids and staff affected, rule and compactness."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.plans.history import moment_of
from api.plans.history_schemas import CompareRead, GridChange, SideRead, StaffChange
from api.plans.overlap import shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

COMMUNITIES = text("""
SELECT c.id FROM community c WHERE (CAST(:community AS uuid) IS NULL OR c.id = :community) AND EXISTS (
  SELECT FROM plan p WHERE p.id IN (:left, :right)
     AND (p.community_id = c.id OR (p.community_id IS NULL AND p.subdistrict_id = c.subdistrict_id)))
 ORDER BY c.code LIMIT 200
""")
RULING = text("""
SELECT plan_id FROM plan_reign
 WHERE community_id = :community AND effective @> CAST(:day AS date) AND upper_inf(recorded)
""")
SIDE = text("""
SELECT p.id AS plan_id, p.name, count(m.id) AS grids, coalesce(sum(m.households), 0) AS households,
       count(m.id) FILTER (WHERE m.households NOT BETWEEN p.least AND p.most) AS outside_rule,
       (SELECT coalesce(sum(u.households), 0) FROM unit u WHERE u.community_id = ANY(CAST(:communities AS uuid[])))
         - coalesce(sum(m.households), 0) AS unassigned,
       coalesce(round(avg(m.households), 1), 0)::float8 AS mean_households,
       round(avg(4 * pi() * ST_Area(m.geometry::geography)
                 / nullif(ST_Perimeter(m.geometry::geography) ^ 2, 0))::numeric, 4)::float8 AS compactness
  FROM plan p LEFT JOIN micro_grid m ON m.plan_id = p.id AND m.community_id = ANY(CAST(:communities AS uuid[]))
 WHERE p.id = :plan GROUP BY p.id
""")
GRIDS = text("""
SELECT id, coalesce(code, '') AS code, name, households FROM micro_grid
 WHERE plan_id = :plan AND community_id = ANY(CAST(:communities AS uuid[])) ORDER BY code, name, id
""")
SHARED = text(shared("CAST(:left AS uuid)", "CAST(:right AS uuid)", "CAST(:community AS uuid)"))
STAFF = text("""
SELECT a.person_id, coalesce(s.name, '') AS name, a.role, a.post, a.place_id AS grid_id
  FROM unnest(CAST(:grids AS uuid[])) grid CROSS JOIN LATERAL staff_at(grid, NULL, NULL, now()) a
  LEFT JOIN person s ON s.id = a.person_id ORDER BY name, a.person_id, grid
""")


async def compare(session: AsyncSession, left: str, right: str, community_id: UUID | None) -> CompareRead:
    """Compare two plans or days; each side a plan's key or a day.

    Raises:
        InvalidError: a side is neither, or a day without a community.
        NotFoundError: there is no such plan, or none was in force that day.
    """
    one, other = await _side(session, left, community_id), await _side(session, right, community_id)
    asked = {"left": one, "right": other, "community": community_id}
    communities = list((await session.execute(COMMUNITIES, asked)).scalars().all())
    sides = [await _figures(session, plan, communities) for plan in (one, other)]
    grids = [
        {
            row["id"]: dict(row)
            for row in (await session.execute(GRIDS, {"plan": plan, "communities": communities})).mappings()
        }
        for plan in (one, other)
    ]
    overlaps: list[tuple[UUID, UUID, int]] = []
    for community in communities:
        rows = (await session.execute(SHARED, {"left": one, "right": other, "community": community})).all()
        overlaps += [(row[0], row[1], row[2]) for row in rows]
    changes = changes_between(grids[0], grids[1], overlaps)
    staff = await _staff(session, changes)
    kept = sum((c.households_left + c.households_right - c.moved) // 2 for c in changes if c.left_id and c.right_id)
    both = sum(households for _, _, households in overlaps)
    return CompareRead(left=sides[0], right=sides[1], households_moved=both - kept, grids=changes, staff=staff)


async def _side(session: AsyncSession, said: str, community_id: UUID | None) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        day, _ = moment_of(said)
    if community_id is None:
        raise InvalidError("按日期比较时请指定社区。", "Name a community when a side is a day.") from None
    plan: UUID | None = (await session.execute(RULING, {"community": community_id, "day": day})).scalar()
    if plan is None:
        raise NotFoundError(f"{day} 没有生效的方案。", f"No plan was in force on {day}.")
    return plan


async def _figures(session: AsyncSession, plan: UUID, communities: list[UUID]) -> SideRead:
    row = (await session.execute(SIDE, {"plan": plan, "communities": communities})).mappings().first()
    if row is None:
        raise NotFoundError("没有这个方案,或您无权查看。", "There is no such plan, or it is not yours to see.")
    return SideRead.model_validate(dict(row))


def changes_between(
    left: Mapping[UUID, dict[str, Any]], right: Mapping[UUID, dict[str, Any]], overlaps: list[tuple[UUID, UUID, int]]
) -> list[GridChange]:
    """What became of each grid: pairs are matched by the most households shared, each grid once."""
    mate: dict[UUID, UUID] = {}
    kept: dict[UUID, int] = {}
    taken: set[UUID] = set()
    for a, b, households in sorted(overlaps, key=lambda o: (-o[2], str(o[0]), str(o[1]))):
        if a in left and b in right and a not in mate and b not in taken:
            mate[a], kept[a] = b, households
            taken.add(b)
    found = [
        _change(grid, right.get(mate[key]) if key in mate else None, kept.get(key, 0)) for key, grid in left.items()
    ]
    return found + [_change(None, grid, 0) for key, grid in right.items() if key not in taken]


def _change(a: dict[str, Any] | None, b: dict[str, Any] | None, kept: int) -> GridChange:
    here, there = a["households"] if a else 0, b["households"] if b else 0
    moved = here + there - 2 * kept
    if a is None or b is None:
        change = "new" if a is None else "gone"
    elif moved:
        change = "changed"
    else:
        change = "same" if a["name"] == b["name"] else "renamed"
    return GridChange.model_validate(
        {
            "change": change,
            "left_id": a and a["id"],
            "left": a["name"] if a else "",
            "right_id": b and b["id"],
            "right": b["name"] if b else "",
            "households_left": here,
            "households_right": there,
            "moved": moved,
        }
    )


async def _staff(session: AsyncSession, changes: list[GridChange]) -> list[StaffChange]:
    touched = {c.left_id: c for c in changes if c.left_id is not None and c.change in {"changed", "gone"}}
    rows = (await session.execute(STAFF, {"grids": list(touched)})).mappings().all()
    return [
        StaffChange(**row, grid=touched[row["grid_id"]].left, change=touched[row["grid_id"]].change) for row in rows
    ]


FIGURES = (
    ("网格数 Grids", "grids"),
    ("户数 Households", "households"),
    ("超出规则 Outside the rule", "outside_rule"),
    ("未划入 In no grid", "unassigned"),
    ("平均户数 Mean households", "mean_households"),
    ("紧凑度 Compactness", "compactness"),
)
CHANGES = {
    "same": "未变 same",
    "renamed": "改名 renamed",
    "changed": "变化 changed",
    "new": "新增 new",
    "gone": "取消 gone",
}
HEADINGS = ("变化 Change", "原网格 Before", "新网格 After", "原户数 Before", "新户数 After", "变动户数 Moved")
STAFF_HEADINGS = ("姓名 Name", "角色 Role", "岗位 Post", "网格 Grid", "变化 Change")


def as_workbook(compared: CompareRead) -> bytes:
    """The comparison as an Excel file: figures, grids, staff; text is text, whatever it begins with."""
    kept = io.BytesIO()
    import xlsxwriter  # noqa: PLC0415  # only a list on paper needs it

    book = xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    figures = [("变动户数 Households moved", "", compared.households_moved)]
    figures += [(zh, getattr(compared.left, key), getattr(compared.right, key)) for zh, key in FIGURES]
    rows = [
        (CHANGES[c.change], c.left, c.right, c.households_left, c.households_right, c.moved) for c in compared.grids
    ]
    staff = [(s.name, s.role, s.post, s.grid, CHANGES[s.change]) for s in compared.staff]
    for name, heads, lines in (
        ("对比 Figures", ("指标 Figure", compared.left.name, compared.right.name), figures),
        ("网格 Grids", HEADINGS, rows),
        ("人员 Staff", STAFF_HEADINGS, staff),
    ):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, heads, bold)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(heads) - 1, 22)
        for number, line in enumerate(lines, start=1):
            sheet.write_row(number, 0, ["" if value is None else value for value in line])
    book.close()
    return kept.getvalue()

"""Enters a drawn grid layer as a draft plan: each unit belongs to the grid that holds it, and what fits badly is told.

The plan is made of units, as every plan here is; the outlines of the file stay to be looked at until somebody edits the
draft, when they follow from the units. Nothing in force changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from psycopg.rows import dict_row
from psycopg.types.range import Range

from api.imports.known import box_of
from geo.exchange.delivery import areas_only
from geo.exchange.faults import Fault, Kind, Severity
from geo.exchange.placing import NONE

if TYPE_CHECKING:
    from uuid import UUID

    from numpy.typing import NDArray

    from api.imports.book import Book
    from api.imports.outcome import Outcome
    from geo.exchange.delivery import Delivery

UNITS = """
SELECT u.id, u.community_id, u.floor_lo, u.floor_hi, u.households, h.compound_id, c.subdistrict_id,
       ST_AsBinary(ST_PointOnSurface(u.geometry)) AS spot
  FROM unit u JOIN building h ON h.id = u.building_id JOIN community c ON c.id = u.community_id
 WHERE u.geometry && ST_MakeEnvelope(%s, %s, %s, %s, 4326) ORDER BY u.id
"""
AROUND = """
SELECT count(*), coalesce(sum(u.households), 0)::integer FROM unit u WHERE u.community_id = ANY(%s) AND u.id <> ALL(%s)
"""
GRID_COLUMNS = ("id", "plan_id", "community_id", "compound_id", "code", "name", "households", "geometry")
MEMBER = """
INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors) VALUES (%s, %s, %s, %s, %s)
"""
LONGEST_CODE = 40
AREA = 2


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One drawn grid: its row, its units, the community and subdistrict of most of them."""

    at: int
    units: list[dict[str, Any]]
    community: UUID
    subdistrict: UUID

    @property
    def compound(self) -> UUID | None:
        """The compound of all its units, None where they are of several."""
        compounds = {unit["compound_id"] for unit in self.units}
        return compounds.pop() if len(compounds) == 1 else None

    @property
    def households(self) -> int:
        """Of its units."""
        return sum(unit["households"] for unit in self.units)


def enter_grids(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter drawn micro-grids as one draft a subdistrict.

    Args:
        book: what writes; its transaction.
        delivery: areas, degrees WGS-84.
        outcome: told what became of each row.
    """
    shapes = areas_only(delivery.shapes)
    sound = ~shapely.is_missing(shapes) & shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == AREA)
    for at in np.flatnonzero(~sound):
        outcome.hold(delivery, int(at), Kind.NO_SHAPE, "没有可用的边界", "has no usable outline")
    rows = np.flatnonzero(sound)
    box = box_of(shapes[rows]) if len(rows) else None
    if box is None:
        return
    with book.connection.cursor(row_factory=dict_row) as cursor:
        units = cursor.execute(UNITS, box).fetchall()
    grids = _grids(delivery, shapes, rows, units, outcome)
    for subdistrict in sorted({grid.subdistrict for grid in grids}, key=str):
        _write(book, delivery, shapes, [grid for grid in grids if grid.subdistrict == subdistrict], outcome)
    if grids:
        _tell_uncovered(book, grids, outcome)


def _grids(
    delivery: Delivery,
    shapes: NDArray[np.object_],
    rows: NDArray[np.intp],
    units: list[dict[str, Any]],
    outcome: Outcome,
) -> list[Grid]:
    """Each grid with its units; a unit under two grids belongs to the first, one of another community to none."""
    home = np.full(len(units), NONE, dtype=np.intp)
    if units:
        spots = shapely.from_wkb([unit["spot"] for unit in units])
        unit, grid = shapely.STRtree(shapes[rows]).query(spots, predicate="covered_by")
        order = np.argsort(-grid, kind="stable")
        home[unit[order]] = rows[grid[order]]
    grids = []
    for at in rows:
        own = [units[n] for n in np.flatnonzero(home == at)]
        if not own:
            outcome.hold(delivery, int(at), Kind.ZERO_COUNT, "内没有任何已知单元", "holds no known unit")
            continue
        weight: dict[tuple[UUID, UUID], int] = {}
        for each in own:
            key = (each["community_id"], each["subdistrict_id"])
            weight[key] = weight.get(key, 0) + 1
        community, subdistrict = max(weight, key=lambda key: (weight[key], str(key)))
        kept = [each for each in own if each["community_id"] == community]
        if len(kept) < len(own):
            outcome.remark(delivery, int(at), Kind.OUTSIDE_PARENT, f"跨社区，{len(own) - len(kept)} 个单元未纳入",
                           f"spans communities: {len(own) - len(kept)} units of another one are left out")  # fmt: skip
        grids.append(Grid(int(at), kept, community, subdistrict))
    return grids


def _write(
    book: Book, delivery: Delivery, shapes: NDArray[np.object_], grids: list[Grid], outcome: Outcome
) -> None:  # fmt: skip
    communities = {grid.community for grid in grids}
    only = communities.pop() if len(communities) == 1 else None
    [plan] = book.fresh(1)
    book.add("plan", ("id", "subdistrict_id", "community_id", "name"),
             [(plan, grids[0].subdistrict, only, f"{book.source}（导入）"[-200:])])  # fmt: skip
    keys = book.fresh(len(grids))
    taken: set[str] = set()
    rows = []
    stated = delivery.numbers("households")
    for key, grid in zip(keys, grids, strict=True):
        code = (delivery.keys[grid.at] or delivery.field("grid")[grid.at])[:LONGEST_CODE] or None
        code = None if code in taken else code
        taken |= {code} if code else set()
        rows.append((key, plan, grid.community, grid.compound, code, delivery.names[grid.at], grid.households,
                     shapes[grid.at]))  # fmt: skip
        outcome.note(delivery, grid.at, "added", key, households=grid.households, units=len(grid.units), plan=plan)
        if np.isfinite(stated[grid.at]) and int(stated[grid.at]) != grid.households:
            outcome.remark(delivery, grid.at, Kind.DIFFERS,
                           f"写明 {int(stated[grid.at])} 户，其中单元合计 {grid.households} 户",
                           f"says {int(stated[grid.at])} households where its units have {grid.households}",
                           field_="households")  # fmt: skip
    book.add("micro_grid", GRID_COLUMNS, rows)
    with book.connection.cursor() as cursor:
        cursor.executemany(
            MEMBER,
            [
                (plan, unit["id"], grid.community, key, Range(unit["floor_lo"], unit["floor_hi"] + 1))
                for key, grid in zip(keys, grids, strict=True)
                for unit in grid.units
            ],
        )


def _tell_uncovered(book: Book, grids: list[Grid], outcome: Outcome) -> None:
    """Units of the same communities that lie in none of the grids: one sentence for the whole layer."""
    covered = [unit["id"] for grid in grids for unit in grid.units]
    row = book.connection.execute(AROUND, [list({grid.community for grid in grids}), covered]).fetchone()
    if row is not None and row[0]:
        outcome.faults.append(
            Fault(0, "geometry", Kind.UNCOVERED, Severity.DOUBTFUL,
                  f"有 {row[0]} 个单元（{row[1]} 户）不在任何网格内。",
                  f"{row[0]} units ({row[1]} households) lie in none of the grids.")
        )  # fmt: skip

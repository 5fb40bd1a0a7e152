"""Writes what the machine has drawn into a plan: its micro-grids, who belongs to them, what came of each compound."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from psycopg.types.range import Range

from geo.topology.bounds import Rule
from geo.topology.planning import plan_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from psycopg import Connection

    from geo.crs.local_plane import LocalPlane
    from geo.drawing.draw import Drawing, Entry
    from geo.hierarchy.places import City, Compound

SRID = 4326
FORGET = """
DELETE FROM micro_grid m WHERE m.plan_id = %(plan)s AND (
  m.compound_id = ANY(%(compounds)s::uuid[])
  OR EXISTS (SELECT FROM plan_member b JOIN unit u ON u.id = b.unit_id JOIN building h ON h.id = u.building_id
              WHERE b.micro_grid_id = m.id AND h.compound_id = ANY(%(compounds)s::uuid[])))
"""
ADD_GRID = """
INSERT INTO micro_grid (plan_id, community_id, compound_id, code, name, floor_lo, floor_hi, households, geometry)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, ST_Multi(ST_GeomFromWKB(%s, 4326))) RETURNING id
"""
ADD_MEMBER = """
INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors) VALUES (%s, %s, %s, %s, %s)
"""
NOTE = """
UPDATE plan_run_step SET state = 'done', status = %(status)s, households = %(households)s, grids = %(grids)s,
       objective = %(objective)s, bound = %(bound)s, reason_zh = %(zh)s, reason_en = %(en)s, seconds = %(seconds)s
 WHERE run_id = %(run)s AND compound_id = %(compound)s::uuid
"""
NOTE_EMPTY = """
UPDATE plan_run_step SET state = 'done', status = 'empty'
 WHERE run_id = %s AND compound_id = ANY(%s::uuid[]) AND state = 'waiting'
"""
TOUCH = """
WITH anew AS (
  UPDATE plan SET version = version + 1, events = events + 1 WHERE id = %(plan)s RETURNING id, events
), told AS (
  INSERT INTO plan_event (plan_id, number, community_id, kind, data)
  SELECT id, events, %(community)s, 'reset', '{}' FROM anew
)
DELETE FROM plan_sheet WHERE plan_id = %(plan)s AND community_id = %(community)s
"""
"""What was drawn by hand on this community begins anew: the machine has drawn over it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One micro-grid ready to be written."""

    number: int
    compound: Compound
    code: str | None
    name: str
    floors: tuple[int, int] | None
    households: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What drawings of one community are written on: the run and its plan, the places, and their metric plane."""

    run_id: UUID
    plan_id: UUID
    city: City
    plane: LocalPlane


def write_drawing(connection: Connection, sheet: Sheet, drawing: Drawing) -> None:
    """Put a drawing in the place of whatever the plan had on its compounds; the connection may change the plan."""
    plan_id, city = sheet.plan_id, sheet.city
    keys = [compound.key for compound in drawing.divided.ground.compounds]
    connection.execute(FORGET, {"plan": plan_id, "compounds": keys})
    ids: dict[int, UUID] = {}
    # Outlines are unions of the very cells that the editor works on, so that the first edit moves no border.
    count = int(drawing.divided.grid.max(initial=-1)) + 1
    hand = plan_of(drawing.divided, Rule(), [str(number) for number in range(count)])
    for grid in _grids(city, drawing):
        outline: Any = hand.outline(str(grid.number))
        shape = sheet.plane.to_source(outline)
        row = connection.execute(ADD_GRID, [plan_id, *_grid_row(grid), shapely.to_wkb(shape)]).fetchone()
        assert row is not None
        ids[grid.number] = row[0]
    community = city.compounds[0].community_id
    units = drawing.divided.ground.units
    with connection.cursor() as cursor:
        cursor.executemany(
            ADD_MEMBER,
            [
                (plan_id, units[m.unit].key, community, ids[m.grid], Range(m.floor_lo, m.floor_hi + 1))
                for m in drawing.divided.members()
            ],
        )
        cursor.executemany(NOTE, [{"run": sheet.run_id, **note} for note in _notes(drawing)])
    connection.execute(TOUCH, {"plan": plan_id, "community": community})


def note_empty(connection: Connection, sheet: Sheet, compounds: Sequence[str]) -> None:
    """Note that nobody lives in some compounds, and take the grids of an earlier drawing off them."""
    if compounds:
        connection.execute(FORGET, {"plan": sheet.plan_id, "compounds": list(compounds)})
        connection.execute(NOTE_EMPTY, [sheet.run_id, list(compounds)])


def _grids(city: City, drawing: Drawing) -> Iterator[Grid]:
    """The grids of a drawing, numbered within their compounds."""
    compounds = {str(c.id): c for c in city.compounds}
    divided = drawing.divided
    spans = _spans(drawing)
    counted: dict[UUID, int] = {}
    for number in range(int(divided.grid.max(initial=-1)) + 1):
        compound = compounds[divided.compounds_of(number)[0]]
        nth = counted[compound.id] = counted.get(compound.id, 0) + 1
        code = f"{compound.code}{nth:03d}" if compound.code else None
        households = int(divided.graph.households[divided.grid == number].sum())
        yield Grid(number, compound, code, f"{compound.name}第{nth}微网格", spans.get(number), households)


def _spans(drawing: Drawing) -> dict[int, tuple[int, int]]:
    """Lowest and highest floor of the grids that stand on one another; grids on the ground alone have none."""
    tiles = drawing.divided.tiles
    stacked = {grid for grids in tiles.grids if len(grids) > 1 for grid in grids}
    spans: dict[int, tuple[int, int]] = {}
    for member in drawing.divided.members():
        if member.grid in stacked:
            low, high = spans.get(member.grid, (member.floor_lo, member.floor_hi))
            spans[member.grid] = (min(low, member.floor_lo), max(high, member.floor_hi))
    return spans


def _grid_row(grid: Grid) -> tuple[Any, ...]:
    low, high = grid.floors or (None, None)
    return (grid.compound.community_id, grid.compound.id, grid.code, grid.name, low, high, grid.households)


def _notes(drawing: Drawing) -> Iterator[dict[str, Any]]:
    """What came of each compound: a compound of several neighbourhoods is as good as the least of them."""
    of_compound: dict[str, list[Entry]] = {}
    for entry in drawing.entries:
        for compound in entry.compounds:
            of_compound.setdefault(compound, []).append(entry)
    for compound, entries in of_compound.items():
        solutions = [entry.solution for entry in entries]
        reasons = [s.reason for s in solutions if s.reason is not None]
        yield {
            "compound": compound,
            "status": _worst([str(s.status) for s in solutions]),
            "households": sum(entry.households for entry in entries),
            "grids": sum(len(entry.grids) for entry in entries),
            "objective": sum(s.objective for s in solutions),
            "bound": _finite(sum(s.bound for s in solutions)),
            "zh": ";".join(reason.zh for reason in reasons),
            "en": "; ".join(reason.en for reason in reasons),
            "seconds": sum(s.seconds for s in solutions),
        }


def _worst(statuses: Sequence[str]) -> str:
    order = ("infeasible", "feasible", "gap", "optimal")
    return next(status for status in order if status in statuses)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None

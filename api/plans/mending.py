"""Suggests how to mend grids that break the rule: the fewest households moved, each move with its reason.

The repair of the partition (decision 0007) works on numbers; this turns a sheet into its numbers and the moves back
into operations that an editor can look at, change and send. Nothing is kept here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import numpy as np
import shapely

from api.errors import InvalidError
from api.plans.edit_schemas import MendRead, MoveRead
from api.plans.shelf import take_up
from geo.errors import GeoError
from geo.partition.problem import problems_of
from geo.partition.repair import NEW, Cause, repair
from geo.topology.adjacency import FLOOR_M
from geo.topology.atoms import AtomGraph, EdgeKind
from geo.topology.operations import Operation, perform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.edit_schemas import MendSaid
    from api.plans.shelf import Shelf
    from geo.topology.plan import Plan

WORDS = {
    Cause.ARRIVED: ("尚未划入网格", "in no grid yet"),
    Cause.TORN_OFF: ("与原网格不相连", "cut off from its grid"),
    Cause.TOO_SMALL: ("网格户数不足", "a grid is too small"),
    Cause.TOO_LARGE: ("网格户数过多", "a grid is too large"),
    Cause.MADE_ROOM: ("为相邻网格腾出户数", "makes room for a neighbour"),
}


@dataclass(frozen=True, slots=True)
class Atom:
    """Floors of a unit that move as one."""

    unit: str
    floor_lo: int
    floor_hi: int
    grid: str | None


async def mend(session: AsyncSession, shelf: Shelf, plan_id: UUID, said: MendSaid) -> MendRead:
    """Operations that would mend some grids of a community, or all that break the rule.

    Raises:
        NotFoundError: there is no such plan or community, or it is not the asker's to see.
        InvalidError: a named grid is not in the plan.
    """
    sheet = await take_up(session, shelf, plan_id, said.community_id)
    wanted = {str(key) for key in said.grids}
    if unknown := wanted - sheet.plan.grids.keys():
        raise InvalidError("方案中没有这个微网格。", f"The plan has no micro-grid {min(unknown)}.")
    return await asyncio.to_thread(suggestion, sheet.plan, wanted, sheet.version)


def suggestion(plan: Plan, wanted: set[str], version: int) -> MendRead:
    """The mend of a plan as operations; ``wanted`` empty: every grid that breaks the rule."""
    atoms, graph = _graph(plan)
    moves: list[MoveRead] = []
    for problem in problems_of(graph):
        own = [atoms[int(i)] for i in problem.atoms]
        if _needs(plan, own, wanted):
            moves += _moves(plan, own, problem)
    operations, after = _operations(plan, moves)
    return MendRead(
        version=version,
        operations=operations,
        moves=moves,
        households_moved=sum(move.households for move in moves if move.from_grid is not None),
        before=_violation(plan),
        after=_violation(after),
        still_broken=sorted(key for key in after.grids if not plan.rule.admits(after.households(key))),
    )


def _needs(plan: Plan, atoms: list[Atom], wanted: set[str]) -> bool:
    grids = {atom.grid for atom in atoms}
    if wanted:
        return bool(wanted & grids)
    return None in grids or any(not plan.rule.admits(plan.households(grid)) for grid in grids)


def _violation(plan: Plan) -> int:
    """Households by which grids miss the rule, and those in no grid."""
    return sum(plan.rule.excess(plan.households(key)) for key in plan.grids) + plan.households(None)


def _graph(plan: Plan) -> tuple[list[Atom], AtomGraph]:
    """The atoms of a plan: bands; where one holds more than the rule allows, its floors."""
    atoms: list[Atom] = []
    first: dict[str, int] = {}
    edges: list[tuple[int, int, int]] = []
    for unit in plan.units:
        first[unit] = len(atoms)
        own = list(_atoms(plan, unit))
        edges += [(len(atoms) + i, len(atoms) + i + 1, EdgeKind.BETWEEN_FLOORS) for i in range(len(own) - 1)]
        atoms += own
    small = plan.small()
    for unit, others in plan.edges.items():
        home = plan.compound(unit)
        for other in others:
            there = plan.compound(other)
            if unit < other and (home == there or (home in small and there in small)):
                alike = plan.units[unit].building == plan.units[other].building
                kind = EdgeKind.BETWEEN_UNITS if alike else EdgeKind.BETWEEN_BUILDINGS
                low, high = sorted((first[unit], first[other]))
                edges.append((low, high, int(kind)))
    return atoms, _arrays(plan, atoms, sorted(edges))


def _atoms(plan: Plan, unit: str) -> Iterator[Atom]:
    for band in plan.bands[unit]:
        if plan.units[unit].households <= plan.rule.most or band.floor_lo == band.floor_hi:
            yield Atom(unit, band.floor_lo, band.floor_hi, band.grid)
        else:
            yield from (Atom(unit, floor, floor, band.grid) for floor in range(band.floor_lo, band.floor_hi + 1))


def _arrays(plan: Plan, atoms: list[Atom], edges: list[tuple[int, int, int]]) -> AtomGraph:
    units, buildings = list(plan.units), list(plan.buildings)
    unit_of, building_of = {u: i for i, u in enumerate(units)}, {b: i for i, b in enumerate(buildings)}
    middle = shapely.get_coordinates(shapely.centroid([plan.cells[u] for u in units]))
    low = np.array([a.floor_lo for a in atoms], dtype=np.int32)
    high = np.array([a.floor_hi for a in atoms], dtype=np.int32)
    unit = np.array([unit_of[a.unit] for a in atoms], dtype=np.int32)
    table = np.array(edges, dtype=np.int32).reshape(-1, 3)
    return AtomGraph(
        unit=unit,
        building=np.array([building_of[plan.units[a.unit].building] for a in atoms], dtype=np.int32),
        floor_lo=low,
        floor_hi=high,
        households=np.array([plan.behind(a.unit, a.floor_lo, a.floor_hi) for a in atoms], dtype=np.int32),
        xyz_m=np.column_stack((middle[unit], FLOOR_M * (low + high - 1) / 2)).astype(np.float64),
        edges=np.ascontiguousarray(table[:, :2]),
        edge_kind=table[:, 2].astype(np.uint8),
        ground_m2=float(shapely.area([plan.cells[u] for u in units]).sum()),
        unit_keys=tuple(units),
        building_keys=tuple(buildings),
    )


def _moves(plan: Plan, atoms: list[Atom], problem: Any) -> list[MoveRead]:
    """The moves that mend one neighbourhood."""
    grids = sorted({atom.grid for atom in atoms if atom.grid is not None})
    number: dict[str | None, int] = {key: i for i, key in enumerate(grids)} | {None: NEW}
    locked = frozenset(number[key] for key in grids if plan.grids[key].locked)
    mended = repair(problem, plan.rule, np.array([number[a.grid] for a in atoms], dtype=np.int32), locked=locked)
    fresh: dict[int, str] = {}
    found: list[MoveRead] = []
    for move in mended.moves:
        atom = atoms[move.atom]
        into = grids[move.into] if move.into < len(grids) else fresh.setdefault(move.into, str(uuid4()))
        zh, en = WORDS[move.cause]
        found.append(
            MoveRead(
                unit=atom.unit,
                floor_lo=atom.floor_lo,
                floor_hi=atom.floor_hi,
                households=move.households,
                from_grid=atom.grid,
                to_grid=into,
                cause=move.cause.value,
                zh=zh,
                en=en,
            )
        )
    return found


def _operations(plan: Plan, moves: list[MoveRead]) -> tuple[list[dict[str, Any]], Plan]:
    """The moves as verbs, in an order in which each is admitted; moves that no order admits are left out."""
    waiting: dict[tuple[str | None, str], list[dict[str, Any]]] = {}
    for move in moves:
        span = {"unit": move.unit, "floor_lo": move.floor_lo, "floor_hi": move.floor_hi}
        waiting.setdefault((move.from_grid, move.to_grid), []).append(span)
    done: list[dict[str, Any]] = []
    progress = True
    while waiting and progress:
        progress = False
        for key in list(waiting):
            for said in _ways(plan, *key, waiting[key], len(done)):
                try:
                    plan = perform(plan, Operation(said["verb"], said["arguments"]))
                except GeoError:
                    continue
                done.append(said)
                del waiting[key]
                progress = True
                break
    return done, plan


def _ways(plan: Plan, giver: str | None, taker: str, spans: list[dict[str, Any]], nth: int) -> Iterator[dict[str, Any]]:
    if taker not in plan.grids:
        name = f"新网格 {nth + 1}"
        yield {"verb": "found", "arguments": {"spans": spans, "key": taker, "name": name}}
        return
    yield {"verb": "reassign", "arguments": {"spans": spans, "to": taker}}
    if giver is not None and giver in plan.grids:
        yield {"verb": "merge", "arguments": {"absorbed": giver, "into": taker}}

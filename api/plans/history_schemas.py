"""What is told of the past, and of two plans side by side."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from api.plans.schemas import PlanState, Read


class GridThen(Read):
    """A grid in force at a time, with whom it had; floors of the unit where one was asked about."""

    id: UUID
    code: str | None
    name: str
    households: int
    compound_id: UUID | None
    compound: str | None
    community_id: UUID
    community: str
    plan_id: UUID
    plan: str
    since: dt.date
    until: dt.date | None
    unit_id: UUID | None
    floor_lo: int | None
    floor_hi: int | None
    staff: list[dict[str, Any]]


class ServedRead(Read):
    """Who served a place at a time; no grids: nobody yet."""

    date: dt.date
    at: dt.datetime
    grids: list[GridThen]


class ReignRead(Read):
    """The days on which a plan divides a community."""

    plan_id: UUID
    plan: str
    community_id: UUID
    since: dt.date
    until: dt.date | None
    recorded_at: dt.datetime
    grids: int


class GridLife(Read):
    """A grid from its first day to its last."""

    id: UUID
    code: str | None
    name: str
    households: int
    compound_id: UUID | None
    compound: str | None
    community_id: UUID
    community: str
    plan_id: UUID
    plan: str
    state: PlanState
    since: dt.date | None
    until: dt.date | None
    predecessors: list[dict[str, Any]]
    successors: list[dict[str, Any]]
    staff: list[dict[str, Any]]


class SideRead(Read):
    """One side of a comparison in figures; ``compactness`` is the mean of 4πA/P² (1: a circle)."""

    plan_id: UUID
    name: str
    grids: int
    households: int
    outside_rule: int
    unassigned: int
    mean_households: float
    compactness: float | None


class GridChange(Read):
    """A grid on both sides, or on one. ``moved``: households that it lost and gained."""

    change: Literal["same", "renamed", "changed", "new", "gone"]
    left_id: UUID | None
    left: str
    right_id: UUID | None
    right: str
    households_left: int
    households_right: int
    moved: int


class StaffChange(Read):
    """Somebody whose grid changes."""

    person_id: UUID
    name: str
    role: str
    post: str
    grid_id: UUID
    grid: str
    change: str


class CompareRead(Read):
    """Two plans side by side."""

    left: SideRead
    right: SideRead
    households_moved: int
    grids: list[GridChange]
    staff: list[StaffChange]

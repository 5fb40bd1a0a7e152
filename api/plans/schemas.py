"""What planners say of a plan and are told of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
PlanState = Literal["draft", "in_review", "approved", "published", "superseded"]
RunState = Literal["waiting", "running", "done", "cancelled", "failed"]
StepStatus = Literal["", "empty", "optimal", "gap", "feasible", "infeasible"]


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class Said(BaseModel):
    """What every request shares: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleSaid(Said):
    """Fewest, most and wished-for households of one micro-grid."""

    least: int = Field(default=30, ge=0, le=20_000)
    most: int = Field(default=100, ge=1, le=20_000)
    target: int = Field(default=70, ge=0, le=20_000)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.least <= self.target <= self.most:
            raise ValueError("least <= target <= most must hold / 必须满足 最少 ≤ 目标 ≤ 最多")
        return self


class ImportRow(Said):
    """Floors of a unit and the grid that they are to belong to, by the file's own names."""

    unit: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    grid: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    floor_lo: int | None = Field(default=None, ge=-10, le=200)
    floor_hi: int | None = Field(default=None, ge=-10, le=200)


class PlanUpdate(Said):
    """What of a draft may be said anew."""

    name: Name | None = None
    rule: RuleSaid | None = None


class PlanCreate(Said):
    """A new draft for a whole subdistrict, or for one community."""

    name: Name
    subdistrict_id: UUID | None = None
    community_id: UUID | None = None
    rule: RuleSaid | None = None
    source: Literal["empty", "machine", "in_force", "plan", "import"] = "empty"
    base_id: UUID | None = None
    rows: Annotated[list[ImportRow], Field(max_length=50_000)] = []

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.subdistrict_id is None) == (self.community_id is None):
            raise ValueError("name a subdistrict or a community, not both / 请指定一个街道或一个社区")
        if (self.source == "plan") != (self.base_id is not None):
            raise ValueError("base_id goes with source 'plan' / base_id 与来源“plan”同时使用")
        if (self.source == "import") != bool(self.rows):
            raise ValueError("rows go with source 'import' / rows 与来源“import”同时使用")
        return self


Multiple = Annotated[float, Field(ge=0, le=4)]


class Weighing(Said):
    """What counts how much: 1 as usual, 2 twice as much, 0 not at all."""

    few_grids: Multiple = 1.0
    near_target: Multiple = 1.0
    short_walks: Multiple = 1.0
    whole_buildings: Multiple = 1.0
    whole_stairwells: Multiple = 1.0


class RunCreate(Said):
    """Ask the machine to draw the whole plan anew."""

    seed: int = Field(default=1, ge=0, le=2_000_000_000)
    prove: bool = True
    weights: Weighing | None = None


class StepRead(Read):
    """What came of one compound."""

    compound_id: UUID
    compound: str
    community: str
    state: Literal["waiting", "done"]
    status: StepStatus
    households: int
    grids: int
    objective: float | None
    bound: float | None
    reason_zh: str
    reason_en: str
    seconds: float | None


class RunRead(Read):
    """How far a run is; ``steps`` only where one asks for the run itself."""

    id: UUID
    plan_id: UUID
    state: RunState
    done: int
    total: int
    trouble: str
    weights: Weighing | None
    cancel_asked: bool
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    steps: list[StepRead] | None = None


class PlanTotals(Read):
    """A plan in figures."""

    grids: int
    households: int
    households_without_grid: int
    grids_outside_rule: int


class PlanRead(Read):
    """A plan with its figures and its latest run."""

    id: UUID
    name: str
    state: PlanState
    version: int
    subdistrict_id: UUID
    community_id: UUID | None
    place: str
    place_en: str
    rule: RuleSaid
    created_at: datetime
    base_id: UUID | None
    effective_from: date | None
    effective_to: date | None
    in_force: bool
    totals: PlanTotals
    run: RunRead | None


class GridRead(Read):
    """One micro-grid of a plan; floors where it holds only some of a building's."""

    id: UUID
    code: str | None
    name: str
    community_id: UUID
    compound_id: UUID | None
    compound: str
    households: int
    units: int
    floor_lo: int | None
    floor_hi: int | None
    obeys: bool
    bbox: tuple[float, float, float, float] | None

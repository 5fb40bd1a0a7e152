"""What patrol staff send of a round, and what they and their leads are told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.geometry import Latitude, Longitude

Outcome = Literal["met", "not_home", "refused"]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class Said(BaseModel):
    """What every request shares: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PatrolStart(Said):
    """A round begins; its key is in the address, and the same start sent again changes nothing."""

    lon: Longitude
    lat: Latitude
    started_at: AwareDatetime | None = None
    """By the phone, where it began without signal; at most a day ago."""
    plan_id: UUID | None = None


class FixSaid(Said):
    """One position of the phone (WGS 84)."""

    at: AwareDatetime
    lon: Longitude
    lat: Latitude
    accuracy_m: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] = 0
    mocked: bool = False


class FixesPut(Said):
    """A batch of positions; batches are numbered by the phone, and one sent again changes nothing."""

    fixes: Annotated[list[FixSaid], Field(max_length=2000)]


class PatrolStop(Said):
    """A round ends."""

    ended_at: AwareDatetime | None = None


class FlagRead(Read):
    """What looks wrong about a track, in words; a lead judges."""

    code: str
    zh: str
    en: str


class PatrolRead(Read):
    """One round with its figures."""

    id: UUID
    person_id: UUID
    community_id: UUID
    community: str
    micro_grid_id: UUID | None
    plan_id: UUID | None
    started_at: datetime
    ended_at: datetime | None
    length_m: float
    seconds: float
    fixes: int
    left_out: int
    passed: int
    flags: list[FlagRead]
    mine: bool
    walker: str
    """Who walked it, for those who lead there."""


class VisitPut(Said):
    """A visit to a household: whom one met, or that nobody was at home."""

    unit_id: UUID
    household_id: UUID | None = None
    patrol_id: UUID | None = None
    at: AwareDatetime
    outcome: Outcome
    form: dict[Annotated[str, Field(max_length=40)], str | int | bool | None] = {}
    note: Note = ""


class VisitRead(Read):
    """A visit."""

    id: UUID
    unit_id: UUID
    household_id: UUID | None
    patrol_id: UUID | None
    at: datetime
    outcome: Outcome
    form: dict[str, Any]
    note: str


class UnitCovered(Read):
    """One unit, and when it was last passed and visited in the period."""

    unit_id: UUID
    name: str
    name_en: str
    building_id: UUID
    community_id: UUID
    community: str
    community_en: str
    micro_grid_id: UUID | None
    micro_grid: str | None
    households: int
    lon: float
    lat: float
    passed_at: datetime | None
    visited_at: datetime | None
    visits: int
    not_home: int


class CoverageRead(Read):
    """How much of a place its patrols have reached in a period."""

    since: date
    until: date
    units: int
    passed: int
    visited: int
    households: int
    households_passed: int
    rows: list[UnitCovered]


class ChecklistCreate(Said):
    """A list of things to look at (隐患排查)."""

    zh: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    items: Annotated[list[ItemSaid], Field(min_length=1, max_length=50)]


class ItemSaid(Said):
    """One thing to look at."""

    zh: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""


class ChecklistRead(Read):
    """A checklist."""

    id: UUID
    zh: str
    en: str
    items: list[dict[str, str]]
    active: bool


class PlanCreate(Said):
    """A checklist to be walked through every so many days, in a community or one of its micro-grids."""

    community_id: UUID
    micro_grid_id: UUID | None = None
    checklist_id: UUID
    every_days: Annotated[int, Field(ge=1, le=366)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""


class PlanRead(Read):
    """A patrol plan, when it was last walked through (every point on one day) and when it is due again."""

    id: UUID
    community_id: UUID
    micro_grid_id: UUID | None
    micro_grid: str | None
    checklist_id: UUID
    checklist: str
    every_days: int
    note: str
    last_at: datetime | None
    due_on: date
    late: bool


class CheckPut(Said):
    """One item looked at: in order or not, and the issue that was reported of it."""

    checklist_id: UUID
    item: Annotated[int, Field(ge=0, le=200)]
    ok: bool
    at: AwareDatetime
    lon: Longitude
    lat: Latitude
    plan_id: UUID | None = None
    patrol_id: UUID | None = None
    issue_id: UUID | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""

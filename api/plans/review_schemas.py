"""What reviewers say of a plan, and what they are told: faults, steps, comments, successions, who is here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.geometry import Latitude, Longitude
from api.plans.schemas import PlanState, Read, Said

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class FaultRead(Read):
    """One thing that keeps a plan from being published, and where it is."""

    id: UUID
    name: str
    community_id: UUID
    compound_id: UUID | None = None
    households: int = 0
    floors: list[tuple[int, int]] = []
    least: int | None = None
    most: int | None = None
    exempt: bool = False
    lon: float | None = None
    lat: float | None = None
    zh: str
    en: str


class CheckRead(Read):
    """What publication would refuse."""

    version: int
    publishable: bool
    unassigned: list[FaultRead]
    broken: list[FaultRead]
    torn: list[FaultRead]
    ground: list[FaultRead]


class StateSaid(Said):
    """The next step of a plan."""

    to: Literal["draft", "in_review", "approved"]
    note: Note = ""


class PublishSaid(Said):
    """From which day the plan takes effect; ``version`` refuses a plan that has changed since one looked."""

    effective_from: date
    version: int | None = Field(default=None, ge=0, le=2_000_000_000)
    note: Note = ""


class TransitionRead(Read):
    """A step that a plan took."""

    state: PlanState
    version: int
    note: str
    effective_from: date | None
    who: str
    at: datetime


class SuccessionRead(Read):
    """Households of a former grid that belong to a grid of the new plan."""

    from_: UUID = Field(serialization_alias="from")
    to: UUID
    from_name: str
    to_name: str
    households: int


class CommentSaid(Said):
    """A remark, pinned to a grid or a place if wanted."""

    community_id: UUID
    text: Body
    grid_id: UUID | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None


class CommentUpdate(Said):
    """Whether a remark is dealt with."""

    resolved: bool


class CommentRead(Read):
    """A remark on a plan."""

    id: UUID
    community_id: UUID
    grid_id: UUID | None
    lon: float | None
    lat: float | None
    text: str
    who: str
    mine: bool
    at: datetime
    resolved_at: datetime | None
    resolved_by: str | None


class PresenceSaid(Said):
    """Where somebody is on the workbench."""

    client: UUID
    community_id: UUID
    selected: Annotated[list[UUID], Field(max_length=400)] = []


class PresenceRead(Read):
    """Somebody who is at the same plan."""

    client: UUID
    who: str
    community_id: UUID
    selected: list[Any]
    mine: bool

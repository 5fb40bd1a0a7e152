"""The book of rules as it is said and read: routing rules and their trial, time limits in versions."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID  # noqa: TC003  # pydantic reads the annotations

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from api.issues.matter import Kind, Stage  # noqa: TC001  # pydantic reads the annotations
from api.issues.schemas import CategoryCode, Read, Said

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Unit = Literal["working_hours", "working_days", "calendar_days", "hours"]


class RoutingRuleSaid(Said):
    """One rule: its place in the order, its conditions (none: fits everything), and the body that answers."""

    rank: Annotated[int, Field(ge=0, le=1_000_000)]
    category: CategoryCode | None = None
    kind: Kind | None = None
    subdistrict_id: UUID | None = None
    community_id: UUID | None = None
    compound_id: UUID | None = None
    body_id: UUID
    note: Note = ""


class RoutingRuleRead(Read):
    """A rule as it stands."""

    id: UUID
    rank: int
    category: str | None
    kind: Kind | None
    subdistrict_id: UUID | None
    community_id: UUID | None
    compound_id: UUID | None
    place: str
    body_id: UUID
    body: str
    body_en: str
    active: bool
    """Whether the body is in use; a rule that names one that is not is passed over."""
    note: str
    mine: bool
    """Whether the asker may change it."""


class TrialSaid(Said):
    """What would happen to an issue of a category at a point; with a rule that is not kept, in place of another."""

    category: CategoryCode
    kind: Kind | None = None
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    rule: RoutingRuleSaid | None = None
    instead_of: UUID | None = None


class RuleStepRead(Read):
    """One rule as it was asked: why it does not decide; no words where it does."""

    rule_id: UUID | None
    """None: the rule that is only tried."""
    body: str
    zh: str | None
    en: str | None


class TrialRead(Read):
    """Who would answer, and what each rule said."""

    community: str
    body_id: UUID | None
    body: str | None
    steps: list[RuleStepRead]


class LimitSaid(Said):
    """How long a stage may take; the most particular one that fits holds."""

    category: CategoryCode | None = None
    severity: Annotated[int, Field(ge=1, le=4)] | None = None
    stage: Stage
    amount: Annotated[int, Field(ge=1, le=10_000)]
    unit: Unit


class LimitsCreate(Said):
    """A new version of the whole table, in force from a moment on."""

    since: AwareDatetime | None = None
    note: Note = ""
    limits: Annotated[list[LimitSaid], Field(min_length=1, max_length=2000)]

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        said = [(limit.category, limit.severity, limit.stage) for limit in self.limits]
        if len(set(said)) != len(said):
            raise ValueError("a category, severity and stage has one limit / 同一类别、程度、环节只能有一个时限")
        return self


class LimitVersionRead(Read):
    """A version of the limits."""

    version: int
    since: AwareDatetime
    note: str


class LimitRead(Read):
    """One limit."""

    category: str | None
    severity: int | None
    stage: Stage
    amount: int
    unit: Unit


class RungRead(Read):
    """What the clock does at a share of a limit."""

    percent: int
    action: str


class LimitsRead(Read):
    """A version's limits; the versions there are, the newest first; and the rungs of the ladder."""

    version: int
    in_force: int
    limits: list[LimitRead]
    versions: list[LimitVersionRead]
    rungs: list[RungRead]
    mine: bool
    """Whether the asker may add a version."""


class DueRead(Read):
    """When a stage that begins now would be due."""

    due_at: AwareDatetime | None
    provisional: bool
    limit: LimitRead | None

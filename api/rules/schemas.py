"""What is asked and answered about rules and exemptions; households are counts, days are the street office's."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Level = Literal["store", "district", "subdistrict", "community"]
Kind = Literal["grid", "community"]


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class Said(BaseModel):
    """What every request shares: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleCreate(Said):
    """A rule for one place from one day on; it takes the place of the one that holds there then."""

    level: Level
    place_id: UUID | None = None
    least: int = Field(ge=0, le=20_000)
    most: int = Field(ge=1, le=20_000)
    target: int = Field(ge=1, le=20_000)
    community_most: int = Field(default=3_000, ge=1, le=1_000_000)
    since: date
    until: date | None = Field(default=None, description="The last day on which it holds; open where none is given.")
    source: Words = Field(description="Which document says so.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not self.least <= self.target <= self.most:
            raise ValueError("least <= target <= most must hold / 必须满足 最少 ≤ 目标 ≤ 最多")
        if (self.level == "store") != (self.place_id is None):
            raise ValueError("name a place, or the whole store / 请指定地区，或全市")
        if self.until is not None and self.until < self.since:
            raise ValueError("it would end before it begins / 截止日早于起始日")
        return self


class RuleRead(Read):
    """A rule, where it stands and for how long."""

    id: UUID
    level: Level
    place_id: UUID | None
    place: str
    least: int
    most: int
    target: int
    community_most: int
    since: date
    until: date | None
    source: str


class ExemptionCreate(Said):
    """Let grids of a community (or of one compound) pass with so many households, or the community itself."""

    community_id: UUID
    compound_id: UUID | None = None
    kind: Kind = "grid"
    least: int = Field(default=0, ge=0, le=1_000_000)
    most: int = Field(ge=1, le=1_000_000)
    reason: Words
    since: date | None = Field(default=None, description="Today where none is given.")
    until: date = Field(description="The last day on which it holds.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.least > self.most:
            raise ValueError("least <= most must hold / 必须满足 最少 ≤ 最多")
        if self.kind == "community" and self.compound_id is not None:
            raise ValueError("a community's size is no compound's matter / 社区规模与小区无关")
        return self


class ExemptionRead(Read):
    """An exemption: what is let pass, where, why, by whom and until when."""

    id: UUID
    community_id: UUID
    community: str
    compound_id: UUID | None
    compound: str
    kind: Kind
    name: str
    least: int
    most: int
    reason: str
    granted_by: str
    since: date
    until: date

    def covers(self, kind: Kind, community_id: UUID, compound_id: UUID | None, households: int) -> bool:
        """Whether it lets a grid (or a community) of so many households pass."""
        here = self.community_id == community_id and self.compound_id in (None, compound_id)
        return self.kind == kind and here and self.least <= households <= self.most


class BreachRead(Read):
    """A grid or a community that misses the rule, and the exemption that lets it pass, if there is one."""

    kind: Kind
    id: UUID
    name: str
    community_id: UUID
    compound_id: UUID | None
    households: int
    least: int
    most: int
    exemption_id: UUID | None

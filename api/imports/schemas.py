"""What the pages say of a file that comes in, and what they are told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from geo.exchange.purposes import Purpose

State = Literal["waiting", "reading", "read", "checking", "checked", "entering", "entered", "undoing", "undone",
                "refused", "cancelled", "failed"]  # fmt: skip
DatumSaid = Literal["", "auto", "wgs84", "cgcs2000", "gcj02", "bd09", "web_mercator"]
Column = Annotated[str, StringConstraints(max_length=200)]
Outcome = Literal["added", "changed", "same", "gone", "held"]


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class Said(BaseModel):
    """What every request shares: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileLayerRead(Read):
    """One layer of the file as it came."""

    name: str
    rows: int
    shapes: str = Field(description="points, lines, areas, mixed or none")
    columns: list[str]
    sample: list[list[str]] = Field(description="The first rows, as text.")
    purpose: Purpose = Field(description="What it is most likely.")
    guesses: dict[str, str] = Field(description="Our field → the column that it is most likely.")


class ImportRead(Read):
    """One import: how far it is, and what is known of it."""

    id: UUID
    file_name: str
    source: str
    bytes: int
    state: State
    layers: list[FileLayerRead]
    choice: dict[str, Any]
    finding: dict[str, Any]
    summary: dict[str, Any]
    stage: str
    done: int
    total: int
    trouble: str
    asked_at: datetime
    entered_at: datetime | None
    undone_at: datetime | None


class ImportChoice(Said):
    """What one layer is taken for, which column is which, and how its numbers are read."""

    layer: Annotated[str, StringConstraints(max_length=300)]
    purpose: Purpose
    columns: dict[Column, Column] = Field(default_factory=dict, max_length=60)
    datum: DatumSaid = ""
    categories: dict[Column, Column] = Field(
        default_factory=dict, max_length=300, description="For reports: a category of the list → one of ours."
    )
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] | None = None


class FileFaultRead(Read):
    """One fault; ``before`` and ``after`` hold {shape, value} where they can be shown."""

    number: int
    row: int
    field: str
    kind: str
    severity: Literal["blocks", "doubtful"]
    said: str
    mend: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    accepted: bool


class FaultsRead(Read):
    """A page of faults; ``kinds`` counts all of them."""

    total: int
    kinds: dict[str, int]
    mendable: int
    accepted: int
    items: list[FileFaultRead]


class MendsAccepted(Said):
    """Which mends are accepted: all or none of a kind, or single ones by number."""

    accept: bool
    kind: Annotated[str, StringConstraints(max_length=40)] | None = None
    numbers: Annotated[list[int], Field(max_length=10_000)] | None = None


class RowRead(Read):
    """What would become, or became, of one row."""

    row: int | None
    outcome: Outcome
    name: str
    place_id: UUID | None
    detail: dict[str, Any]


class RowsRead(Read):
    """A page of rows."""

    total: int
    items: list[RowRead]


class EnterAsked(Said):
    """Which parts of the delivery are accepted. ``gone`` removes what the source no longer has."""

    added: bool = True
    changed: bool = True
    gone: bool = False


class LossRead(Read):
    """Something that an undo would take along."""

    kind: str
    name: str
    count: int


class EstimateConfirmed(Said):
    """Households of a building as a person counted them; left out, the estimate is right as it stands."""

    households: Annotated[int, Field(ge=0, le=20_000)] | None = None

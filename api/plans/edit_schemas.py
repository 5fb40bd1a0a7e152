"""What an editor sends and gets back: a batch of operations, the log's entries, and the patch to lay over the page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationError, model_validator

from api.plans.operation_schemas import VERBS
from api.plans.schemas import PlanState, Read, RuleSaid, Said

MOST_OPERATIONS = 200
Verb = Literal[
    "reassign",
    "merge",
    "found",
    "split",
    "split_floors",
    "swap",
    "reshape",
    "transfer",
    "rename",
    "lock",
    "edit_adjacency",
    "add_building",
    "remove_building",
    "correct_building",
    "add_unit",
    "remove_unit",
    "correct_unit",
    "undo",
    "redo",
    "take_back",
]


class OperationSaid(Said):
    """One verb with its arguments; which those are stands in docs/plans-api.md."""

    verb: Verb
    arguments: dict[str, Any] = {}

    @model_validator(mode="after")
    def _arguments_fit(self) -> Self:
        try:
            VERBS[self.verb].model_validate(self.arguments)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_context=False)[0]
            where = ".".join(map(str, fault["loc"]))
            raise ValueError(f"{self.verb}.{where}: {fault['msg']}") from error
        return self

    def values(self) -> Said:
        """The arguments, read."""
        return VERBS[self.verb].model_validate(self.arguments)


class EditSaid(Said):
    """Operations that happen together or not at all. ``id`` makes a repeated request harmless."""

    id: UUID
    community_id: UUID
    base_version: int = Field(ge=0, le=2_000_000_000)
    client: UUID | None = None
    operations: Annotated[list[OperationSaid], Field(min_length=1, max_length=MOST_OPERATIONS)]


class EntryRead(Read):
    """One operation in the log. ``of``: the version that an undo, redo or take-back is about."""

    version: int
    verb: str
    arguments: dict[str, Any]
    of: int | None
    who: str
    mine: bool
    client: UUID | None
    at: datetime
    community_id: UUID
    in_effect: bool


class PatchRead(Read):
    """The present value of everything that changed, by key; null where it is gone. Overwrite, never merge."""

    grids: dict[str, Any] = {}
    bands: dict[str, Any] = {}
    cells: dict[str, Any] = {}
    units: dict[str, Any] = {}
    edges: dict[str, Any] = {}
    buildings: dict[str, Any] = {}
    compounds: dict[str, Any] = {}
    edits: dict[str, Any] | None = None


class EditRead(Read):
    """What came of an edit."""

    id: UUID
    community_id: UUID
    version: int
    rebased: bool
    entries: list[EntryRead]
    patch: PatchRead


class LogRead(Read):
    """The log from some version on, and the patch since then."""

    version: int
    entries: list[EntryRead]
    patch: PatchRead
    more: bool


class PlaneRead(Read):
    """The way from millimetres to WGS 84."""

    lon: float
    lat: float
    lon_per_mm: float
    lat_per_mm: float


class PlanHead(Read):
    """The plan on the workbench."""

    id: UUID
    name: str
    state: PlanState
    rule: RuleSaid


class CommunityHead(Read):
    """The community on the workbench."""

    id: UUID
    name: str
    name_en: str


class MayRead(Read):
    """What the asker may do with the plan."""

    edit: bool
    submit: bool
    approve: bool


class WorkbenchRead(Read):
    """One community of a plan, ready for the editor; indices are places in the arrays of the same answer."""

    plan: PlanHead
    community: CommunityHead
    version: int
    may: MayRead
    plane: PlaneRead
    compounds: list[dict[str, Any]]
    buildings: list[dict[str, Any]]
    units: list[dict[str, Any]]
    edges: list[tuple[int, int]]
    grids: list[dict[str, Any]]
    bands: list[tuple[int, int, int, int]]
    barriers: list[dict[str, Any]]
    gates: list[dict[str, Any]]
    edits: dict[str, Any]


class MendSaid(Said):
    """Which grids to mend; none named: all that break the rule."""

    community_id: UUID
    grids: Annotated[list[UUID], Field(max_length=500)] = []


class MoveRead(Read):
    """Floors that would change their grid, and why."""

    unit: str
    floor_lo: int
    floor_hi: int
    households: int
    from_grid: str | None = Field(serialization_alias="from")
    to_grid: str = Field(serialization_alias="to")
    cause: str
    zh: str
    en: str


class MendRead(Read):
    """Operations that would mend the plan; nothing is kept until they are sent as an edit."""

    version: int
    operations: list[dict[str, Any]]
    moves: list[MoveRead]
    households_moved: int
    before: int
    after: int
    still_broken: list[str]

"""What reporters, offices and bodies say of an issue, and are told of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.geometry import Latitude, Longitude
from api.issues.matter import Action, Kind, Party, Stage, Status

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
Source = Literal["resident", "grid_worker", "patrol", "hotline", "desk", "open311", "import"]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
CategoryCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})?$")]
Stars = Annotated[int, Field(ge=1, le=5)]


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class Said(BaseModel):
    """What every request shares: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PlaceSaid(Said):
    """Where it is, as the device or the finger said, in the datum it was said in."""

    lon: Longitude
    lat: Latitude
    accuracy_m: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    datum: Datum = "wgs84"
    located: Literal["gps", "pin", "photo", "address"] = "gps"
    floor: Annotated[int, Field(ge=-20, le=200)] | None = None
    micro_grid_id: UUID | None = None
    """The answer to a question about a boundary: one of the choices that were given."""
    on_water: bool = False
    """Yes, it really is on the water."""


class WhereAsked(PlaceSaid):
    """A place that is asked about before reporting, and of which kind the report would be."""

    category: Annotated[str, Field(max_length=81)] = ""


class ReporterSaid(Said):
    """How to reach whoever reports; sealed as it comes in, seen by offices only, masked."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)] = ""
    phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+ -]{0,20}$")] = ""


class ReportCreate(Said):
    """One report. Its key is in the address, chosen by whoever reports; sending it again changes nothing."""

    category: CategoryCode
    place: PlaceSaid
    kind: Kind | None = None
    title: Short = ""
    description: Words = ""
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    severity: Annotated[int, Field(ge=1, le=4)] | None = None
    occurred_at: AwareDatetime | None = None
    sent_at: AwareDatetime | None = None
    """The sender's clock when this was sent; does not count as part of the report."""
    photos: Annotated[list[UUID], Field(max_length=9)] = []
    reporter: ReporterSaid | None = None
    source: Source | None = None


class NamedRead(Read):
    """A thing by its key and names."""

    id: UUID
    name: str
    name_en: str = ""


class ChoiceRead(Read):
    """A micro-grid that the circle of accuracy reaches."""

    id: UUID
    name: str
    code: str | None
    metres: float
    floor_lo: int | None = None
    floor_hi: int | None = None


class QuestionRead(Read):
    """The circle crosses a boundary: which side is it? Answer by ``PUT /api/issues/{id}/place``."""

    zh: str
    en: str
    choices: list[ChoiceRead]


class NearRead(Read):
    """An open issue of the same kind close by: say "me too" instead of reporting it again."""

    code: str
    category: str
    status: Status
    reported_at: datetime
    me_too: int
    metres: float


class WarningRead(Read):
    """Something worth knowing that did not stop the report."""

    code: str
    zh: str
    en: str


class WhereRead(Read):
    """Where a point lies and who would be answerable, before anything is reported."""

    lon: float
    lat: float
    subdistrict_id: UUID
    community: NamedRead
    compound_id: UUID | None
    building_id: UUID | None
    micro_grid: ChoiceRead | None
    body: NamedRead | None
    question: QuestionRead | None
    near: list[NearRead]


class ReceiptRead(Read):
    """What came of a report; the same report sent again gets the same receipt."""

    id: UUID
    code: str
    status: Status
    version: int
    community: NamedRead
    micro_grid: NamedRead | None
    body: NamedRead | None
    due_at: datetime | None
    question: QuestionRead | None
    near: list[NearRead]
    warnings: list[WarningRead]
    follow_token: str | None = None
    """For who reports without an account: the key of the private link, told to nobody else."""


class IssueRead(Read):
    """One issue in a list: everything that a row and a dot on the map need."""

    id: UUID
    code: str
    kind: Kind
    top: str
    category: str
    severity: int
    title: str
    description: str
    address: str
    lon: float
    lat: float
    accuracy_m: float | None
    status: Status
    version: int
    source: Source
    reported_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    stage: Stage | None
    stage_since: datetime
    due_at: datetime | None
    due_is_provisional: bool
    late: bool
    spent_percent: int | None
    """How much of the stage's limit has passed, 100 = due; None without a clock or while it stands still."""
    subdistrict_id: UUID
    community_id: UUID
    community: str
    compound_id: UUID | None
    building_id: UUID | None
    micro_grid_id: UUID | None
    micro_grid: str | None
    place_is_open: bool
    routed_body_id: UUID | None
    body_id: UUID | None
    body: str | None
    supervised: bool
    listed: bool
    suspended_until: date | None
    waiting: bool
    solved_on_spot: bool
    urges: int
    returns: int
    reworks: int
    reopens: int
    me_too: int
    lates: int
    photos: int
    satisfaction: int | None
    metres: float | None = None


class IssuePage(Read):
    """One page of a list; ``next`` is the address's ``cursor`` for the page after it."""

    items: list[IssueRead]
    next: str | None


class CountsRead(Read):
    """How many issues fit the filters, by state and by what presses."""

    total: int
    open: int
    late: int
    supervised: int
    suspended: int
    by_status: dict[str, int]
    by_top: dict[str, int]


class EventRead(Read):
    """One thing that was done."""

    seq: int
    at: datetime
    action: str
    party: str
    account_id: UUID | None
    who: str
    body_id: UUID | None
    body: str | None
    status: Status
    reason: str
    payload: dict[str, Any]


class PhotoRead(Read):
    """A photo of a case, by its addresses."""

    id: UUID
    moment: str
    width: int
    height: int
    full: str
    thumb: str
    created_at: datetime
    taken_at: datetime | None


class MessageRead(Read):
    """What the bodies of a case say to each other."""

    id: UUID
    at: datetime
    party: str
    who: str
    body: str | None
    words: str


class CallRead(Read):
    """A body called by a whistle, and its own clock."""

    body_id: UUID
    body: str
    called_at: datetime
    due_at: datetime
    arrived_at: datetime | None
    late: bool


class MayRead(Read):
    """One action, and why it may not be done now; both None where it may."""

    action: Action
    zh: str | None = None
    en: str | None = None


class ReporterRead(Read):
    """Who reported it, masked."""

    name: str
    phone: str
    email: str = ""
    media_url: str = ""
    """A picture that came by GeoReport as an address; whoever looks at it leaves this house."""
    has_account: bool


class CaseRead(IssueRead):
    """Everything about one case that the asker may see."""

    community_en: str
    compound: str | None
    building: str | None
    routed_body: str | None
    datum: Datum
    raw_x: float
    raw_y: float
    occurred_at: datetime
    clock_skew_s: int
    clock_unit: str | None
    clock_total_s: int | None
    final: bool
    merged_into: UUID | None
    split_from: UUID | None
    parts: list[UUID]
    merged: list[UUID]
    parties: list[Party]
    reporter: ReporterRead | None
    events: list[EventRead]
    photo_list: list[PhotoRead]
    messages: list[MessageRead]
    calls: list[CallRead]
    may: list[MayRead]


class ActCreate(Said):
    """One thing to do to a case. ``id`` is the doer's own key: the same act sent again is done once."""

    action: Action
    id: UUID | None = None
    base_version: Annotated[int, Field(ge=1)] | None = None
    """The version one looked at; where the case has moved on, the answer is 409 and nothing is done."""
    reason: Reason = ""
    body_id: UUID | None = None
    body_ids: Annotated[list[UUID], Field(max_length=20)] = []
    hours: Annotated[int, Field(ge=0, le=240)] = 0
    until: date | None = None
    photos: Annotated[list[UUID], Field(max_length=9)] = []
    into: UUID | None = None
    parts: Annotated[list[PartSaid], Field(max_length=10)] = []
    satisfaction: Annotated[int, Field(ge=0, le=5)] = 0
    final: bool = False
    category: CategoryCode | None = None
    severity: Annotated[int, Field(ge=1, le=4)] | None = None
    title: Short | None = None
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None


class PartSaid(Said):
    """One part of a case that is split (分案)."""

    category: CategoryCode
    title: Short = ""
    description: Words = ""


class BulkCreate(Said):
    """The same thing for many cases; each goes by itself, and each answer says what came of it."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    act: ActCreate

    @model_validator(mode="after")
    def _no_single_things(self) -> Self:
        if self.act.id or self.act.base_version or self.act.photos or self.act.parts:
            raise ValueError("id, base_version, photos and parts are of one case / 批量操作不能带这些字段")
        return self


class BulkRead(Read):
    """What came of one case of many."""

    id: UUID
    done: bool
    status: Status | None = None
    zh: str | None = None
    en: str | None = None


class PlaceUpdate(Said):
    """Where it really is: another point, or the answer to the question of the boundary."""

    place: PlaceSaid | None = None
    micro_grid_id: UUID | None = None
    base_version: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.place is None and self.micro_grid_id is None:
            raise ValueError("give a place or a micro_grid_id / 请给出位置或微网格")
        return self


class MessageCreate(Said):
    """A message to the other bodies of a case."""

    id: UUID
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class CategoryRead(Read):
    """A category or a sub-category."""

    code: str
    parent: str | None
    kind: Kind
    zh: str
    en: str
    icon: str
    severity: int
    public: bool
    proof: bool
    active: bool


class BodyRead(Read):
    """A department, property firm or social organisation that handles cases."""

    id: UUID
    kind: str
    name: str
    name_en: str
    active: bool


class PhotoProgress(Read):
    """How much of a photo has come; ``received`` is where the next piece begins."""

    id: UUID
    total: int
    received: int
    ready: bool
    warnings: list[WarningRead] = []


class FollowRead(Read):
    """What a resident sees of their own report by the private link."""

    id: UUID
    code: str
    category: str
    title: str
    description: str
    status: Status
    version: int
    reported_at: datetime
    closed_at: datetime | None
    community: str
    body: str | None
    due_at: datetime | None
    waiting: bool
    satisfaction: int | None
    reopens: int
    steps: list[StepRead]
    photo_list: list[PhotoRead]
    may: list[MayRead]


class StepRead(Read):
    """One step, as the resident is told of it."""

    at: datetime
    action: str
    status: Status
    body: str | None
    reason: str


class FollowCreate(Said):
    """What a resident does by the private link: confirm, reopen, urge, answer."""

    action: Literal["survey", "reopen", "urge", "answer"]
    reason: Reason = ""
    satisfaction: Annotated[int, Field(ge=0, le=5)] = 0


class PublicRead(Read):
    """An issue as anybody may see it: no words of anybody, no photos, no exact place."""

    code: str
    category: str
    status: Status
    month: str
    reported_on: date
    closed_on: date | None
    community: str
    lon: float
    lat: float
    me_too: int
    body: str | None


class PublicPage(Read):
    """One page of the public list."""

    items: list[PublicRead]
    next: str | None


class MeTooRead(Read):
    """How many say the same."""

    code: str
    me_too: int
    counted: bool

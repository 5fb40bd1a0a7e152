"""What is asked and answered about people, their posts and the audit. Numbers are masked wherever they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from api.access.roles import Role
from api.access.schemas import Asked, Read, Reason

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 -]{5,20}$")]
IdNumber = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-9]{17}[0-9X]$")]
Level = Literal["store", "district", "subdistrict", "community", "compound", "building", "unit", "micro_grid"]


class FirstPost(Asked):
    """The post that somebody new is to hold."""

    post: Annotated[str, Field(max_length=40)]
    level: Level
    place_id: UUID | None = None
    until: AwareDatetime | None = None


class PersonCreate(Asked):
    """A resident of a community, or somebody who is to hold a post; one of the two has to be named."""

    name: Name
    community_id: UUID | None = None
    floor_id: UUID | None = None
    party_member: bool = False
    phone: Phone | None = None
    id_number: IdNumber | None = None
    first_post: FirstPost | None = None


class PersonRead(Read):
    """A person, masked: the last digits of the numbers are all that is shown."""

    id: UUID
    name: str
    community_id: UUID | None
    party_member: bool
    phone: str = Field(description="Masked: •••1234; empty where none is known.")
    id_number: str = Field(description="Masked: •••123X; empty where none is known.")


class RevealCreate(Asked):
    """Look at one number of one person, for a reason that is written down."""

    field: Literal["phone", "id_number"]
    reason: Reason


class RevealRead(Read):
    """The number, and how many more may be looked at today."""

    value: str
    left_today: int


class BecauseCreate(Asked):
    """Why something is done that is written down."""

    reason: Reason


class ExportRead(Read):
    """Everything the store holds about one person, for that person."""

    person: dict[str, Any]
    posts: list[dict[str, Any]]
    account: dict[str, Any] | None
    sessions: list[dict[str, Any]]
    tokens: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    patrols: list[dict[str, Any]]


class AssignmentCreate(Asked):
    """A role (and a post by name) for a person at a place, from now or from a day on."""

    person_id: UUID
    role: Role | None = None
    post: str | None = Field(default=None, max_length=40)
    level: Level
    place_id: UUID | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AssignmentRead(Read):
    """A post and who holds it."""

    id: UUID
    person_id: UUID
    name: str
    phone: str
    party_member: bool
    role: Role
    post: str
    level: str
    place_id: UUID | None
    since: datetime
    until: datetime | None


class PostHeld(Read):
    """A post of one person, held now or once."""

    id: UUID
    role: Role
    post: str
    level: str
    place_id: UUID | None
    place_name: str | None
    since: datetime
    until: datetime | None


class AccountRead(Read):
    """A person's way in."""

    id: UUID
    login: str
    active: bool


class PersonDetail(PersonRead):
    """One person with their posts and their account, as far as the asker may see them."""

    left_at: datetime | None
    posts: list[PostHeld]
    account: AccountRead | None


class Transfer(Asked):
    """Where a post is to be held from now on."""

    level: Level
    place_id: UUID


class Dismissed(Read):
    """What a dismissal ended."""

    posts_ended: int
    account_closed: bool = Field(description="False where the person still serves somewhere else.")


class CommunityRead(Read):
    """A community whose roster one keeps."""

    id: UUID
    code: str | None
    name: str
    name_en: str
    subdistrict: str


class GroundRead(Read):
    """A place at which somebody may stand, with its outline in degrees of WGS 84."""

    level: str
    id: UUID
    code: str | None
    name: str
    households: int
    geometry: dict[str, Any] = Field(description="GeoJSON (RFC 7946).")


class VacancyRead(Read):
    """A place where somebody is missing, by a rule kept as data."""

    level: str
    place_id: UUID
    place_name: str
    rule_id: UUID
    zh: str
    en: str
    least: int
    there: int


class RosterRead(Read):
    """Who stands where in a community, and where nobody does."""

    posts: list[AssignmentRead]
    vacancies: list[VacancyRead]


class PostKindRead(Read):
    """A kind of post (一格三长三员一警)."""

    name: str
    zh: str
    en: str
    role: Role


class FaultRead(Read):
    """What is wrong with one row of a file, and what to do."""

    row: int
    column: str
    zh: str
    en: str


class RosterImported(Read):
    """What came of a roster file: nothing is written while a row is faulty."""

    rows: int
    written: int
    there: int = Field(description="Rows that say what is in the roster already, or twice the same; left as they are.")
    faults: list[FaultRead]


class AccountCreate(Asked):
    """A way in for a person who holds a post; the first password is shown once."""

    person_id: UUID
    login: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9][a-z0-9._@-]{1,63}$")]


class AccountMade(Read):
    """The new account and its first password, shown this once."""

    id: UUID
    login: str
    password: str


class AccountUpdate(Asked):
    """Let in, or keep out at once."""

    active: bool


class EventQuery(Asked):
    """What an auditor looks for; everything left open fits."""

    account: UUID | None = None
    login: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=64)] = ""
    place_id: UUID | None = None
    action: Annotated[str, Field(max_length=60)] = ""
    object_id: Annotated[str, Field(max_length=200)] = ""
    since: datetime | None = None
    until: datetime | None = None
    most: Annotated[int, Field(ge=1, le=1000)] = 200
    skip: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class AuditEventRead(Read):
    """One event of the audit: ids, never contents."""

    chain: int
    seq: int
    at: datetime
    account_id: UUID | None
    login: str = Field(description="The account's login name; empty where nobody had logged in.")
    action: str
    kind: str
    object_id: str
    place_id: UUID | None
    address: str
    reason: str
    details: dict[str, Any]


class AuditEventPage(Read):
    """A page of events, the newest first."""

    events: list[AuditEventRead]
    more: bool = Field(description="There are older ones: ask with ``skip``, and with ``until`` set to ``as_of``.")
    as_of: datetime


class AuditBreakRead(Read):
    """Where a chain is broken: from this event on, nothing can be trusted."""

    chain: int
    seq: int
    why: str


class AuditCheckRead(Read):
    """What the last walk along the audit's chains found."""

    at: datetime | None = None
    events: int = 0
    sound: bool = False
    breaks: tuple[AuditBreakRead, ...] = ()
    waiting: bool = Field(description="A walk has been asked for and has not begun yet.")

"""The words of a case: its states, what may be done to it, by whom, and the case itself as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


class Kind(StrEnum):
    """What sort of thing an issue is: 诉求, 事件, 隐患, 部件."""

    REQUEST = "request"
    EVENT = "event"
    HAZARD = "hazard"
    COMPONENT = "component"


class Status(StrEnum):
    """Where a case stands. The order is that of a case without detours, then the ways out."""

    REPORTED = "reported"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    FILED = "filed"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    CLAIMED = "claimed"
    HANDLING = "handling"
    HANDLED = "handled"
    CHECKED = "checked"
    CLOSED = "closed"
    SURVEYED = "surveyed"
    REOPENED = "reopened"
    REJECTED = "rejected"
    MERGED = "merged"
    SPLIT = "split"
    VOID = "void"


class Action(StrEnum):
    """Everything that can be done to a case; each leaves one event."""

    REPORT = "report"
    VERIFY = "verify"
    ACCEPT = "accept"
    REJECT = "reject"
    FILE = "file"
    DISPATCH = "dispatch"
    CLAIM = "claim"
    RETURN = "return"
    START = "start"
    HANDLE = "handle"
    SOLVE = "solve"
    CHECK = "check"
    REWORK = "rework"
    CLOSE = "close"
    SURVEY = "survey"
    REOPEN = "reopen"
    URGE = "urge"
    SUPERVISE = "supervise"
    RELEASE = "release"
    EXTEND = "extend"
    SUSPEND = "suspend"
    RESUME = "resume"
    ASK = "ask"
    ANSWER = "answer"
    MERGE = "merge"
    SPLIT = "split"
    VOID = "void"
    WHISTLE = "whistle"
    ARRIVE = "arrive"
    CORRECT = "correct"
    ME_TOO = "me_too"
    REMIND = "remind"
    WARN = "warn"
    LIST = "list"


class Party(StrEnum):
    """In what capacity somebody acts on this very case."""

    REPORTER = "reporter"
    GRID_WORKER = "grid_worker"
    GRID_LEAD = "grid_lead"
    COMMUNITY = "community"
    STREET_OFFICE = "street_office"
    DISTRICT = "district"
    ADMINISTRATOR = "administrator"
    BODY = "body"
    """Somebody of the body that the case was dispatched to."""
    CALLED = "called"
    """Somebody of a body that was called together with others (吹哨)."""
    NEIGHBOUR = "neighbour"
    """Anybody who says "me too"."""
    CLOCK = "clock"
    """The clock itself."""


class Stage(StrEnum):
    """What is due of somebody; each has a limit kept as data."""

    VERIFY = "verify"
    ACCEPT = "accept"
    FILE = "file"
    DISPATCH = "dispatch"
    CLAIM = "claim"
    HANDLE = "handle"
    CHECK = "check"
    CLOSE = "close"
    SURVEY = "survey"
    ARRIVE = "arrive"
    """Reporting in after a whistle; runs beside the others, one clock a body."""
    ANSWER = "answer"
    """The reporter's answer to a question; a case waits no longer, then its own clock runs on."""


STAGE_OF: dict[Status, Stage] = {
    Status.REPORTED: Stage.VERIFY,
    Status.VERIFIED: Stage.ACCEPT,
    Status.ACCEPTED: Stage.FILE,
    Status.FILED: Stage.DISPATCH,
    Status.REOPENED: Stage.DISPATCH,
    Status.RETURNED: Stage.DISPATCH,
    Status.DISPATCHED: Stage.CLAIM,
    Status.CLAIMED: Stage.HANDLE,
    Status.HANDLING: Stage.HANDLE,
    Status.HANDLED: Stage.CHECK,
    Status.CHECKED: Stage.CLOSE,
    Status.CLOSED: Stage.SURVEY,
}
"""What is due while a case stands there; a state without a stage waits for nobody."""

ENDED = frozenset({Status.SURVEYED, Status.REJECTED, Status.MERGED, Status.SPLIT, Status.VOID})
SETTLED = ENDED | {Status.CLOSED}
"""No longer open: nothing is to be done at the place itself."""
OPEN = frozenset(Status) - SETTLED


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account (None for a resident by private link, and for the clock), in which capacities."""

    account: UUID | None
    parties: frozenset[Party]
    bodies: frozenset[UUID] = frozenset()
    """The bodies that the actor belongs to."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody wants to do to a case, now. Fields that the action does not use stay as they are."""

    action: Action
    actor: Actor
    at: datetime
    reason: str = ""
    body: UUID | None = None
    bodies: tuple[UUID, ...] = ()
    hours: int = 0
    until: date | None = None
    photos: int = 0
    """Photos that come with it."""
    into: UUID | None = None
    into_status: Status | None = None
    parts: int = 0
    satisfaction: int = 0
    final: bool = False
    """A dispatch that the body may no longer return (裁定)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One body called by a whistle, with its own clock."""

    body: UUID
    called_at: datetime
    hours: int
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """挂账: who approved it, and when it is looked at again."""

    approver: UUID | None
    review: date


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its events have made it; never changed, only succeeded by the next."""

    id: UUID
    reported_at: datetime
    status: Status = Status.REPORTED
    version: int = 1
    wants_proof: bool = True
    """Whether handling has to be proved by a photo."""
    body: UUID | None = None
    handlers: frozenset[UUID] = frozenset()
    """Accounts that handled it in this round: none of them may check it."""
    handling_body: UUID | None = None
    returns: int = 0
    final: bool = False
    reworks: int = 0
    reopens: int = 0
    urges: int = 0
    extensions: int = 0
    me_too: int = 0
    supervised: bool = False
    listed: bool = False
    suspension: Suspension | None = None
    waiting: bool = False
    solved_on_spot: bool = False
    merged_into: UUID | None = None
    parts: int = 0
    calls: tuple[Call, ...] = field(default=())
    closed_at: datetime | None = None
    satisfaction: int = 0

    def then(self, **changes: Any) -> Case:
        """The case with some fields changed: ``dataclasses.replace`` at a fifth of its price, for long histories."""
        after = object.__new__(Case)
        for name in FIELDS:
            object.__setattr__(after, name, changes[name] if name in changes else getattr(self, name))
        return after

    @property
    def stage(self) -> Stage | None:
        """What is due."""
        return STAGE_OF.get(self.status)

    @property
    def is_paused(self) -> bool:
        """Whether its clock stands still: only in 挂账, and while the reporter's answer is awaited."""
        return self.suspension is not None or self.waiting


FIELDS = tuple(one.name for one in fields(Case))

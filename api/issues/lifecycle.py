"""How a case goes its way: what may be done where, by whom, and what then is.

``refusal`` tells why an act may not be, ``apply`` does it; the two agree. Both are pure: the case is a value, time and
person are arguments. The table ``WAYS`` is the whole map; what a table can not say stands in ``REASONS``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from api.issues.matter import OPEN, SETTLED, Action, Call, Party, Status, Suspension
from api.issues.workdays import BEIJING
from geo.errors import Refusal, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from api.issues.matter import Act, Case

MOST_RETURNS = 3
"""After so many returns no body may return the case again: the street office decides."""
MOST_EXTENSIONS = 2
REOPEN_WITHIN = timedelta(days=30)
LONGEST_SUSPENSION_DAYS = 366
MOST_CALLED = 20

STREET = frozenset({Party.STREET_OFFICE, Party.DISTRICT, Party.ADMINISTRATOR})
OFFICE = STREET | {Party.COMMUNITY}
GRID = OFFICE | {Party.GRID_WORKER, Party.GRID_LEAD}
BODY = frozenset({Party.BODY})
CLOCK = frozenset({Party.CLOCK})
EVERYBODY = frozenset(Party) - CLOCK
UNSETTLED_WORK = frozenset({Status.DISPATCHED, Status.CLAIMED, Status.HANDLING})


@dataclass(frozen=True, slots=True)
class Way:
    """From which states an action leads where (None: the state stays), and who may take it."""

    source: frozenset[Status]
    target: Status | None
    who: frozenset[Party]


def _from(*states: Status) -> frozenset[Status]:
    return frozenset(states)


WAYS: dict[Action, Way] = {
    Action.VERIFY: Way(_from(Status.REPORTED), Status.VERIFIED, GRID),
    Action.ACCEPT: Way(_from(Status.VERIFIED), Status.ACCEPTED, OFFICE),
    Action.REJECT: Way(_from(Status.REPORTED, Status.VERIFIED), Status.REJECTED, OFFICE),
    Action.FILE: Way(_from(Status.ACCEPTED), Status.FILED, OFFICE),
    Action.DISPATCH: Way(_from(Status.FILED, Status.RETURNED, Status.REOPENED), Status.DISPATCHED, OFFICE),
    Action.CLAIM: Way(_from(Status.DISPATCHED), Status.CLAIMED, BODY),
    Action.RETURN: Way(_from(Status.DISPATCHED, Status.CLAIMED), Status.RETURNED, BODY),
    Action.START: Way(_from(Status.CLAIMED), Status.HANDLING, BODY),
    Action.HANDLE: Way(_from(Status.HANDLING), Status.HANDLED, BODY),
    Action.SOLVE: Way(_from(Status.REPORTED, Status.VERIFIED), Status.HANDLED, GRID),
    Action.CHECK: Way(_from(Status.HANDLED), Status.CHECKED, GRID),
    Action.REWORK: Way(_from(Status.HANDLED, Status.CHECKED), Status.HANDLING, GRID),
    Action.CLOSE: Way(_from(Status.CHECKED), Status.CLOSED, OFFICE),
    Action.SURVEY: Way(_from(Status.CLOSED), Status.SURVEYED, OFFICE | {Party.REPORTER}),
    Action.REOPEN: Way(_from(Status.CLOSED, Status.SURVEYED), Status.REOPENED, OFFICE | {Party.REPORTER}),
    Action.URGE: Way(OPEN, None, OFFICE | CLOCK | {Party.REPORTER}),
    Action.SUPERVISE: Way(OPEN, None, STREET | CLOCK),
    Action.RELEASE: Way(OPEN, None, STREET),
    Action.EXTEND: Way(UNSETTLED_WORK - {Status.DISPATCHED}, None, OFFICE),
    Action.SUSPEND: Way(UNSETTLED_WORK, None, STREET),
    Action.RESUME: Way(OPEN, None, OFFICE | CLOCK),
    Action.ASK: Way(OPEN, None, OFFICE | BODY | {Party.GRID_WORKER, Party.GRID_LEAD}),
    Action.ANSWER: Way(OPEN, None, OFFICE | {Party.REPORTER}),
    Action.MERGE: Way(OPEN - {Status.HANDLED, Status.CHECKED}, Status.MERGED, OFFICE),
    Action.SPLIT: Way(_from(Status.ACCEPTED, Status.FILED, Status.RETURNED, Status.REOPENED), Status.SPLIT, OFFICE),
    Action.VOID: Way(OPEN - {Status.HANDLED, Status.CHECKED}, Status.VOID, OFFICE),
    Action.WHISTLE: Way(UNSETTLED_WORK | {Status.FILED, Status.RETURNED, Status.REOPENED}, None, OFFICE),
    Action.ARRIVE: Way(OPEN, None, frozenset({Party.CALLED})),
    Action.CORRECT: Way(
        _from(Status.REPORTED, Status.VERIFIED, Status.ACCEPTED, Status.FILED, Status.RETURNED), None, GRID
    ),
    Action.ME_TOO: Way(OPEN, None, EVERYBODY),
    Action.REMIND: Way(OPEN | {Status.CLOSED}, None, CLOCK),
    Action.WARN: Way(OPEN | {Status.CLOSED}, None, CLOCK),
    Action.LIST: Way(OPEN, None, CLOCK),
}
"""Every way but the first (``report``)."""

BY_CLOCK_TOO = frozenset({Action.URGE, Action.SUPERVISE, Action.REMIND, Action.WARN, Action.LIST})
WHILE_PAUSED = BY_CLOCK_TOO | {
    Action.RESUME,
    Action.ANSWER,
    Action.VOID,
    Action.MERGE,
    Action.ME_TOO,
    Action.WHISTLE,
    Action.ARRIVE,
    Action.RELEASE,
}

ALREADY_OVER = Refusal(
    "already-over", "此件已办结或终止,不能再做这一步。", "This case is over; this can no longer be done."
)
NOT_NOW = Refusal("not-now", "此件当前状态不能做这一步。", "This can not be done in the state the case is in.")
NOT_YOURS = Refusal("not-yours", "您的角色不能做这一步。", "Your role may not do this.")
PAUSED = Refusal(
    "paused",
    "此件已挂账或正在等待报件人答复,请先恢复。",
    "The case is suspended or waits for its reporter; resume it first.",
)
REASON = Refusal("reason-wanted", "请写明理由。", "Please give the reason.")
WHICH_BODY = Refusal("body-wanted", "请选择承办单位。", "Please choose the body that is to handle it.")
RETURNED_TOO_OFTEN = Refusal(
    "returned-too-often",
    f"此件已被退单 {MOST_RETURNS} 次,不能再退;请街道裁定承办单位。",
    f"This case was returned {MOST_RETURNS} times and can not be returned again; the street office decides.",
)
DECIDED = Refusal(
    "decided",
    "街道已裁定由贵单位承办,不能退单。",
    "The street office has decided that you handle it; it can not be returned.",
)
STREET_DECIDES = Refusal(
    "street-decides",
    f"此件已被退单 {MOST_RETURNS} 次,须由街道裁定派遣(final)。",
    f"This case was returned {MOST_RETURNS} times; only the street office dispatches it now, as its decision (final).",
)
PHOTO = Refusal("photo-wanted", "请附处置后的照片。", "A photo of the place after handling is needed.")
OWN_WORK = Refusal("own-work", "处置人不能核查自己办的件。", "Whoever handled a case may not check it.")
NOT_ARRIVED = Refusal("not-arrived", "还有被吹哨单位没有报到。", "A body that was called has not reported in yet.")
TOO_LATE = Refusal(
    "too-late", "结案已超过 30 天,请重新上报。", "It was closed more than 30 days ago; please report it anew."
)
EXTENDED_ENOUGH = Refusal(
    "extended-enough", f"此件已延期 {MOST_EXTENSIONS} 次。", f"The case was extended {MOST_EXTENSIONS} times already."
)
HOW_LONG = Refusal("hours-wanted", "请填写延长的工作小时数(1–240)。", "Say by how many working hours (1–240).")
REVIEW = Refusal(
    "review-wanted", "请填写复核日期(今天之后、一年之内)。", "Give the date of review: after today, within a year."
)
NOT_PAUSED = Refusal("not-paused", "此件没有挂账,也没有在等待答复。", "The case is neither suspended nor waiting.")
NOT_WAITING = Refusal("not-waiting", "此件没有在等待报件人答复。", "The case does not wait for its reporter.")
IS_WAITING = Refusal("waiting", "已经在等待报件人答复。", "It waits for the reporter already.")
WHICH_CASE = Refusal("target-wanted", "请选择并入哪一件。", "Choose the case it is to be merged into.")
ITSELF = Refusal("itself", "不能并入自己。", "A case can not be merged into itself.")
TARGET_OVER = Refusal("target-over", "要并入的那件已经结束。", "The case it is to be merged into is over.")
PARTS = Refusal("parts-wanted", "请分成 2 至 10 件。", "Split it into 2 to 10 parts.")
SEVERAL = Refusal(
    "bodies-wanted", f"吹哨请选 1 至 {MOST_CALLED} 个单位。", f"Choose 1 to {MOST_CALLED} bodies to call."
)
CALLED_ALREADY = Refusal("called-already", "其中有单位已被吹哨。", "One of these bodies was called already.")
NOT_CALLED = Refusal(
    "not-called", "贵单位没有被吹哨,或已经报到。", "Your body was not called, or has reported in already."
)
STARS = Refusal("satisfaction-wanted", "满意度请填 1 至 5。", "Give a satisfaction of 1 to 5.")
SUPERVISED = Refusal("supervised", "此件已在督办。", "The case is under supervision already.")
NOT_SUPERVISED = Refusal("not-supervised", "此件没有督办。", "The case is not under supervision.")


def refusal(case: Case, act: Act) -> Refusal | None:
    """Why this act may not be done to this case, or None if it may."""
    way = WAYS.get(act.action)
    if way is None:
        return NOT_NOW
    if case.status not in way.source:
        return ALREADY_OVER if case.status in SETTLED else NOT_NOW
    if not act.actor.parties & way.who:
        return NOT_YOURS
    if case.is_paused and act.action not in WHILE_PAUSED:
        return PAUSED
    return next((why for question in REASONS.get(act.action, ()) if (why := question(case, act))), None)


def _reason(_: Case, act: Act) -> Refusal | None:
    return None if act.reason.strip() else REASON


def _proof(case: Case, act: Act) -> Refusal | None:
    return PHOTO if case.wants_proof and act.photos < 1 else None


def _dispatch(case: Case, act: Act) -> Refusal | None:
    if act.body is None:
        return WHICH_BODY
    stuck = case.returns >= MOST_RETURNS or case.final
    return STREET_DECIDES if stuck and not (act.final and act.actor.parties & STREET) else None


def _return(case: Case, _: Act) -> Refusal | None:
    if case.final:
        return DECIDED
    return RETURNED_TOO_OFTEN if case.returns >= MOST_RETURNS else None


def _not_the_handler(case: Case, act: Act) -> Refusal | None:
    own = act.actor.account in case.handlers or case.handling_body in act.actor.bodies
    return OWN_WORK if own else None


def _all_arrived(case: Case, _: Act) -> Refusal | None:
    return NOT_ARRIVED if any(call.arrived_at is None for call in case.calls) else None


def _in_time(case: Case, act: Act) -> Refusal | None:
    return TOO_LATE if case.closed_at is None or act.at - case.closed_at > REOPEN_WITHIN else None


def _extend(case: Case, act: Act) -> Refusal | None:
    if case.extensions >= MOST_EXTENSIONS:
        return EXTENDED_ENOUGH
    return None if 1 <= act.hours <= 240 else HOW_LONG  # noqa: PLR2004  # as the sentence says


def _review(_: Case, act: Act) -> Refusal | None:
    days = (act.until - act.at.astimezone(BEIJING).date()).days if act.until else 0
    return None if 1 <= days <= LONGEST_SUSPENSION_DAYS else REVIEW


def _resume(case: Case, _: Act) -> Refusal | None:
    return None if case.is_paused else NOT_PAUSED


def _ask(case: Case, _: Act) -> Refusal | None:
    return IS_WAITING if case.waiting else None


def _answer(case: Case, _: Act) -> Refusal | None:
    return None if case.waiting else NOT_WAITING


def _merge(case: Case, act: Act) -> Refusal | None:
    if act.into is None or act.into_status is None:
        return WHICH_CASE
    if act.into == case.id:
        return ITSELF
    return None if act.into_status in OPEN else TARGET_OVER


def _split(_: Case, act: Act) -> Refusal | None:
    return None if 2 <= act.parts <= 10 else PARTS  # noqa: PLR2004  # as the sentence says


def _whistle(case: Case, act: Act) -> Refusal | None:
    if not 1 <= len(set(act.bodies)) <= MOST_CALLED:
        return SEVERAL
    return CALLED_ALREADY if {call.body for call in case.calls} & set(act.bodies) else None


def _arrive(case: Case, act: Act) -> Refusal | None:
    return None if _called(case, act) else NOT_CALLED


def _called(case: Case, act: Act) -> list[Call]:
    wanted = act.actor.bodies if act.body is None else act.actor.bodies & {act.body}
    return [call for call in case.calls if call.body in wanted and call.arrived_at is None]


def _stars(_: Case, act: Act) -> Refusal | None:
    return None if 1 <= act.satisfaction <= 5 else STARS  # noqa: PLR2004  # as the sentence says


def _supervise(case: Case, _: Act) -> Refusal | None:
    return SUPERVISED if case.supervised else None


def _release(case: Case, _: Act) -> Refusal | None:
    return None if case.supervised else NOT_SUPERVISED


REASONS: dict[Action, tuple[Callable[[Case, Act], Refusal | None], ...]] = {
    Action.REJECT: (_reason,),
    Action.DISPATCH: (_dispatch,),
    Action.RETURN: (_return, _reason),
    Action.HANDLE: (_proof,),
    Action.SOLVE: (_proof,),
    Action.CHECK: (_not_the_handler, _all_arrived),
    Action.REWORK: (_not_the_handler, _reason),
    Action.CLOSE: (_all_arrived,),
    Action.SURVEY: (_stars,),
    Action.REOPEN: (_in_time, _reason),
    Action.EXTEND: (_extend, _reason),
    Action.SUSPEND: (_review, _reason),
    Action.RESUME: (_resume,),
    Action.ASK: (_ask, _reason),
    Action.ANSWER: (_answer,),
    Action.MERGE: (_merge,),
    Action.SPLIT: (_split,),
    Action.VOID: (_reason,),
    Action.WHISTLE: (_whistle,),
    Action.ARRIVE: (_arrive,),
    Action.SUPERVISE: (_supervise,),
    Action.RELEASE: (_release,),
}


def apply(case: Case, act: Act) -> Case:
    """The case after the act.

    Raises:
        RefusedError: it may not be; ``refusal`` tells why.
    """
    if (why := refusal(case, act)) is not None:
        raise RefusedError(why)
    target = WAYS[act.action].target or case.status
    changed = case.then(status=target, version=case.version + 1)
    effect = EFFECTS.get(act.action)
    return effect(changed, act) if effect else changed


def _dispatched(case: Case, act: Act) -> Case:
    return case.then(body=act.body, final=act.final, handlers=frozenset(), handling_body=None)


def _by_handler(case: Case, act: Act) -> Case:
    handlers = case.handlers | ({act.actor.account} if act.actor.account else set())
    return case.then(handlers=handlers, handling_body=case.body)


def _solved(case: Case, act: Act) -> Case:
    return _by_handler(case, act).then(solved_on_spot=True)


def _reworked(case: Case, _: Act) -> Case:
    """A case solved on the spot has no body: its rework is dispatched like any other."""
    status = case.status if case.body is not None else Status.FILED
    return case.then(status=status, reworks=case.reworks + 1, solved_on_spot=False)


def _closed(case: Case, act: Act) -> Case:
    return case.then(closed_at=act.at, supervised=False)


def _reopened(case: Case, _: Act) -> Case:
    fresh = case.then(reopens=case.reopens + 1, closed_at=None, satisfaction=0, final=False, returns=0)
    return fresh.then(handlers=frozenset(), handling_body=None, solved_on_spot=False, listed=False, calls=())


def _whistled(case: Case, act: Act) -> Case:
    called = tuple(Call(body, act.at, act.hours) for body in dict.fromkeys(act.bodies))
    return case.then(calls=case.calls + called)


def _arrived(case: Case, act: Act) -> Case:
    there = {call.body for call in _called(case, act)}
    calls = tuple(
        replace(call, arrived_at=act.at) if call.body in there and call.arrived_at is None else call
        for call in case.calls
    )
    return case.then(calls=calls)


def _suspended(case: Case, act: Act) -> Case:
    assert act.until is not None
    return case.then(suspension=Suspension(act.actor.account, act.until))


def _over(case: Case, act: Act) -> Case:
    return case.then(suspension=None, waiting=False, supervised=False, merged_into=act.into, parts=act.parts)


EFFECTS: dict[Action, Callable[[Case, Act], Case]] = {
    Action.DISPATCH: _dispatched,
    Action.CLAIM: _by_handler,
    Action.START: _by_handler,
    Action.HANDLE: _by_handler,
    Action.SOLVE: _solved,
    Action.RETURN: lambda case, _: case.then(
        returns=case.returns + 1, body=None, handlers=frozenset(), handling_body=None
    ),
    Action.REWORK: _reworked,
    Action.CLOSE: _closed,
    Action.SURVEY: lambda case, act: case.then(satisfaction=act.satisfaction),
    Action.REOPEN: _reopened,
    Action.URGE: lambda case, _: case.then(urges=case.urges + 1),
    Action.SUPERVISE: lambda case, _: case.then(supervised=True),
    Action.RELEASE: lambda case, _: case.then(supervised=False),
    Action.LIST: lambda case, _: case.then(listed=True),
    Action.EXTEND: lambda case, _: case.then(extensions=case.extensions + 1),
    Action.SUSPEND: _suspended,
    Action.RESUME: lambda case, _: case.then(suspension=None, waiting=False),
    Action.ASK: lambda case, _: case.then(waiting=True),
    Action.ANSWER: lambda case, _: case.then(waiting=False),
    Action.MERGE: _over,
    Action.SPLIT: _over,
    Action.VOID: _over,
    Action.REJECT: _over,
    Action.WHISTLE: _whistled,
    Action.ARRIVE: _arrived,
    Action.ME_TOO: lambda case, _: case.then(me_too=case.me_too + 1),
}


def replay(case: Case, acts: Iterable[Act]) -> Case:
    """The case after all of the acts, in their order."""
    for act in acts:
        case = apply(case, act)
    return case


def steps() -> list[tuple[Action, Status, Status]]:
    """Every (action, state before, state after) that can be: the store refuses any other event."""
    plain = [(action, source, way.target or source) for action, way in WAYS.items() for source in sorted(way.source)]
    return [*plain, (Action.REWORK, Status.HANDLED, Status.FILED), (Action.REWORK, Status.CHECKED, Status.FILED)]

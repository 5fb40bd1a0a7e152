"""Review, publication, remarks, who is here, and the live stream of a plan over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request
from sse_starlette import EventSourceResponse

from api.access.admission import Member
from api.access.streams import while_admitted
from api.database import Session
from api.plans import checking, commenting, publishing, service
from api.plans.asking import Followers, Sheets
from api.plans.edit_schemas import MendRead, MendSaid
from api.plans.live import Stream, events
from api.plans.review_schemas import (
    CheckRead,
    CommentRead,
    CommentSaid,
    CommentUpdate,
    PresenceSaid,
    PublishSaid,
    StateSaid,
    SuccessionRead,
    TransitionRead,
)
from api.plans.schemas import PlanRead
from api.plans.shelf import once_committed

router = APIRouter(prefix="/api/plans", tags=["plans"])
PlanId = Annotated[UUID, Path(description="A plan's key.")]


@router.get("/{plan_id}/check")
async def check_plan(session: Session, shelf: Sheets, plan_id: PlanId) -> CheckRead:
    """What publication would refuse."""
    return await checking.check(session, shelf, plan_id)


@router.post("/{plan_id}/mend")
async def mend_plan(session: Session, shelf: Sheets, plan_id: PlanId, said: MendSaid) -> MendRead:
    """Suggest operations that mend what breaks the rule; nothing is kept."""
    from api.plans import mending  # noqa: PLC0415  # compiled loops: a start should not wait for them

    return await mending.mend(session, shelf, plan_id, said)


@router.post("/{plan_id}/state")
async def take_step(session: Session, hub: Followers, plan_id: PlanId, said: StateSaid) -> PlanRead:
    """Hand a plan in, send it back, approve it."""
    await publishing.step(session, plan_id, said)
    once_committed(session, lambda: hub.wake(plan_id))
    return await service.read_plan(session, plan_id)


@router.post("/{plan_id}/publish")
async def publish_plan(session: Session, shelf: Sheets, hub: Followers, plan_id: PlanId, said: PublishSaid) -> PlanRead:
    """Let an approved plan take effect from a day on."""
    await publishing.publish(session, shelf, plan_id, said)
    once_committed(session, lambda: hub.wake(plan_id))
    return await service.read_plan(session, plan_id)


@router.get("/{plan_id}/transitions")
async def read_transitions(session: Session, plan_id: PlanId) -> list[TransitionRead]:
    """The steps that a plan took."""
    await service.read_plan(session, plan_id)
    return await publishing.transitions(session, plan_id)


@router.get("/{plan_id}/succession")
async def read_succession(session: Session, plan_id: PlanId) -> list[SuccessionRead]:
    """Which grid became which."""
    await service.read_plan(session, plan_id)
    return await publishing.successions(session, plan_id)


@router.get("/{plan_id}/comments")
async def read_comments(session: Session, plan_id: PlanId) -> list[CommentRead]:
    """The remarks on a plan."""
    await service.read_plan(session, plan_id)
    return await commenting.comments(session, plan_id)


@router.post("/{plan_id}/comments", status_code=201)
async def make_comment(
    session: Session, hub: Followers, asker: Member, plan_id: PlanId, said: CommentSaid
) -> CommentRead:
    """Make a remark, pinned to a grid or a place if wanted."""
    assert not asker.is_visitor
    made = await commenting.comment(session, plan_id, said)
    once_committed(session, lambda: hub.wake(plan_id))
    return made


@router.patch("/{plan_id}/comments/{comment_id}")
async def settle_comment(
    session: Session, hub: Followers, plan_id: PlanId, comment_id: UUID, said: CommentUpdate
) -> CommentRead:
    """Say that a remark is dealt with, or that it is not."""
    settled = await commenting.resolve(session, plan_id, comment_id, resolved=said.resolved)
    once_committed(session, lambda: hub.wake(plan_id))
    return settled


@router.put("/{plan_id}/presence", status_code=204)
async def be_here(session: Session, hub: Followers, asker: Member, plan_id: PlanId, said: PresenceSaid) -> None:
    """Say where one is on a plan's workbench, every twenty seconds or when it changes."""
    await commenting.be_here(session, asker, plan_id, said)
    once_committed(session, lambda: hub.wake(plan_id))


@router.delete("/{plan_id}/presence/{client}", status_code=204)
async def leave(session: Session, hub: Followers, asker: Member, plan_id: PlanId, client: UUID) -> None:
    """Say that one is gone."""
    assert not asker.is_visitor
    await commenting.leave(session, plan_id, client)
    once_committed(session, lambda: hub.wake(plan_id))


@router.get("/{plan_id}/events", response_class=EventSourceResponse)
async def follow(
    request: Request,
    session: Session,
    shelf: Sheets,
    hub: Followers,
    plan_id: PlanId,
    last_event_id: Annotated[str, Header()] = "",
) -> EventSourceResponse:
    """What others do to a plan (server-sent events): edits, remarks, steps, who is here; see docs/plans-api.md."""
    await service.read_plan(session, plan_id)
    last = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else None
    return EventSourceResponse(while_admitted(events(request, shelf, hub, Stream(plan_id, last))))

"""What residents see and do without an account: their own report by its private link, and the public list.

The link's key is told once, to whoever reported, and only its digest is kept. The public list holds no words of
anybody, no photo and no exact place: points are laid on a grid of about a hundred metres; disputes are left out.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.geometry import corners
from api.issues import acts
from api.issues.matter import Action
from api.issues.quota import charge
from api.issues.schemas import ActCreate, MeTooRead, PublicPage, PublicRead
from api.issues.workdays import BEIJING

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.issues.report import Sender
    from api.issues.schemas import FollowCreate

ENTER = text("SELECT enter_by_follow(:token)")
ME_TOO = text("SELECT me_too, counted FROM add_me_too(:code, :who)")
PUBLIC = text("""
SELECT * FROM public_issues(CAST(:categories AS text[]), CAST(:statuses AS text[]), CAST(:since AS timestamptz), NULL,
  CAST(:box AS double precision[]), CAST(:after_at AS timestamptz), CAST(:after_code AS text), :most)
""")
NO_LINK = NotFoundError("这个链接无效。", "This link is not valid.")
NO_ISSUE = NotFoundError("没有这条公开诉求。", "There is no such public issue.")


class PublicQuery(BaseModel):
    """What the public list may be asked for: fixed choices, so that no two answers single anybody out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: list[str] = Field(default=[], max_length=20)
    status: list[str] = Field(default=[], max_length=20)
    bbox: Annotated[str, Field(max_length=120)] = ""
    since: datetime | None = None
    cursor: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


async def enter(session: AsyncSession, token: str) -> UUID:
    """Let whoever holds a link's key see that one case.

    Raises:
        NotFoundError: it is no key of ours.
    """
    found: UUID | None = (await session.execute(ENTER, {"token": hashlib.sha256(token.encode()).digest()})).scalar_one()
    if found is None:
        raise NO_LINK
    return found


async def act(session: AsyncSession, issue_id: UUID, said: FollowCreate, *, now: datetime) -> None:
    """Confirm, reopen, urge or answer as the reporter.

    Raises:
        InvalidError, ConflictError, ForbiddenError: as for any act.
    """
    wanted = ActCreate(action=Action(said.action), reason=said.reason, satisfaction=said.satisfaction)
    await acts.act(session, issue_id, wanted, now=now)


async def me_too(session: AsyncSession, sender: Sender, code: str) -> MeTooRead:
    """Say that one has the same trouble; once a person, or once a network for strangers.

    Raises:
        NotFoundError: there is no such open public issue.
        TooManyError: a stranger has said so too often.
    """
    if sender.asker.is_visitor:
        await charge(session, sender.ring, sender.network, "")
    who = sender.ring.digest(f"me too {sender.asker.account_id or sender.network}")
    row = (await session.execute(ME_TOO, {"code": code, "who": who})).mappings().one()
    if row["me_too"] is None:
        raise NO_ISSUE
    return MeTooRead(code=code, me_too=row["me_too"], counted=row["counted"])


async def list_public(session: AsyncSession, wanted: PublicQuery) -> PublicPage:
    """A page of the public list, the newest first."""
    try:
        box = list(corners(wanted.bbox)) if wanted.bbox else None
        after = json.loads(base64.urlsafe_b64decode(wanted.cursor)) if wanted.cursor else [None, None]
        at, code = after[0] and datetime.fromisoformat(after[0]), after[1] and str(after[1])
    except (ValueError, TypeError, LookupError) as error:
        raise InvalidError("参数有误。", "A parameter is not valid.") from error
    values = {
        "categories": wanted.category or None,
        "statuses": wanted.status or None,
        "since": wanted.since,
        "box": box,
        "after_at": at,
        "after_code": code,
        "most": wanted.limit + 1,
    }
    rows = (await session.execute(PUBLIC, values)).mappings().all()
    items = [public(row) for row in rows[: wanted.limit]]
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return PublicPage(items=items, next=_cursor(last) if last else None)


def public(row: RowMapping) -> PublicRead:
    """A row of ``public_issues`` as anybody may see it."""
    day = row["reported_at"].astimezone(BEIJING).date()
    plain: dict[str, Any] = {name: row[name] for name in PublicRead.model_fields if name in row}
    closed = row["closed_at"].astimezone(BEIJING).date() if row["closed_at"] else None
    return PublicRead(**plain, month=f"{day:%Y-%m}", reported_on=day, closed_on=closed)


def _cursor(row: RowMapping) -> str:
    return base64.urlsafe_b64encode(json.dumps([row["reported_at"].isoformat(), row["code"]]).encode()).decode()

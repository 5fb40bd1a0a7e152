"""Searches the audit: what an auditor reads of the events of the places they audit. Reading is an event too."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.access import night
from api.access.audit import Action, record
from api.access.people_schemas import AuditCheckRead, AuditEventPage, AuditEventRead

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.people_schemas import EventQuery

COLUMNS = "chain, seq, at, account_id, action, kind, object_id, place_id, address, reason, details"
SEARCH = """
SELECT {columns} FROM audit_event
 WHERE (CAST(:account AS uuid) IS NULL OR account_id = :account)
   AND (:action = '' OR action = :action) AND (:object_id = '' OR object_id = :object_id)
   AND (CAST(:place_id AS uuid) IS NULL OR place_id = :place_id)
   AND (CAST(:since AS timestamptz) IS NULL OR at >= :since) AND at < coalesce(:until, now())
 ORDER BY at DESC, chain, seq LIMIT :most OFFSET :skip
"""
EVENTS = text(SEARCH.format(columns=COLUMNS))
NOW = text("SELECT now()")
LOGINS = text("SELECT id, login FROM audit_logins(:accounts)")
ACCOUNT = text("SELECT audit_account(:login)")
LAST_CHECK = text("SELECT at, details FROM last_audit_check()")
ENQUEUE = text("""
SELECT procrastinate_defer_jobs_v1(ARRAY[
  ROW(:queue, :task, 0, NULL, :lock, '{}'::jsonb, NULL)::procrastinate_job_to_defer_v1])
""")
WAITING = text("SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo')")
MOST_EXPORTED = 50_000
HEADS = ("时间", "账号", "动作", "对象", "编号", "地点", "网络", "理由", "详情")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


async def search(session: AsyncSession, wanted: EventQuery) -> AuditEventPage:
    """A page of the events that fit, of the places one audits, newest first; that they were read is written down.

    Pages stand still while new events come in: give ``as_of`` of the first page as ``until`` of the next.
    """
    as_of = wanted.until or (await session.execute(NOW)).scalar_one()
    events = await _read(session, wanted, most=wanted.most + 1)
    found = events[: wanted.most]
    await record(session, Action.AUDIT_READ, kind="audit", details={"found": len(found), "action": wanted.action})
    return AuditEventPage(events=found, more=len(events) > len(found), as_of=as_of)


async def export(session: AsyncSession, wanted: EventQuery) -> bytes:
    """The events that fit as a table for spreadsheets (CSV, UTF-8 with its mark); at most ``MOST_EXPORTED``."""
    events = await _read(session, wanted, most=MOST_EXPORTED)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(HEADS)
    for event in events:
        who = event.login or str(event.account_id or "")
        cells = (event.at.isoformat(), who, event.action, event.kind, event.object_id, str(event.place_id or ""),
                 event.address, event.reason, str(event.details or ""))  # fmt: skip
        table.writerow([tame(cell) for cell in cells])
    await record(session, Action.AUDIT_READ, kind="audit", details={"exported": len(events), "action": wanted.action})
    return out.getvalue().encode("utf-8-sig")


def tame(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> tame("=HYPERLINK()"), tame("上门回访")
    ("'=HYPERLINK()", '上门回访')
    """
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


async def _read(session: AsyncSession, wanted: EventQuery, *, most: int) -> list[AuditEventRead]:
    values: dict[str, Any] = wanted.model_dump(exclude={"login"}) | {"most": most}
    if wanted.login:
        values["account"] = (await session.execute(ACCOUNT, {"login": wanted.login})).scalar()
        if values["account"] is None:
            return []
    rows = (await session.execute(EVENTS, values)).mappings().all()
    accounts = list({row["account_id"] for row in rows if row["account_id"]})
    logins = {row.id: row.login for row in (await session.execute(LOGINS, {"accounts": accounts})).all()}
    return [AuditEventRead(**row, login=logins.get(row["account_id"], "")) for row in rows]


async def last_check(session: AsyncSession) -> AuditCheckRead:
    """What the last walk along the chains found."""
    row = (await session.execute(LAST_CHECK)).first()
    waiting = bool((await session.execute(WAITING, {"task": night.CHECK})).scalar_one())
    if row is None:
        return AuditCheckRead(waiting=waiting)
    return AuditCheckRead(at=row.at, waiting=waiting, **row.details)


async def ask_check(session: AsyncSession) -> None:
    """Have the chains walked now; asked twice, it is done once."""
    if not (await session.execute(WAITING, {"task": night.CHECK})).scalar_one():
        await session.execute(ENQUEUE, {"queue": night.QUEUE, "task": night.CHECK, "lock": night.CHECK})
    await record(session, Action.AUDIT_CHECK_ASKED, kind="audit")

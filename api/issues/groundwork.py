"""Everything that decides about a report before it is written, from one look at the store (``prepare_report``, 0055).

Where it lies, who answers for it, how long its first stage may take, and what is reported close by: asked one after
the other these were nine trips.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import InvalidError
from api.issues import places
from api.issues.clocks import Clock, Limit, TimeUnit, limit_for
from api.issues.matter import Stage
from api.issues.schemas import NamedRead, NearRead, ReceiptRead

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.issues.places import Spot
    from api.issues.schemas import ReportCreate

PREPARE = text("SELECT * FROM prepare_report(:id, :lon, :lat, :around, :day, :category, :kind, :at)")


@dataclass(frozen=True, slots=True)
class Known:
    """A report that is in the store already."""

    digest: bytes
    receipt: ReceiptRead


@dataclass(frozen=True, slots=True)
class Groundwork:
    """What is known about a new report before it is written."""

    spot: Spot
    kind: str
    severity: int
    proof: bool
    body: NamedRead | None
    clock: Clock | None
    near: list[NearRead]


async def look(
    session: AsyncSession, issue_id: UUID, said: ReportCreate, *, now: datetime, day: date
) -> Known | Groundwork:
    """What decides about this report by the boundaries of ``day`` (Beijing), or that it was taken in before.

    Raises:
        InvalidError: the place or the category can not be.
    """
    lon, lat, around = places.looked_for(said.place)
    values = {"id": issue_id, "lon": lon, "lat": lat, "around": around, "day": day}
    values |= {"category": said.category, "kind": said.kind.value if said.kind else None, "at": now}
    row = (await session.execute(PREPARE, values)).mappings().one()
    if row["digest"] is not None:
        return Known(bytes(row["digest"]), ReceiptRead.model_validate(_plain(row["answer"])))
    reportable(row, said.category)
    severity = said.severity or int(row["severity"])
    return Groundwork(
        places.spot_in(row, said.place, (lon, lat)),
        said.kind.value if said.kind else str(row["kind"]),
        severity,
        bool(row["proof"]),
        NamedRead(id=row["body_id"], name=row["body"], name_en=row["body_en"]) if row["body_id"] else None,
        _clock(_plain(row["limits"]), said.category, severity, now),
        [NearRead.model_validate(one) for one in _plain(row["near"])],
    )


def reportable(row: Mapping[Any, Any], code: str) -> None:
    """See that a category may be reported under.

    Raises:
        InvalidError: it is none, no sub-category, or no longer in use.
    """
    if row["parent"] is None:
        raise InvalidError(f"没有“{code}”这个小类。", f"There is no sub-category {code}.")
    if not row["active"]:
        raise InvalidError(
            "这个类别已停用,请改选其他类别。内容没有丢失。",
            "This category is no longer in use; choose another. Nothing of the report is lost.",
        )


def _clock(rows: list[dict[str, Any]], category: str, severity: int, at: datetime) -> Clock | None:
    limits = [Limit(**{**row, "unit": TimeUnit(row["unit"])}) for row in rows]
    limit = limit_for(limits, category=category, severity=severity, stage=Stage.VERIFY.value)
    return Clock.started(limit, at) if limit else None


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value

"""Takes one report in: once, however often it is sent, and with grid, body and deadline before the answer leaves.

The key is chosen by whoever reports. The first sending writes everything and keeps its receipt; the same report sent
again gets that receipt, another report under the same key is refused (409). Several sendings at once queue at the
primary key of ``issue``, so exactly one of them writes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.access.roles import Role
from api.errors import ConflictError
from api.issues import groundwork, limits
from api.issues.groundwork import Known, reportable
from api.issues.matter import Party, Stage, Status
from api.issues.moments import moments_of
from api.issues.quota import charge
from api.issues.schemas import NamedRead, NearRead, ReceiptRead, WarningRead

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.access.keyring import Keyring
    from api.issues.groundwork import Groundwork
    from api.issues.moments import Moments
    from api.issues.schemas import ReportCreate

NEAR_M = 50.0
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

CATEGORY = text("SELECT code, kind, severity, proof, active, parent FROM issue_category WHERE code = :code")
WRITE = text("""
SELECT write_report(CAST(:said AS jsonb), :party, CAST(:payload AS jsonb), :person, :name_sealed, :phone_sealed,
  :phone_digest, :phone_tail, :network, :follow_digest, :digest, CAST(:answer AS jsonb), CAST(:photos AS uuid[]),
  CAST(:percents AS integer[]), CAST(:dues AS timestamptz[]))
""")
ATTACH = text("SELECT attach_photos(:id, CAST(:photos AS uuid[]), 'before')")
NEAR = text("SELECT * FROM near_issues(:lon, :lat, :category, :metres)")
THERE_ALREADY = -1

ANOTHER = ConflictError(
    "这个编号已用于另一条上报。请以新编号重报,原内容没有改动。",
    "This key was used for another report. Send it under a new key; the first one was not changed.",
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who reports: an account, or a resident without one."""

    asker: Asker
    ring: Keyring
    network: str

    @property
    def source(self) -> str:
        """Where the report comes from, by the roles of the sender."""
        if self.asker.holds(Role.GRID_WORKER, Role.GRID_LEAD):
            return "grid_worker"
        if self.asker.is_visitor or self.asker.holds(Role.RESIDENT):
            return "resident"
        return "desk"

    @property
    def party(self) -> str:
        """In what capacity the report was made."""
        ranked = (r for r in reversed(Party) if r.value in self.asker.roles)
        return next((p.value for p in ranked), Party.REPORTER.value)


def digest_of(said: ReportCreate) -> bytes:
    """What makes two sendings the same report: everything but the moment of sending."""
    plain = said.model_dump(mode="json", exclude={"sent_at"})
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).digest()


def code_of(issue_id: UUID) -> str:
    """The ten letters by which people name an issue: from its key, but not leading back to it.

    >>> from uuid import UUID
    >>> len(code_of(UUID(int=7)))
    10
    """
    number = int.from_bytes(hashlib.sha256(b"issue" + issue_id.bytes).digest()[:7], "big") >> 6
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(10))


def follow_token(ring: Keyring, issue_id: UUID) -> str:
    """The key of the private link: worked out for each receipt, never stored, told only to the sender."""
    return base64.urlsafe_b64encode(ring.digest(f"follow {issue_id}")).decode().rstrip("=")


async def take_in(
    session: AsyncSession, sender: Sender, issue_id: UUID, said: ReportCreate, *, now: datetime
) -> tuple[ReceiptRead, bool]:
    """Write a report down, or find that it has been; its receipt, and whether it is new.

    Raises:
        ConflictError: the key was used for another report, or a photo has not arrived.
        InvalidError: the place or the category can not be.
        TooManyError: a stranger, or a telephone number, has reported enough for now.
    """
    digest, times = digest_of(said), moments_of(said.occurred_at, said.sent_at, now)
    found = await groundwork.look(session, issue_id, said, now=now, day=times.day)
    if isinstance(found, Known):
        return _told(_same(found, digest), sender, issue_id), False
    if sender.asker.is_visitor:
        await charge(session, sender.ring, sender.network, said.reporter.phone if said.reporter else "")
    answer = _receipt_for(issue_id, found, times)
    values = {
        **_row(issue_id, said, sender, found, times),
        **_reporter(sender, issue_id, said),
        "digest": digest,
        "answer": answer.model_dump_json(exclude={"follow_token"}),
        **limits.rungs(found.clock),
    }
    attached = int((await session.execute(WRITE, values)).scalar_one())
    if attached == THERE_ALREADY:
        known = await groundwork.look(session, issue_id, said, now=now, day=times.day)
        assert isinstance(known, Known)
        return _told(_same(known, digest), sender, issue_id), False
    _all_attached(attached, values["photos"])
    return _told(answer, sender, issue_id), True


async def nearby(session: AsyncSession, lon: float, lat: float, category: str) -> list[NearRead]:
    """Open public issues of the same kind within ``NEAR_M`` metres."""
    values = {"lon": lon, "lat": lat, "category": category, "metres": NEAR_M}
    return [NearRead(**row) for row in (await session.execute(NEAR, values)).mappings()]


def _same(known: Known, digest: bytes) -> ReceiptRead:
    """The receipt of the first sending, if this is the same report."""
    if known.digest != digest:
        raise ANOTHER
    return known.receipt


def _told(receipt: ReceiptRead, sender: Sender, issue_id: UUID) -> ReceiptRead:
    """The receipt as this sender gets it: strangers get the key of their private link."""
    if not sender.asker.is_visitor:
        return receipt
    return receipt.model_copy(update={"follow_token": follow_token(sender.ring, issue_id)})


async def category_of(session: AsyncSession, code: str) -> RowMapping:
    """A sub-category that may be reported under.

    Raises:
        InvalidError: there is none, or it is no longer in use.
    """
    row = (await session.execute(CATEGORY, {"code": code})).mappings().first()
    reportable(row or {"parent": None}, code)
    assert row is not None
    return row


def _row(issue_id: UUID, said: ReportCreate, sender: Sender, found: Groundwork, times: Moments) -> dict[str, Any]:
    """The report as a row of ``issue``, its first event's payload and its photos."""
    place, spot = said.place, found.spot
    body = found.body.id if found.body else None
    row = {
        **said.model_dump(include={"category", "title", "description", "address"}),
        **place.model_dump(include={"accuracy_m", "located", "datum", "floor"}),
        **limits.columns(found.clock),
        "reported_at": times.arrived_at,
        "occurred_at": times.made_at,
        "clock_skew_s": times.skew_s,
        "id": issue_id,
        "code": code_of(issue_id),
        "top": said.category.partition(".")[0],
        "kind": found.kind,
        "severity": found.severity,
        "wants_proof": found.proof,
        "lon": spot.lon,
        "lat": spot.lat,
        "raw_x": place.lon,
        "raw_y": place.lat,
        "subdistrict_id": spot.subdistrict_id,
        "community_id": spot.community_id,
        "compound_id": spot.compound_id,
        "building_id": spot.building_id,
        "micro_grid_id": spot.grid.id if spot.grid else None,
        "place_is_open": spot.question is not None,
        "source": said.source if said.source and not sender.asker.is_visitor else sender.source,
        "routed_body_id": body,
        "stage": Stage.VERIFY.value,
        "stage_since": times.arrived_at,
        "changed_at": times.arrived_at,
    }
    payload = {"photos": len(said.photos), "body_id": str(body) if body else None}
    return {
        "said": json.dumps(row, default=str, ensure_ascii=False),
        "payload": json.dumps(payload),
        "party": sender.party,
        "photos": list(dict.fromkeys(said.photos)),
    }


def _receipt_for(issue_id: UUID, found: Groundwork, times: Moments) -> ReceiptRead:
    spot = found.spot
    return ReceiptRead(
        id=issue_id,
        code=code_of(issue_id),
        status=Status.REPORTED,
        version=1,
        community=NamedRead(id=spot.community_id, name=spot.community),
        micro_grid=NamedRead(id=spot.grid.id, name=spot.grid.name) if spot.grid else None,
        body=found.body,
        due_at=found.clock.due if found.clock else None,
        question=spot.question,
        near=found.near,
        warnings=_warnings(times, found.body),
    )


def _warnings(times: Moments, body: NamedRead | None) -> list[WarningRead]:
    found = []
    if times.clock_is_off:
        hours = abs(times.skew_s) / 3600
        zh = f"手机时钟与服务器相差 {hours:.1f} 小时,已按服务器时间更正。"
        en = f"The device's clock is off by {hours:.1f} hours; times were put right by the server's."
        found.append(WarningRead(code="clock", zh=zh, en=en))
    if not times.is_believed:
        zh = "填报时间在将来,或早于 30 天,不予采信;网格按收到当天的边界划归。"
        en = "The report's time lies ahead, or more than 30 days back; its grid is that of the day on which it came."
        found.append(WarningRead(code="moment", zh=zh, en=en))
    if body is None:
        zh, en = "没有规则指定承办单位,由街道派遣。", "No rule names a body; the office dispatches."
        found.append(WarningRead(code="no-body", zh=zh, en=en))
    return found


async def attach(session: AsyncSession, issue_id: UUID, photos: list[UUID], statement: Any = ATTACH) -> None:
    """Give photos that have arrived to a case.

    Raises:
        ConflictError: some have not arrived whole, or belong to another case.
    """
    wanted = list(dict.fromkeys(photos))
    fixed = (await session.execute(statement, {"id": issue_id, "photos": wanted})).scalar_one()
    _all_attached(fixed, wanted)


def _all_attached(fixed: int, wanted: list[UUID]) -> None:
    if fixed != len(wanted):
        raise ConflictError(
            f"{len(wanted) - fixed} 张照片还没有传完,请先传照片再上报。",
            f"{len(wanted) - fixed} photos have not arrived; send the photos first, then the report.",
        )


def _reporter(sender: Sender, issue_id: UUID, said: ReportCreate) -> dict[str, Any]:
    who, ring = said.reporter, sender.ring
    phone = "".join(c for c in who.phone if c.isdigit() or c == "+") if who else ""
    visitor = sender.asker.is_visitor
    token = hashlib.sha256(follow_token(ring, issue_id).encode()).digest() if visitor else None
    return {
        "person": sender.asker.person_id,
        "name_sealed": ring.seal(who.name, about=f"issue_reporter.name {issue_id}") if who and who.name else None,
        "phone_sealed": ring.seal(phone, about=f"issue_reporter.phone {issue_id}") if phone else None,
        "phone_digest": ring.digest(f"phone {phone}") if phone else None,
        "phone_tail": phone[-4:],
        "network": sender.network,
        "follow_digest": token,
    }

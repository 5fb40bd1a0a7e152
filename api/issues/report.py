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
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.access.roles import Role
from api.errors import ConflictError, InvalidError
from api.issues import limits, places
from api.issues.matter import Party, Stage, Status
from api.issues.quota import charge
from api.issues.schemas import NamedRead, NearRead, ReceiptRead, WarningRead
from api.issues.workdays import BEIJING

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.access.keyring import Keyring
    from api.issues.clocks import Clock
    from api.issues.places import Spot
    from api.issues.schemas import ReportCreate

SKEW_WORTH_SAYING = timedelta(minutes=10)
OLDEST = timedelta(days=30)
NEAR_M = 50.0
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

RECEIPT = text("SELECT digest, answer FROM receipt_of(:id)")
CATEGORY = text("SELECT code, kind, severity, proof, active, parent FROM issue_category WHERE code = :code")
MINE_TO_WRITE = text("SELECT set_config('app.issue', :id, true)")
ADD = text("""
INSERT INTO issue (id, code, kind, top, category, severity, title, description, address, geometry, accuracy_m, located,
  datum, raw_x, raw_y, floor, subdistrict_id, community_id, compound_id, building_id, micro_grid_id, place_is_open,
  source, reported_at, occurred_at, clock_skew_s, wants_proof, routed_body_id, stage, stage_since, due_at,
  due_is_provisional, clock_unit, clock_total_s, clock_spent_s, clock_since, changed_at, split_from)
VALUES (:id, :code, :kind, :top, :category, :severity, :title, :description, :address,
  ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :accuracy_m, :located, :datum, :raw_x, :raw_y, :floor, :subdistrict_id,
  :community_id, :compound_id, :building_id, :micro_grid_id, :place_is_open, :source, :reported_at, :occurred_at,
  :clock_skew_s, :wants_proof, :routed_body_id, :stage, :reported_at, :due_at, :due_is_provisional, :clock_unit,
  :clock_total_s, :clock_spent_s, :clock_since, :reported_at, :split_from)
ON CONFLICT (id) DO NOTHING
""")
ADD_EVENT = text("""
INSERT INTO issue_event (issue_id, seq, at, action, account_id, party, status, payload)
VALUES (:id, 1, :at, 'report', :account, :party, 'reported', CAST(:payload AS jsonb))
""")
ADD_REPORTER = text("""
INSERT INTO issue_reporter (issue_id, account_id, person_id, name_sealed, phone_sealed, phone_digest, phone_tail,
  address, follow_digest)
VALUES (:id, :account, :person, :name_sealed, :phone_sealed, :phone_digest, :phone_tail, :address, :follow_digest)
""")
ADD_RECEIPT = text("INSERT INTO issue_receipt VALUES (:id, :digest, CAST(:answer AS jsonb))")
ATTACH = text("SELECT attach_photos(:id, CAST(:photos AS uuid[]), 'before')")
NEAR = text("SELECT * FROM near_issues(:lon, :lat, :category, :metres)")

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
    digest = digest_of(said)
    if (known := await _receipt(session, issue_id, digest)) is not None:
        return _told(known, sender, issue_id), False
    category = await category_of(session, said.category)
    spot = await places.locate(session, said.place, now.astimezone(BEIJING).date())
    if sender.asker.is_visitor:
        await charge(session, sender.ring, sender.network, said.reporter.phone if said.reporter else "")
    kind = said.kind.value if said.kind else str(category["kind"])
    body = await places.body_for(session, spot, said.category, kind)
    severity = said.severity or int(category["severity"])
    clock = await limits.clock_of(session, Stage.VERIFY, category=said.category, severity=severity, at=now)
    near = await nearby(session, spot.lon, spot.lat, said.category)
    await session.execute(MINE_TO_WRITE, {"id": str(issue_id)})
    times = _times(said, now)
    values = {
        **_columns(issue_id, said, sender, spot),
        **limits.columns(clock),
        **times,
        "kind": kind,
        "severity": severity,
        "wants_proof": bool(category["proof"]),
        "routed_body_id": body["body_id"] if body else None,
    }
    if not (await session.execute(ADD, values)).rowcount:  # type: ignore[attr-defined]  # an INSERT's result counts
        known = await _receipt(session, issue_id, digest)
        assert known is not None
        return _told(known, sender, issue_id), False
    answer = _receipt_for(issue_id, spot, body, clock, near, times)
    await _write_rest(session, sender, said, answer, digest, now)
    await limits.set_alarms(session, issue_id, 1, Stage.VERIFY, clock)
    return _told(answer, sender, issue_id), True


async def nearby(session: AsyncSession, lon: float, lat: float, category: str) -> list[NearRead]:
    """Open public issues of the same kind within ``NEAR_M`` metres."""
    values = {"lon": lon, "lat": lat, "category": category, "metres": NEAR_M}
    return [NearRead(**row) for row in (await session.execute(NEAR, values)).mappings()]


async def _receipt(session: AsyncSession, issue_id: UUID, digest: bytes) -> ReceiptRead | None:
    row = (await session.execute(RECEIPT, {"id": issue_id})).mappings().one()
    if row["digest"] is None:
        return None
    if bytes(row["digest"]) != digest:
        raise ANOTHER
    answer = row["answer"]
    return ReceiptRead.model_validate(json.loads(answer) if isinstance(answer, str) else answer)


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
    if row is None or row["parent"] is None:
        raise InvalidError(f"没有“{code}”这个小类。", f"There is no sub-category {code}.")
    if not row["active"]:
        raise InvalidError(
            "这个类别已停用,请改选其他类别。内容没有丢失。",
            "This category is no longer in use; choose another. Nothing of the report is lost.",
        )
    return row


def _times(said: ReportCreate, now: datetime) -> dict[str, Any]:
    """When it was reported and when it happened; a sender's wrong clock is put right by what it shows now."""
    skew = (now - said.sent_at) if said.sent_at else timedelta()
    happened = (said.occurred_at or now) + (skew if abs(skew) > SKEW_WORTH_SAYING else timedelta())
    happened = min(max(happened, now - OLDEST), now)
    return {"reported_at": now, "occurred_at": happened.astimezone(UTC), "clock_skew_s": _bounded(skew)}


def _bounded(skew: timedelta) -> int:
    return max(-(2**31), min(2**31 - 1, round(skew.total_seconds())))


def _columns(issue_id: UUID, said: ReportCreate, sender: Sender, spot: Spot) -> dict[str, Any]:
    place = said.place
    return {
        "id": issue_id,
        "code": code_of(issue_id),
        "top": said.category.partition(".")[0],
        "category": said.category,
        "title": said.title,
        "description": said.description,
        "address": said.address,
        "lon": spot.lon,
        "lat": spot.lat,
        "accuracy_m": place.accuracy_m,
        "located": place.located,
        "datum": place.datum,
        "raw_x": place.lon,
        "raw_y": place.lat,
        "floor": place.floor,
        "subdistrict_id": spot.subdistrict_id,
        "community_id": spot.community_id,
        "compound_id": spot.compound_id,
        "building_id": spot.building_id,
        "micro_grid_id": spot.grid.id if spot.grid else None,
        "place_is_open": spot.question is not None,
        "source": said.source if said.source and not sender.asker.is_visitor else sender.source,
        "stage": Stage.VERIFY.value,
        "split_from": None,
    }


def _receipt_for(  # noqa: PLR0917  # all that a receipt tells
    issue_id: UUID,
    spot: Spot,
    body: dict[str, Any] | None,
    clock: Clock | None,
    near: list[NearRead],
    times: dict[str, Any],
) -> ReceiptRead:
    return ReceiptRead(
        id=issue_id,
        code=code_of(issue_id),
        status=Status.REPORTED,
        version=1,
        community=NamedRead(id=spot.community_id, name=spot.community),
        micro_grid=NamedRead(id=spot.grid.id, name=spot.grid.name) if spot.grid else None,
        body=NamedRead(id=body["body_id"], name=body["name"], name_en=body["name_en"]) if body else None,
        due_at=clock.due if clock else None,
        question=spot.question,
        near=near,
        warnings=_warnings(times, body),
    )


def _warnings(times: dict[str, Any], body: dict[str, Any] | None) -> list[WarningRead]:
    found = []
    if abs(times["clock_skew_s"]) > SKEW_WORTH_SAYING.total_seconds():
        hours = times["clock_skew_s"] / 3600
        found.append(
            WarningRead(
                code="clock",
                zh=f"手机时钟与服务器相差 {abs(hours):.1f} 小时,已按服务器时间更正。",
                en=f"The device's clock is off by {abs(hours):.1f} hours; times were put right by the server's.",
            )
        )
    if body is None:
        found.append(
            WarningRead(
                code="no-body",
                zh="没有规则指定承办单位,由街道派遣。",
                en="No rule names a body; the office dispatches.",
            )
        )
    return found


async def _write_rest(  # noqa: PLR0917  # what one report leaves behind
    session: AsyncSession, sender: Sender, said: ReportCreate, answer: ReceiptRead, digest: bytes, now: datetime
) -> None:
    issue_id = answer.id
    payload = {"photos": len(said.photos), "body_id": str(answer.body.id) if answer.body else None}
    account = sender.asker.account_id
    values = {"id": issue_id, "at": now, "account": account, "payload": json.dumps(payload)}
    await session.execute(ADD_EVENT, {**values, "party": sender.party})
    await session.execute(ADD_REPORTER, {"id": issue_id, "account": account, **_reporter(sender, issue_id, said)})
    if said.photos:
        await attach(session, issue_id, said.photos)
    stored = answer.model_dump_json(exclude={"follow_token"})
    await session.execute(ADD_RECEIPT, {"id": issue_id, "digest": digest, "answer": stored})


async def attach(session: AsyncSession, issue_id: UUID, photos: list[UUID], statement: Any = ATTACH) -> None:
    """Give photos that have arrived to a case.

    Raises:
        ConflictError: some have not arrived whole, or belong to another case.
    """
    wanted = list(dict.fromkeys(photos))
    fixed = (await session.execute(statement, {"id": issue_id, "photos": wanted})).scalar_one()
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
        "address": sender.network,
        "follow_digest": token,
    }

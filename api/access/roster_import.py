"""Writes a roster file into the store: all of it, or nothing and the list of what is wrong.

A file may be read again: whoever holds the post of a row already is left there, and a row that names another last day
moves it. A row is theirs if the name is the same and the telephone, where both the row and the store know one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.access import people, roster_file, rosters
from api.access.audit import Action, record
from api.access.people_schemas import AssignmentCreate, FaultRead, PersonCreate, RosterImported

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.keyring import Keyring
    from api.access.roster_file import Line

KINDS = text("SELECT name FROM post WHERE name = :word OR zh = :word OR en = :word")
PLACES = {
    level: text(f"SELECT id FROM {level} WHERE code = :code")  # noqa: S608  # our own words
    for level in ("community", "compound", "building", "unit")
} | {
    "micro_grid": text(
        "SELECT g.id FROM micro_grid g JOIN plan p ON p.id = g.plan_id WHERE g.code = :code AND p.in_force"
    )
}
HELD = text("""
SELECT a.id, a.until FROM assignment a JOIN person p ON p.id = a.person_id
 WHERE a.post = :post AND a.level = :level AND a.place_id = :place AND (a.until IS NULL OR a.until > now())
   AND p.name = :name
   AND (CAST(:digest AS bytea) IS NULL OR p.phone_digest IS NULL OR p.phone_digest = :digest)
 ORDER BY p.phone_digest IS NULL, a.since LIMIT 1
""")
KNOWN = text("""
SELECT id FROM person WHERE name = :name AND phone_digest = CAST(:digest AS bytea) AND erased_at IS NULL
 ORDER BY created_at LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row whose post and place are known; ``held`` is the assignment that it speaks of, if there is one."""

    line: Line
    post: str
    place: UUID
    digest: bytes | None
    held: UUID | None = None
    stays: bool = False

    @property
    def said(self) -> tuple[str, str, UUID, bytes | None]:
        """What makes two rows of a file the same."""
        return self.line.name, self.post, self.place, self.digest


async def take(session: AsyncSession, ring: Keyring, content: bytes, *, write: bool, now: datetime) -> RosterImported:
    """Read a roster; with ``write`` and no fault, add the people and the posts that are not there yet."""
    lines, faults = roster_file.read(content)
    broken = {fault.row for fault in faults}
    found: list[Wanted] = []
    for line in lines:
        if line.row not in broken:
            post = (await session.execute(KINDS, {"word": line.post})).scalar()
            place = (await session.execute(PLACES[line.level], {"code": line.code})).scalar()
            faults += _unknown(line, post, place, now)
            if post is not None and place is not None:
                found.append(await _wanted(session, ring, line, post, place))
    fresh = _fresh(found)
    there = len(found) - len(fresh)
    if faults or not write:
        faults = sorted(faults, key=lambda fault: fault.row)
        return RosterImported(rows=len(lines), written=0, there=there, faults=faults)
    for wanted in fresh:
        await _write(session, ring, wanted)
    if fresh:
        await record(session, Action.ROSTER_IMPORTED, kind="roster", details={"rows": len(fresh)})
    return RosterImported(rows=len(lines), written=len(fresh), there=there, faults=[])


def _fresh(found: list[Wanted]) -> list[Wanted]:
    """The rows that tell something new, each once."""
    told: dict[tuple[str, str, UUID, bytes | None], Wanted] = {}
    for wanted in found:
        if not wanted.stays:
            told.setdefault(wanted.said, wanted)
    return list(told.values())


def _unknown(line: Line, post: str | None, place: UUID | None, now: datetime) -> list[FaultRead]:
    faults = []
    if post is None:
        faults.append(FaultRead(row=line.row, column="岗位", zh="没有这个岗位。", en="There is no such post."))
    if place is None:
        faults.append(
            FaultRead(
                row=line.row,
                column="编码",
                zh="辖区内没有这个编码的地点。",
                en="There is no place of that code in your jurisdiction.",
            )
        )
    if line.until is not None and line.until <= now:
        faults.append(FaultRead(row=line.row, column="至", zh="这一天已经过去。", en="That day is over."))
    return faults


async def _wanted(session: AsyncSession, ring: Keyring, line: Line, post: str, place: UUID) -> Wanted:
    digest = ring.digest(f"phone {people.bare(line.phone)}") if line.phone else None
    asked = {"post": post, "level": line.level, "place": place, "name": line.name, "digest": digest}
    row = (await session.execute(HELD, asked)).first()
    if row is None:
        return Wanted(line, post, place, digest)
    return Wanted(line, post, place, digest, row.id, stays=line.until in (None, row.until))


async def _write(session: AsyncSession, ring: Keyring, wanted: Wanted) -> None:
    line = wanted.line
    if wanted.held is not None and line.until is not None:
        await rosters.move_end(session, wanted.held, line.until)
        return
    known = None
    if wanted.digest is not None:
        known = (await session.execute(KNOWN, {"name": line.name, "digest": wanted.digest})).scalar()
    if known is None:
        newcomer = PersonCreate(name=line.name, party_member=line.party_member, phone=line.phone or None)
        person_id = (await people.add(session, ring, newcomer)).id
    else:
        person_id = known
    await rosters.assign(
        session,
        AssignmentCreate(
            person_id=person_id, post=wanted.post, level=line.level, place_id=wanted.place, until=line.until
        ),
        new=known is None,
    )

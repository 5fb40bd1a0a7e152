"""Writes a roster file into the store: all of it, or nothing and the list of what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from api.access import people, roster_file, rosters
from api.access.audit import Action, record
from api.access.people_schemas import AssignmentCreate, FaultRead, PersonCreate, RosterImported

if TYPE_CHECKING:
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


async def take(session: AsyncSession, ring: Keyring, content: bytes, *, write: bool) -> RosterImported:
    """Read a roster; with ``write`` and no fault, add the people and their posts."""
    lines, faults = roster_file.read(content)
    broken = {fault.row for fault in faults}
    found: list[tuple[Line, str, UUID]] = []
    for line in lines:
        if line.row not in broken:
            post = (await session.execute(KINDS, {"word": line.post})).scalar()
            place = (await session.execute(PLACES[line.level], {"code": line.code})).scalar()
            faults += _unknown(line, post, place)
            if post is not None and place is not None:
                found.append((line, post, place))
    if faults or not write:
        return RosterImported(rows=len(lines), written=0, faults=sorted(faults, key=lambda fault: fault.row))
    for line, post, place in found:
        await _write(session, ring, line, post, place)
    await record(session, Action.ROSTER_IMPORTED, kind="roster", details={"rows": len(found)})
    return RosterImported(rows=len(lines), written=len(found), faults=[])


def _unknown(line: Line, post: str | None, place: UUID | None) -> list[FaultRead]:
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
    return faults


async def _write(session: AsyncSession, ring: Keyring, line: Line, post: str, place: UUID) -> None:
    known = await people.search(session, ring, name=line.name, phone=line.phone) if line.phone else []
    if known:
        person_id = known[0].id
    else:
        wanted = PersonCreate(name=line.name, party_member=line.party_member, phone=line.phone or None)
        person_id = (await people.add(session, ring, wanted)).id
    await rosters.assign(
        session,
        AssignmentCreate(person_id=person_id, post=post, level=line.level, place_id=place, until=line.until),
        new=not known,
    )

"""Photos come first, piece by piece if the line is bad, and are kept in the store beside the case they prove.

In the store rather than in files: a photo and its case are committed, backed up, restored and hidden together (decision
0024). A piece sent twice changes nothing; a piece out of order is answered with where to go on.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import ConflictError, InvalidError, NotFoundError
from api.issues.images import MOST_BYTES, TOO_MANY_BYTES, develop
from api.issues.quota import charge_photo
from api.issues.schemas import PhotoProgress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.issues.images import Developed
    from api.issues.report import Sender

AT_ONCE = asyncio.Semaphore(2)
"""Developing takes a core for a tenth of a second and some 100 MB; no more than this at a time."""
RANGE = re.compile(r"^bytes (\d{1,9})-(\d{1,9})/(\d{1,9})$")

MINE = text("SELECT set_config('app.photo', :id, true)")
BEGIN = text("""
INSERT INTO photo (id, moment, owner_id, address, total) VALUES (:id, :moment, :owner, :address, :total)
ON CONFLICT (id) DO NOTHING
""")
FIND = text("SELECT id, owner_id, total, received, ready, digest FROM photo WHERE id = :id FOR UPDATE")
LOOK = text("SELECT id, owner_id, total, received, ready FROM photo WHERE id = :id")
ADD_PART = text("INSERT INTO photo_part VALUES (:id, :start, :bytes)")
GROWN = text("UPDATE photo SET received = :received WHERE id = :id")
PARTS = text("SELECT bytes FROM photo_part WHERE photo_id = :id ORDER BY start")
ADD_BODY = text("INSERT INTO photo_body VALUES (:id, 'full', :full), (:id, 'thumb', :thumb)")
DONE = text("""
UPDATE photo SET received = total, ready = true, digest = :digest, width = :width, height = :height,
  taken_at = :taken_at, taken = CASE WHEN :has_place THEN ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) END
 WHERE id = :id
""")
FORGET_PARTS = text("DELETE FROM photo_part WHERE photo_id = :id")
SHOW = text("SELECT bytes FROM photo_body WHERE photo_id = :id AND size = :size")

NO_PHOTO = NotFoundError("没有这张照片,或您无权查看。", "There is no such photo, or it is not yours to see.")
ANOTHER = ConflictError("这个编号已用于另一张照片。", "This key was used for another photo.")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a photo: where it begins, and how long the whole is."""

    start: int
    total: int
    content: bytes

    @property
    def is_whole(self) -> bool:
        """Whether it is all there is."""
        return self.start == 0 and len(self.content) == self.total


async def read_piece(content_range: str | None, stream: AsyncIterator[bytes]) -> Piece:
    """The piece that a request carries, read no further than a photo may be long.

    Raises:
        TooLargeError: longer than a photo may be.
        InvalidError: nothing came, or Content-Range does not fit what came.
    """
    held = bytearray()
    async for chunk in stream:
        held += chunk
        if len(held) > MOST_BYTES:
            raise TOO_MANY_BYTES
    if not held:
        raise InvalidError("没有收到照片内容。", "No photo came.")
    if content_range is None:
        return Piece(0, len(held), bytes(held))
    found = RANGE.match(content_range)
    first, last, total = map(int, found.groups()) if found else (1, 0, 0)
    if total > MOST_BYTES:
        raise TOO_MANY_BYTES
    if last - first + 1 != len(held) or last >= total:
        raise InvalidError("Content-Range 与内容不符。", "Content-Range does not fit what came.")
    return Piece(first, total, bytes(held))


async def take(
    session: AsyncSession, sender: Sender, photo_id: UUID, piece: Piece, *, moment: str
) -> tuple[PhotoProgress, bool]:
    """Take a piece in; how far the photo is, and whether this piece completed it.

    Raises:
        ConflictError: the key belongs to another photo.
        UnsupportedError, TooLargeError: what came is no photo.
        NotFoundError: it is somebody else's.
    """
    owner = sender.asker.account_id
    await session.execute(MINE, {"id": str(photo_id)})
    values = {"id": photo_id, "moment": moment, "owner": owner, "address": sender.network, "total": piece.total}
    begun = (await session.execute(BEGIN, values)).rowcount  # type: ignore[attr-defined]  # an INSERT's result counts
    if begun and sender.asker.is_visitor:
        await charge_photo(session, sender.network)
    row = await _own(session, sender, photo_id, FIND)
    if row["total"] != piece.total:
        raise ANOTHER
    if row["ready"]:
        if piece.is_whole and hashlib.sha256(piece.content).digest() != bytes(row["digest"]):
            raise ANOTHER
        return _progress(row), False
    received = int(row["received"])
    new = piece.content[received - piece.start :] if piece.start <= received else b""
    if not new:
        return _progress(row), False
    if received + len(new) < piece.total:
        await session.execute(ADD_PART, {"id": photo_id, "start": received, "bytes": new})
        await session.execute(GROWN, {"id": photo_id, "received": received + len(new)})
        return _progress({**row, "received": received + len(new)}), False
    parts = [bytes(part) for part in (await session.execute(PARTS, {"id": photo_id})).scalars()]
    await _finish(session, photo_id, b"".join([*parts, new]))
    return _progress({**row, "received": piece.total, "ready": True}), True


async def _finish(session: AsyncSession, photo_id: UUID, raw: bytes) -> None:
    async with AT_ONCE:
        photo = await asyncio.to_thread(develop, raw)
    await session.execute(ADD_BODY, {"id": photo_id, "full": photo.full, "thumb": photo.thumb})
    await session.execute(DONE, {"id": photo_id, "digest": hashlib.sha256(raw).digest(), **_described(photo)})
    await session.execute(FORGET_PARTS, {"id": photo_id})


def _described(photo: Developed) -> dict[str, Any]:
    lon, lat = photo.taken or (0.0, 0.0)
    return {
        "width": photo.width,
        "height": photo.height,
        "taken_at": photo.taken_at,
        "has_place": photo.taken is not None,
        "lon": lon,
        "lat": lat,
    }


async def progress(session: AsyncSession, sender: Sender, photo_id: UUID) -> PhotoProgress:
    """How far a photo of one's own is.

    Raises:
        NotFoundError: nothing of it has come, or it is somebody else's.
    """
    await session.execute(MINE, {"id": str(photo_id)})
    return _progress(await _own(session, sender, photo_id, LOOK))


async def _own(session: AsyncSession, sender: Sender, photo_id: UUID, statement: Any) -> RowMapping:
    row: RowMapping | None = (await session.execute(statement, {"id": photo_id})).mappings().first()
    if row is None or (row["owner_id"] is not None and row["owner_id"] != sender.asker.account_id):
        raise NO_PHOTO
    return row


def _progress(row: Any) -> PhotoProgress:
    return PhotoProgress(id=row["id"], total=row["total"], received=row["received"], ready=row["ready"])


async def show(session: AsyncSession, photo_id: UUID, size: str) -> bytes:
    """The photo in one of its two sizes (JPEG).

    Raises:
        NotFoundError: there is none, or it is not the asker's to see.
    """
    content = (await session.execute(SHOW, {"id": photo_id, "size": size})).scalar()
    if content is None:
        raise NO_PHOTO
    return bytes(content)

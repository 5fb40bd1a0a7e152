"""Views of the map that somebody keeps under a name, for their own eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from api.errors import ConflictError, NotFoundError
from api.office.schemas import ViewCreate, ViewRead

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker

VIEWS = text("SELECT id, name, address FROM saved_view ORDER BY name")
KEEP = text("""
  INSERT INTO saved_view (account_id, name, address) VALUES (:account, :name, :address)
  ON CONFLICT (account_id, name) DO UPDATE SET address = excluded.address RETURNING id, name, address
""")
FORGET = text("DELETE FROM saved_view WHERE id = :id RETURNING id")
MOST_VIEWS = 50


async def read_views(session: AsyncSession) -> list[ViewRead]:
    """The views that the asker has kept."""
    return [ViewRead(id=r.id, name=r.name, address=r.address) for r in await session.execute(VIEWS)]


async def keep_view(session: AsyncSession, said: ViewCreate, asker: Asker) -> ViewRead:
    """Keep a view; one of the same name gives way.

    Raises:
        ConflictError: there are too many already.
    """
    if len(await read_views(session)) >= MOST_VIEWS:
        raise ConflictError(f"最多保存 {MOST_VIEWS} 个视图。", f"At most {MOST_VIEWS} views can be kept.")
    values = {"account": asker.account_id, "name": said.name, "address": said.address}
    row = (await session.execute(KEEP, values)).one()
    return ViewRead(id=row.id, name=row.name, address=row.address)


async def forget_view(session: AsyncSession, view: UUID) -> None:
    """Forget a view.

    Raises:
        NotFoundError: it is not the asker's.
    """
    if (await session.execute(FORGET, {"id": view})).one_or_none() is None:
        raise NotFoundError("没有这个视图。", "There is no such view.")

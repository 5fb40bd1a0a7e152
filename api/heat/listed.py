"""Rows of lists that never became issues, and why: no map can know of them, so that it is said beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from api.heat.schemas import NoteRead

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

HELD = text("SELECT kind, many FROM heat_held()")
REASONS = {
    "at-zero": ("坐标为(0,0)", "at (0, 0)"),
    "truncated": ("坐标被截成整数", "with coordinates cut to whole degrees"),
    "no-shape": ("没有位置", "without a place"),
    "off-the-earth": ("坐标超出地球", "beyond the globe"),
    "far-away": ("离其余各件太远", "far from all others"),
    "no-time": ("没有受理时间", "without a time"),
    "duplicate": ("与前面某行重复", "the same as an earlier row"),
    "left-out": ("按选择不导入", "left out by choice"),
}
OTHERWISE = ("其他原因", "for other reasons")


async def notes(session: AsyncSession) -> list[NoteRead]:
    """One sentence with how many rows were kept out for what; none where there are none, or they are not to be told."""
    held = (await session.execute(HELD)).all()
    if not held:
        return []
    many = sum(row.many for row in held)
    why = [(REASONS.get(row.kind, OTHERWISE), row.many) for row in held]
    zh = "、".join(f"{words[0]} {count} 件" for words, count in why)
    en = ", ".join(f"{count:,} {words[1]}" for words, count in why)
    return [
        NoteRead(
            doubt="held",
            count=many,
            zh=f"导入的名单中有 {many} 行没有进入系统,不在图上(不分筛选):{zh}",
            en=f"{many:,} rows of imported lists never became issues and are on no map, whatever the filter: {en}",
        )
    ]

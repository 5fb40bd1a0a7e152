"""What people see who may not see cases: closed months, whole cells, whole groups, five reporters or more (0026).

A month is divided into blocks when it is first asked for after its end, from what the store holds then, and never
again. The blocks then stand in for the facts: every map is a sum of whole blocks.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import text

from api.errors import InvalidError
from api.heat.facts import RECORD, Facts, part_of
from api.heat.schemas import NoteRead
from api.heat.sieve import NOT_COUNTED, STATES, Sieve, Sight
from geo.heat.bins import DAY_S, SHANGHAI_S, month_of
from geo.heat.lattice import INSIDE
from geo.heat.privacy import Reports, release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.heat.schemas import Question
    from api.heat.watch import Watch

KEEP = text("SELECT heat_keep(:month, :untold, CAST(:blocks AS jsonb))")
RELEASED = text("""
  SELECT month, untold, (SELECT extract(year FROM now() AT TIME ZONE 'Asia/Shanghai') * 12
    + extract(month FROM now() AT TIME ZONE 'Asia/Shanghai') - 1)::integer AS this_month FROM heat_released
  UNION ALL SELECT NULL, 0, extract(year FROM now() AT TIME ZONE 'Asia/Shanghai')::integer * 12
    + extract(month FROM now() AT TIME ZONE 'Asia/Shanghai')::integer - 1
""")
BLOCKS = text("SELECT month, community, cell, size, groups, count FROM heat_release")
PUBLIC = text("SELECT code FROM issue_category WHERE parent IS NULL OR public")
FINE = ("kind", "severity", "status", "open", "source", "hour", "weekday", "body_id")
NO_RELEASE = 2**31 - 1


def refuse_fine_filters(asked: Question) -> None:
    """Refuse whatever would cut a block.

    Raises:
        InvalidError: a filter other than period, category of the upper level, and place.
    """
    used = [name for name in FINE if getattr(asked, name) not in {None, ()}]
    used += [code for code in asked.category if "." in code]
    if used:
        raise InvalidError(
            f"为保护反映人,未登录或无案件权限时只能按整月、大类和地点查看(不能用:{'、'.join(used)})。",
            "To protect reporters, without access to cases one sees whole months, upper categories and places only"
            f" (not: {', '.join(used)}).",
        )


async def told(session: AsyncSession, watch: Watch, asked: Question) -> tuple[Facts, int]:
    """The blocks that lie wholly in the question, as facts, and how many issues are in no block."""
    released = (await session.execute(RELEASED)).all()
    this_month = released[0].this_month
    done = {r.month: r.untold for r in released if r.month is not None}
    await _release(session, watch, this_month, frozenset(done))
    released = (await session.execute(RELEASED)).all()
    wanted = frozenset(asked.category)
    blocks = [b for b in await session.execute(BLOCKS) if not wanted or wanted.issuperset(b.groups)]
    return _as_facts(blocks, watch), sum(r.untold for r in released)


async def _release(session: AsyncSession, watch: Watch, this_month: int, done: frozenset[int]) -> None:
    """Divide the months that have ended and were never told."""
    facts = watch.facts
    ended = {
        m for part in facts.parts() for m in np.unique(month_of(np.unique(part["day"]))).tolist() if m < this_month
    }
    if not ended - done:
        return
    public = frozenset(watch.numbers("category", [r.code for r in await session.execute(PUBLIC)]))
    for month in sorted(ended - done):
        blocks, untold = await asyncio.to_thread(_blocks, watch, month, public)
        await session.execute(KEEP, {"month": month, "untold": untold, "blocks": json.dumps(blocks)})


def _blocks(watch: Watch, month: int, public: frozenset[int]) -> tuple[list[dict[str, object]], int]:
    not_counted = [STATES.index(s) + 1 for s in NOT_COUNTED]
    rows = []
    for part in watch.facts.parts():
        first, last = (np.array([month, month + 1]) - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
        days = part["day"]
        own = part.alive & (days >= first.astype(int)) & (days < last.astype(int)) & (part["cell"] >= 0)
        own &= ~np.isin(part["status"], not_counted) & np.isin(part["category"], list(public))
        rows.append(part.take(own))
    cell, top, reporter, community = (
        np.concatenate([p[c] for p in rows]).astype(np.int64) for c in ("cell", "top", "reporter", "community")
    )
    found = release(Reports(cell, top, np.full(len(cell), month), reporter))
    blocks: list[dict[str, object]] = []
    for block in found.blocks:
        inside = community[(cell >= block.cell) & (cell < block.cell + block.size)]
        blocks.append(
            {
                "community": int(np.bincount(inside).argmax()),
                "cell": block.cell,
                "size": block.size,
                "groups": [watch.name[g] for g in block.groups],
                "count": block.count,
                "reporters": block.reporters,
            }
        )
    return blocks, found.untold


def _as_facts(blocks: Sequence[Row[Any]], watch: Watch) -> Facts:
    """One row an issue of each block: in the middle of the block, in the middle of its month."""
    rows = np.zeros(len(blocks), RECORD)
    for i, b in enumerate(blocks):
        middle = b.cell + (INSIDE // 2 if b.size == INSIDE else 0)
        begin = int(np.datetime64(b.month - 1970 * 12, "M").astype("datetime64[D]").astype(int))
        top = watch.number.get(("category", b.groups[0]), 0) if len(b.groups) == 1 else 0
        rows[i] = (
            i,
            middle,
            (begin + 14) * DAY_S - SHANGHAI_S + 3600,
            top,
            top,
            1,
            1,
            1,
            1,
            0,
            b.community,
            0,
            0,
            0,
            0,
        )
    repeated = np.repeat(rows, np.array([b.count for b in blocks], np.int64))
    repeated["no"] = np.arange(len(repeated))
    return Facts(loose=part_of(repeated)).sorted()


def whole_months(asked: Question, place: tuple[str, frozenset[int]] | None) -> Sieve:
    """The months that lie wholly in the period."""
    first, last = asked.days()
    begin = np.datetime64(first, "D").astype("datetime64[M]")
    if begin.astype("datetime64[D]").astype(int) < first:
        begin += 1
    end = np.datetime64(last + 1, "D").astype("datetime64[M]")
    days = (int(begin.astype("datetime64[D]").astype(int)), int(end.astype("datetime64[D]").astype(int)) - 1)
    if place is not None and place[0] != "community":
        place = (place[0], frozenset())
    return Sieve(days, place=place, sight=Sight(everything=True))


def notes(untold: int) -> list[NoteRead]:
    """What this way of looking leaves out."""
    return [
        NoteRead(
            doubt="protected",
            count=untold,
            zh=f"为保护反映人:只显示已结束的整月;每一处至少有5名不同反映人;另有{untold}件因人数不足未显示。",
            en="To protect reporters: whole months that have ended, at least five different reporters in each place;"
            f" {untold:,} issues are not shown because there were fewer.",
        )
    ]

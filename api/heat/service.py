"""Answers of the heat maps. Who sees cases is answered from all facts; everybody else from the blocks of 0026."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.heat import count, drawing, listed, protected, repeats
from api.heat.schemas import FIRST_DAY, LAST_DAY, CellsRead, NoteRead, ShareRead, SummaryRead
from api.heat.sieve import KINDS, NOT_COUNTED, SOURCES, STATES, sieve
from geo.heat.bins import month_of, number
from geo.heat.doubts import Doubt, note
from geo.heat.lattice import ZOOM, columns_rows, corners, tile_range

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.heat.facts import Facts
    from api.heat.schemas import Question
    from api.heat.sieve import Sieve, Sight
    from api.heat.watch import Watch
    from geo.heat.bins import Slices

PLACE = text("""
  SELECT 'community' AS what, c.id::text AS key FROM community c WHERE c.id = :place OR c.subdistrict_id = :place
      OR c.subdistrict_id IN (SELECT s.id FROM subdistrict s WHERE s.district_id = :place)
  UNION ALL SELECT 'compound', id::text FROM compound WHERE id = :place
  UNION ALL SELECT 'grid', id::text FROM micro_grid WHERE id = :place
""")
CATEGORIES = text("SELECT code, zh, en FROM issue_category")
BODIES = text("SELECT id::text AS key, name, name_en FROM body")


@dataclass(frozen=True, slots=True)
class Looked:
    """One look: the facts, who is looking, and the question as a sieve."""

    facts: Facts
    sight: Sight
    sieve: Sieve
    watch: Watch
    untold: int = 0

    @property
    def seen(self) -> Literal["cases", "protected"]:
        """What the answer is made from."""
        return "cases" if self.sight.sees_cases else "protected"


async def look(session: AsyncSession, watch: Watch, asked: Question) -> Looked:
    """What somebody asks of the facts as of now; of the released blocks, for who may not see cases.

    Raises:
        NotFoundError: the place is not theirs to see, or none.
        InvalidError: a filter that only those may use who see cases.
    """
    facts, sight = await watch.look(session)
    untold = 0
    if not sight.sees_cases:
        protected.refuse_fine_filters(asked)
        facts, untold = await protected.told(session, watch, asked)
    place = None
    if asked.place is not None:
        rows = (await session.execute(PLACE, {"place": asked.place})).all()
        if not rows:
            raise NotFoundError("没有这个地方。", "There is no such place.")
        what = rows[0].what
        place = (what, frozenset(watch.numbers(what, [r.key for r in rows if r.what == what])))
    if not sight.sees_cases:
        return Looked(facts, sight, protected.whole_months(asked, place), watch, untold)
    return Looked(facts, sight, sieve(asked, sight, watch, place), watch)


async def summarise(session: AsyncSession, watch: Watch, asked: Question) -> SummaryRead:
    """Everything that passes, by kind, category, severity, status, source, hour, weekday, month and body."""
    looked = await look(session, watch, asked)
    columns = count.histogram(
        looked.facts, looked.sieve, "kind", "category", "severity", "status", "source", "hour", "weekday", "body", "day"
    )
    kind, category, severity, status, source, hour, weekday, body, day = columns
    words = {r.code: (r.zh, r.en) for r in await session.execute(CATEGORIES)}
    bodies = {r.key: (r.name, r.name_en) for r in await session.execute(BODIES)}
    nowhere, outside = count.without_cell(looked.facts, looked.sieve)
    total = int(kind.sum())
    said_again = repeats.notes(looked.facts, looked.sieve) if looked.sight.sees_cases else []
    held = await listed.notes(session) if looked.sight.sees_cases else []
    return SummaryRead(
        seen=looked.seen,
        version=watch.version,
        since=asked.since,
        until=asked.until,
        total=total,
        on_map=total - nowhere - outside,
        kinds=_shares(kind, lambda k: KINDS[k - 1]),
        categories=_shares(category, watch.name.__getitem__, words),
        severities=_shares(severity, str, by_key=True),
        statuses=_shares(status, lambda s: STATES[s - 1]),
        sources=_shares(source, lambda s: SOURCES[s - 1]),
        hours=_exactly(hour, 24).tolist(),
        weekdays=_exactly(weekday, 8)[1:].tolist(),
        months=_months(day),
        bodies=_shares(body, watch.name.__getitem__, bodies),
        notes=[*notes_of(looked, asked), *_unsure(looked, asked, total - int(hour.sum())), *said_again, *held],
    )


def _unsure(looked: Looked, asked: Question, many: int) -> list[NoteRead]:
    """How many of a summary are in no hour; with a filter of hours ``notes_of`` tells how many that leaves out."""
    if not looked.sight.sees_cases or asked.hour or asked.weekday or not many:
        return []
    told = note(Doubt.NO_HOUR, many)
    return [NoteRead(doubt=told.doubt.value, count=told.count, zh=told.zh, en=told.en)]


def _exactly(counts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    return np.pad(counts[:length], (0, max(0, length - len(counts))))


def _months(days: NDArray[np.int64]) -> list[ShareRead]:
    """Counts by day since 1970 as counts by month."""
    some = np.flatnonzero(days)
    months, at = np.unique(month_of(some), return_inverse=True)
    counts = np.bincount(at, days[some], len(months)).astype(np.int64)
    named = (f"{m // 12:04d}-{m % 12 + 1:02d}" for m in months.tolist())
    return [ShareRead(key=key, count=many) for key, many in zip(named, counts.tolist(), strict=True)]


def _shares(
    counts: NDArray[np.int64], key: Any, words: dict[str, tuple[str, str]] | None = None, *, by_key: bool = False
) -> list[ShareRead]:
    """The values from one on that there are; zero stands for nothing."""
    shares = []
    for value in (np.flatnonzero(counts[1:]) + 1).tolist():
        own = key(value)
        name, name_en = (words or {}).get(own, ("", ""))
        shares.append(ShareRead(key=own, count=int(counts[value]), name=name, name_en=name_en))
    return sorted(shares, key=lambda s: s.key if by_key else (-s.count, s.key))


def notes_of(looked: Looked, asked: Question) -> list[NoteRead]:
    """What is left out of the map, and why."""
    if not looked.sight.sees_cases:
        return protected.notes(looked.untold)
    nowhere, outside = count.without_cell(looked.facts, looked.sieve)
    said = [(Doubt.NOWHERE, nowhere), (Doubt.OUTSIDE, outside)]
    if asked.hour or asked.weekday:
        said.append((Doubt.NO_HOUR, sum(count.midnights(p, looked.sieve) for p in looked.facts.parts())))
    notes = [note(doubt, many) for doubt, many in said if many]
    told = [NoteRead(doubt=n.doubt.value, count=n.count, zh=n.zh, en=n.en) for n in notes]
    if not asked.status:
        merged = replaced(looked)
        if merged:
            told.append(
                NoteRead(
                    doubt="merged",
                    count=merged,
                    zh=f"{merged}件已并案、分案或作废,不重复计",
                    en=f"{merged:,} merged, split or void: not counted again",
                )
            )
    if looked.facts.tidy["day"].size and (asked.since or asked.until):
        told += _beyond(looked, asked)
    return told


def replaced(looked: Looked) -> int:
    """How many are on no map because they are not issues of their own."""
    wanted = {**looked.sieve.wanted, "status": frozenset(STATES.index(s) + 1 for s in NOT_COUNTED)}
    return count.total(looked.facts, replace(looked.sieve, wanted=wanted))


def _beyond(looked: Looked, asked: Question) -> list[NoteRead]:
    day = looked.facts.tidy["day"]
    first, last = int(day.min()), int(day.max())
    begin, end = number(asked.since or FIRST_DAY), number(asked.until or LAST_DAY)
    if end < first or begin > last:
        return [
            NoteRead(
                doubt="empty",
                count=0,
                zh="所选时段没有任何记录,不等于平静。",
                en="Nothing is recorded in this period, which is not the same as calm.",
            )
        ]
    return []


async def read_tile(session: AsyncSession, watch: Watch, asked: Question, *, z: int, x: int, y: int) -> bytes:
    """One heat tile.

    Raises:
        InvalidError: there is no such tile.
    """
    if not lies_in_the_world(z, x, y):
        said = f"There is no heat tile {z}/{x}/{y}: zooms go from 0 to {ZOOM}."
        raise InvalidError(f"没有热力瓦片 {z}/{x}/{y}:级别为 0 至 {ZOOM}。", said)
    return tile_of(await look(session, watch, asked), z=z, x=x, y=y)


def lies_in_the_world(z: int, x: int, y: int) -> bool:
    """Whether there is such a heat tile."""
    return 0 <= z <= ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z


def tile_of(looked: Looked, *, z: int, x: int, y: int) -> bytes:
    """The tile of what passes."""
    first, end = tile_range(z, x, y)
    grain = count.grain_of(z)
    cells, counts = count.by_cell(looked.facts, looked.sieve, first=first, end=end, grain=grain)
    return drawing.tile(z, cells, counts, grain)


async def read_cells(session: AsyncSession, watch: Watch, asked: Question) -> CellsRead:
    """Every cell that has any issue."""
    looked = await look(session, watch, asked)
    cells, counts = count.by_cell(looked.facts, looked.sieve)
    return CellsRead(
        seen=looked.seen,
        version=watch.version,
        side=1,
        cells=cells.tolist(),
        bounds=np.round(corners(cells), 7).tolist(),
        counts=counts.tolist(),
        notes=notes_of(looked, asked),
    )


async def read_film(session: AsyncSession, watch: Watch, asked: Question, step: int | None) -> bytes:
    """The film of a period in binary: four-byte little-endian numbers, then single bytes.

    ``b"MQH2"``, then version, first (day or month), step in days (0: months), number of steps S, of cells C, of entries
    E, of long gaps G, of large counts L; then C columns and C rows (geo/heat/lattice.py), each as the difference from
    the one before, S + 1 starts, G gaps, L counts; then E bytes of gaps and E bytes of counts. A gap is how many cells
    further an entry lies than the one before in its step; 255 stands for the next long gap, or large count.
    """
    looked = await look(session, watch, asked)
    return written(watch.version, count.film(looked.facts, looked.sieve, step))


def written(version: int, shown: Slices) -> bytes:
    """A film as it is sent."""
    column, row = (np.diff(v, prepend=0) for v in columns_rows(shown.cells))
    gap = np.diff(shown.at, prepend=-1)
    begun = shown.start[:-1][shown.start[:-1] < len(gap)]
    gap[begun] = shown.at[begun] + 1
    short, long = zip(*(_bytes(v) for v in (gap, shown.count)), strict=True)
    head = [version, shown.first, shown.step, len(shown.start) - 1, len(shown.cells), len(shown.at), *map(len, long)]
    numbers = [np.array(head), column, row, shown.start, *long]
    return b"MQH2" + b"".join(np.asarray(n, "<i4").tobytes() for n in numbers) + b"".join(short)


def _bytes(values: NDArray[np.integer[Any]]) -> tuple[bytes, NDArray[np.integer[Any]]]:
    """A byte each, and in full those that fill it."""
    return np.minimum(values, 255).astype(np.uint8).tobytes(), values[values >= 255]  # noqa: PLR2004 - a byte

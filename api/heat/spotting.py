"""Finds the hot spots among what passes the filters, and tells each in a sentence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from sqlalchemy import text

from api.heat import count, repeats
from api.heat.schemas import NoteRead, SpotRead, SpotsRead
from api.heat.service import look
from geo.heat import doubts
from geo.heat.bins import month_of
from geo.heat.emerging import COURSE_EN, COURSE_ZH, Course, emerging
from geo.heat.hotspots import hot_spots
from geo.heat.lattice import cells_at, corners, edges_between
from geo.heat.spots import Spot, sentence, spots_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.heat.schemas import Question
    from api.heat.service import Looked
    from api.heat.watch import Watch

    Ints = NDArray[np.int64]

HOMES = text("""
  SELECT ST_X(p) AS lon, ST_Y(p) AS lat, households, no FROM (
    SELECT ST_Centroid(b.geometry) AS p, b.households, coalesce(n.no, 0) AS no FROM building b
      LEFT JOIN heat_name n ON n.what = 'community' AND n.key = b.community_id::text WHERE b.households > 0) AS homes
""")
NAMES = text("""
  SELECT id::text AS key, name, name_en FROM compound WHERE id = ANY(:ids)
  UNION ALL SELECT id::text, name, name_en FROM community WHERE id = ANY(:ids)
""")
WORDS = text("SELECT code, zh, en FROM issue_category")
MONTHS = 12
MOST = 60


@dataclass(frozen=True, slots=True)
class Ground:
    """The cells that are judged, what lies in each, and who touches whom."""

    cells: Ints
    counts: Ints
    homes: NDArray[np.float64]
    edges: Ints
    film: Ints


async def read_spots(session: AsyncSession, watch: Watch, asked: Question) -> SpotsRead:
    """The hot spots of what passes, each reporter counted once in seven days."""
    looked = await look(session, watch, asked)
    if not looked.sight.sees_cases:
        told = NoteRead(
            doubt="protected", count=0, zh="热点分析需要案件权限。", en="Hot spots are for those who may see cases."
        )
        return SpotsRead(version=watch.version, judged=0, cells=0, spots=[], notes=[told])
    homes = (await session.execute(HOMES)).all()
    found = await asyncio.to_thread(_find, looked, homes)
    return await _told(session, looked, found)


@dataclass(frozen=True, slots=True)
class Found:
    """What was judged, and what came of it."""

    ground: Ground
    spots: tuple[Spot, ...]
    course: tuple[Course, ...]
    rows: Mapping[str, Ints]
    notes: tuple[doubts.Note, ...]


def _find(looked: Looked, homes: Sequence[Any]) -> Found:
    names = ("cell", "category", "top", "reporter", "at", "day", "compound", "community")
    rows = dict(zip(names, count.chosen(looked.facts, looked.sieve, *names), strict=True))
    again, storm = repeats.flags(rows)
    keep = (rows["cell"] >= 0) & ~again & ~storm
    said = [(doubts.Doubt.AGAIN, again), (doubts.Doubt.STORM, storm), (doubts.Doubt.NOWHERE, rows["cell"] < 0)]
    notes = tuple(doubts.note(doubt, int(flags.sum())) for doubt, flags in said if flags.any())
    rows = {k: v[keep] for k, v in rows.items()}
    ground = _ground(looked, rows, homes)
    judged = hot_spots(ground.counts, ground.edges, ground.homes if ground.homes.sum() else None)
    course = emerging(ground.film, ground.edges, ground.homes if ground.homes.sum() else None).course
    return Found(ground, spots_of(judged, ground.counts, ground.edges), course, rows, notes)


def _ground(looked: Looked, rows: Mapping[str, Ints], homes: Sequence[Any]) -> Ground:
    lon, lat, households, community = (np.array([h[i] for h in homes], np.float64) for i in range(4))
    if looked.sieve.place is not None and looked.sieve.place[0] == "community":
        inside = np.isin(community, list(looked.sieve.place[1]))
        lon, lat, households = lon[inside], lat[inside], households[inside]
    lived = cells_at(lon, lat)
    cells, at = np.unique(np.concatenate([lived, rows["cell"]]), return_inverse=True)
    n = len(lived)
    base = np.bincount(at[:n], households, len(cells)).astype(np.float64)
    counts = np.bincount(at[n:], minlength=len(cells)).astype(np.int64)
    months = month_of(rows["day"])
    last = int(months.max(initial=0))
    film = np.zeros((len(cells), MONTHS), np.int64)
    recent = months > last - MONTHS
    np.add.at(film, (at[n:][recent], months[recent] - last + MONTHS - 1), 1)
    return Ground(cells, counts, base, edges_between(cells), film)


async def _told(session: AsyncSession, looked: Looked, found: Found) -> SpotsRead:
    watch = looked.watch
    words = {r.code: (r.zh, r.en) for r in await session.execute(WORDS)}
    shown = found.spots[:MOST]
    places = [_place_of(watch, found, spot) for spot in shown]
    names = {r.key: r for r in await session.execute(NAMES, {"ids": [p for p in places if p]})}
    spots = [
        _spot(watch, found, spot, names.get(place or ""), words) for spot, place in zip(shown, places, strict=True)
    ]
    notes = [NoteRead(doubt=n.doubt.value, count=n.count, zh=n.zh, en=n.en) for n in found.notes]
    judged, cells = int(found.ground.counts.sum()), len(found.ground.cells)
    return SpotsRead(version=watch.version, judged=judged, cells=cells, spots=spots, notes=notes)


def _inside(found: Found, spot: Spot) -> NDArray[np.bool_]:
    return np.isin(found.rows["cell"], found.ground.cells[list(spot.places)])


def _place_of(watch: Watch, found: Found, spot: Spot) -> str | None:
    """The compound, or else the community, in which most issues of a spot lie."""
    inside = _inside(found, spot)
    for column in ("compound", "community"):
        numbers = found.rows[column][inside]
        numbers = numbers[numbers > 0]
        if len(numbers) * 2 > inside.sum():
            return watch.name[int(np.bincount(numbers).argmax())]
    return None


def _spot(watch: Watch, found: Found, spot: Spot, place: Any, words: Mapping[str, tuple[str, str]]) -> SpotRead:
    cells = found.ground.cells[list(spot.places)]
    bounds = corners(cells)
    box = (*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
    name, name_en = getattr(place, "name", "此处"), getattr(place, "name_en", "") or getattr(place, "name", "here")
    categories = found.rows["category"][_inside(found, spot)]
    codes = np.argsort(-np.bincount(categories, minlength=1))[:2].tolist() if len(categories) else []
    named = [words.get(watch.name.get(code, ""), ("", "")) for code in codes if (categories == code).any()]
    course = _course([found.course[i] for i in spot.places])
    zh = sentence(spot, where=f"{name}一带", what="、".join(w[0] for w in named) or "各类诉求")
    en = sentence(spot, where=f"around {name_en}", what=", ".join(w[1] for w in named) or "all kinds", language="en")
    grows = course is not Course.NONE
    return SpotRead(
        kind=spot.kind,
        cells=cells.tolist(),
        bounds=box,
        count=spot.count,
        expected=round(spot.expected, 2),
        p=spot.p,
        place_id=UUID(place.key) if place is not None else None,
        place=name,
        course=course.value,
        zh=zh + (COURSE_ZH[course] + "。" if grows else ""),
        en=en + (f" It is {COURSE_EN[course]}." if grows else ""),
    )


def _course(courses: list[Course]) -> Course:
    """What most of a spot's cells that were ever hot in a month are."""
    hot = [c for c in courses if c is not Course.NONE]
    return max(hot, key=lambda c: (hot.count(c), c.value)) if hot else Course.NONE

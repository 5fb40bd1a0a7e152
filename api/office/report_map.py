"""The map of the weekly report: compounds by issues per hundred households, the worst three by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy import text

from api.office.counted import NOT_ISSUES
from geo.heat.rates import Rate, State, per_hundred

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.office.report_words import Words
    from geo.sheets.areas import Picture

HEAT = ("#fff3c4", "#fdd37d", "#f9a04b", "#e4643a", "#b32f4a", "#6b1550")
NO_DATA, CALM, FEW = "#b9b4a9", "#e9f0e4", "#dcd3e4"
"""The same colours as the page's (web/src/heat/tint.ts)."""
NAMED = 3
COMPOUNDS = text(f"""
  SELECT c.name, c.name_en, c.households, ST_AsBinary(c.geometry) AS shape, count(i.id) AS many
    FROM compound c LEFT JOIN issue i ON i.compound_id = c.id AND {NOT_ISSUES}
     AND i.reported_at >= CAST(:since AS date)::timestamp AT TIME ZONE 'Asia/Shanghai'
     AND i.reported_at < (CAST(:until AS date) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
   WHERE c.geometry IS NOT NULL AND (CAST(:place AS uuid) IS NULL OR :place IN (c.id, c.community_id)
      OR c.community_id IN (SELECT m.id FROM community m WHERE m.subdistrict_id = :place))
   GROUP BY c.id
""")  # noqa: S608 - written here


@dataclass(frozen=True, slots=True)
class Counted:
    """A compound of the map: its two names, its shape in WKB, and its rate."""

    name: str
    name_en: str
    shape: bytes
    rate: Rate


async def read_compounds(session: AsyncSession, since: date, until: date, place: UUID | None) -> list[Counted]:
    """The compounds in sight with what was reported in them."""
    rows = await session.execute(COMPOUNDS, {"since": since, "until": until, "place": place})
    return [Counted(r.name, r.name_en, bytes(r.shape), per_hundred(r.many, r.households)) for r in rows]


def picture(compounds: list[Counted], words: Words) -> Picture | None:
    """The compounds in colours; None where there are none."""
    from geo.sheets.areas import Area, Picture  # noqa: PLC0415 - reportlab is for who prints

    if not compounds:
        return None
    steady = [c for c in compounds if c.rate.state is State.SOME and c.rate.value]
    worst = sorted(steady, key=lambda c: (-(c.rate.value or 0), c.name))
    most = (worst[0].rate.value or 0.0) if worst else 0.0
    named = {id(c) for c in worst[:NAMED]}
    areas = tuple(
        Area(_rings(c.shape), _tint(c.rate, most), words.name_of(c.name, c.name_en) if id(c) in named else "")
        for c in compounds
    )
    scale = [(HEAT[k], f">{most * (k / len(HEAT)) ** 2:.1f}") for k in range(len(HEAT))]
    key = (*scale, *zip((CALM, FEW, NO_DATA), words.map_key, strict=True))
    return Picture(areas, key)


def _tint(rate: Rate, most: float) -> str:
    if rate.value is None:
        return NO_DATA
    if rate.state is State.FEW:
        return FEW
    share = (min(1.0, rate.value / most) if most else 0.0) ** 0.5
    return HEAT[min(len(HEAT) - 1, int(share * len(HEAT)))] if rate.value else CALM


def _rings(shape: bytes) -> tuple[Any, ...]:
    parts = shapely.get_parts(shapely.from_wkb(shape))
    return tuple([(x, y) for x, y in part.exterior.coords] for part in parts)

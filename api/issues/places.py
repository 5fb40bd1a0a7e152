"""Where an issue lies, converted once at the door, and which grid, community and body answer for it as of that day.

The store knows the boundaries (``where_is``, migration 0051); here is what follows from them: which micro-grid, what
has to be asked when the circle of accuracy crosses a boundary, and what is refused in words.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import text

from api.errors import InvalidError
from api.issues.moments import day_of
from api.issues.schemas import ChoiceRead, PlaceSaid, QuestionRead
from geo.crs.datum import Datum, convert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

COARSEST_M = 1000.0
"""A circle wider than this says nothing about a place."""
ASKED_WITHIN_M = 100.0
"""Boundaries farther than this are not asked about: the middle of the circle is the better guess."""
MOST_CHOICES = 8

WHERE_IS = text("SELECT * FROM where_is(:lon, :lat, :around, :day)")
BODY_FOR = text("SELECT * FROM body_for(:category, :kind, :subdistrict, :community, :compound)")

TOO_COARSE = InvalidError(
    "定位误差超过 1 公里,请在地图上点选位置后再报。",
    "The position is uncertain by more than a kilometre; put the pin on the map.",
)
ABROAD = InvalidError(
    "这里不在任何社区的辖区内,请检查位置。内容已保留,可改位置后重报。",
    "This point lies outside every community; check the place. Nothing is lost: move the pin and send it again.",
)


class OnWaterError(InvalidError):
    """The point lies on water, which whoever reports may confirm."""

    kind = "on-water"


IN_THE_RIVER = OnWaterError(
    "这一点在水面上。请移动图钉,或确认就在水上。",
    "This point lies on water. Move the pin, or confirm that it is on the water.",
)
NOT_A_CHOICE = InvalidError(
    "所选微网格不在定位误差范围之内。", "The micro-grid that was chosen is not within the circle of accuracy."
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as the store knows it: WGS 84, the areas around it, and what is still open."""

    lon: float
    lat: float
    subdistrict_id: UUID
    community_id: UUID
    community: str
    compound_id: UUID | None
    building_id: UUID | None
    grid: ChoiceRead | None
    question: QuestionRead | None


def globe(place: PlaceSaid) -> tuple[float, float]:
    """The point in WGS 84, whatever datum it was said in."""
    if place.datum in ("wgs84", "cgcs2000"):
        return place.lon, place.lat
    lon, lat = convert(np.array([[place.lon, place.lat]]), Datum(place.datum), Datum.WGS84)[0]
    return float(lon), float(lat)


def choose(grids: list[ChoiceRead], place: PlaceSaid) -> ChoiceRead | None:
    """The micro-grid: the one that was answered, else the one of the floor, else the first that covers the point.

    ``grids`` come nearest first, then by key, so that a point on a shared edge has one answer.

    Raises:
        InvalidError: the answer is not among the choices.
    """
    if place.micro_grid_id is not None:
        answered = [grid for grid in grids if grid.id == place.micro_grid_id]
        if not answered:
            raise NOT_A_CHOICE
        return answered[0]
    covering = [grid for grid in grids if grid.metres == 0]
    floored = [grid for grid in covering if _holds(grid, place.floor)]
    return next(iter(floored or covering), None)


def _holds(grid: ChoiceRead, floor: int | None) -> bool:
    if floor is None or grid.floor_lo is None or grid.floor_hi is None:
        return floor is None
    return grid.floor_lo <= floor <= grid.floor_hi


def question(grids: list[ChoiceRead], place: PlaceSaid) -> QuestionRead | None:
    """What has to be asked: nothing where one grid alone comes into question, or the answer was given."""
    covering = [grid for grid in grids if grid.metres == 0]
    stacked = len(covering) > 1 and sum(_holds(grid, place.floor) for grid in covering) != 1
    if place.micro_grid_id is not None or len(grids) < 2 or (len(grids) == len(covering) and not stacked):  # noqa: PLR2004  # one is no choice
        return None
    return QuestionRead(
        zh="定位圆圈跨越网格边界,请问是在哪个微网格?",
        en="The circle of accuracy crosses a boundary: which micro-grid is it?",
        choices=grids[:MOST_CHOICES],
    )


def looked_for(place: PlaceSaid) -> tuple[float, float, float]:
    """The point in WGS 84, and how far around it boundaries matter (metres).

    Raises:
        InvalidError: too uncertain, or no point of this globe.
    """
    if place.located == "gps" and (place.accuracy_m or 0) > COARSEST_M:
        raise TOO_COARSE
    lon, lat = globe(place)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise ABROAD
    around = min(place.accuracy_m or 0.0, ASKED_WITHIN_M) if place.located in ("gps", "photo") else 0.0
    if place.micro_grid_id is not None:
        around = max(around, ASKED_WITHIN_M)
    return lon, lat, max(around, 0.01)


async def locate(session: AsyncSession, place: PlaceSaid, day: date) -> Spot:
    """Where a place lies as of ``day``.

    Raises:
        InvalidError: too uncertain, outside every community, on water, or a wrong answer.
    """
    lon, lat, around = looked_for(place)
    values = {"lon": lon, "lat": lat, "around": around, "day": day}
    row = (await session.execute(WHERE_IS, values)).mappings().one()
    return spot_in(row, place, (lon, lat))


async def standing_at(session: AsyncSession, lon: float, lat: float, at: datetime, *, now: datetime) -> Spot:
    """Where somebody stood at a moment (WGS 84, aware), water or not, by the boundaries of that day.

    Raises:
        InvalidError: outside every community.
    """
    place = PlaceSaid(lon=lon, lat=lat, located="pin", on_water=True)
    return await locate(session, place, day_of(at, now))


def spot_in(row: Mapping[Any, Any], place: PlaceSaid, at: tuple[float, float]) -> Spot:
    """What the store found around a point, as the place of a report.

    Raises:
        InvalidError: outside every community, on water, or a wrong answer.
    """
    if row["community_id"] is None:
        raise ABROAD
    if row["water"] and not place.on_water:
        raise IN_THE_RIVER
    grids = [ChoiceRead.model_validate(grid) for grid in _plain(row["grids"])]
    names = {entry["id"]: entry["name"] for entry in _plain(row["communities"])}
    grid = choose(grids, place)
    return Spot(
        *at,
        row["subdistrict_id"],
        row["community_id"],
        names.get(str(row["community_id"]), ""),
        row["compound_id"],
        row["building_id"],
        grid,
        question(grids, place),
    )


def _plain(value: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(value) if isinstance(value, str) else value
    return found


async def body_for(session: AsyncSession, spot: Spot, category: str, kind: str) -> dict[str, Any] | None:
    """The body that the first fitting rule names, with its names; None where no rule fits."""
    values = {
        "category": category,
        "kind": kind,
        "subdistrict": spot.subdistrict_id,
        "community": spot.community_id,
        "compound": spot.compound_id,
    }
    row = (await session.execute(BODY_FOR, values)).mappings().one()
    return dict(row) if row["body_id"] is not None else None

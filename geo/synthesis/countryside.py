"""A community that is half village: groups and farmsteads among fields, and one resettlement estate by the road."""

from __future__ import annotations

from math import hypot

import numpy as np
import shapely

from geo.synthesis import blocks, civic, estates, frame, names, shapes, slabs, villages
from geo.synthesis.census import Estate
from geo.synthesis.frame import largest
from geo.synthesis.quarter import Ground, Quarter, fit, parcels

ESTATE_M2 = 36_000.0
FIELD_M2 = 26_000.0  # ground of one patch of strips
POND = 0.04  # share of fields that are fish ponds
CLEAR_M = 22.0  # a field at least between two hamlets
CROSSWISE = 0.35  # share of patches ploughed across their long side
GROVE_M = 9.0  # bamboo round a farmstead


def build(
    ground: Ground,
    hamlets: int,
    farmsteads: int,
    households: int | None = None,
    *,
    pieces: int = 6,
    patch_m2: float = FIELD_M2,
) -> Quarter:
    """Lay a resettlement estate on one parcel, and hamlets, farmsteads and fields over the others.

    Fields are cut into strips unless their patches are wished for larger than ``FIELD_M2``.
    """
    quarter, rng = Quarter(), ground.rng
    lands = parcels(ground, pieces, quarter)
    home = min(lands, key=lambda land: abs(land.area - ESTATE_M2))
    home, *rest = (part.buffer(-4.0) for part in blocks.cut(home, max(1, round(home.area / ESTATE_M2)), rng)[0])
    open_land = [land for land in lands if not land.contains(home)] + rest
    spots = _spots(open_land, hamlets, farmsteads, rng)
    rural = _villages(spots, ground)
    spots = [(spot, small) for spot, small in spots if any(spot is estate.land for estate in rural)]
    laid = slabs.lay(home, slabs.MID_RISE, rng)
    laid = civic.beside(laid, home, civic.public(shapes.box(0, 0, 24, 12), "党群服务中心", 2), rng)
    town = [estates.estate(ground, quarter, home, "mid-rise", laid)]
    if households:
        town = fit(town, households - sum(m.dwellings for e in rural for m in e.massings), rng)
    for estate in town:
        quarter.settle(estate, rng)
    for estate in rural:
        quarter.settle(estate, rng, walled=False)
    for spot, small in spots:
        if small:
            quarter.leave("wood", ("林盘", "Bamboo Grove"), largest(spot.buffer(GROVE_M, quad_segs=2).difference(spot)))
    _fields(open_land, [spot.buffer(GROVE_M * small + 1, quad_segs=2) for spot, small in spots], quarter, rng, patch_m2)
    return quarter


def _villages(spots: list[tuple[shapely.Polygon, bool]], ground: Ground) -> list[Estate]:
    """The village's groups (组) by number and its farmsteads (林盘) by family."""
    rng = ground.rng
    village, village_en = next(ground.lanes)
    clans = iter(rng.permutation(len(names.CLANS)).tolist())
    built, group = [], 0
    for land, small in spots:
        laid = villages.lay(land, rng)
        clan = next(clans, None) if small else None
        if not laid:
            continue
        if clan is None:
            group += 1
            zh, en = f"{village}村{names.numeral(group)}组", f"{village_en} Village Group {group}"
        else:
            zh, en = f"{names.CLANS[clan][0]}家林盘", f"{names.CLANS[clan][1]} Family Farmstead"
        year = int(rng.integers(1980, 2012))
        built.append(
            Estate(land, "rural", zh, en, zh if clan is None else village + "村" + zh, tuple(laid), year, "{}号")
        )
    return built


def _spots(
    lands: list[shapely.Polygon], hamlets: int, farmsteads: int, rng: np.random.Generator
) -> list[tuple[shapely.Polygon, bool]]:
    """Ground for hamlets and then farmsteads (True), thrown like darts until they keep clear of each other."""
    if not lands:
        return []
    share = np.array([land.area for land in lands]) / sum(land.area for land in lands)
    inner = [land.buffer(-GROVE_M) for land in lands]
    bounds = [land.bounds for land in inner]
    shapely.prepare(inner)
    shapely.prepare(inner)
    found: list[tuple[shapely.Polygon, bool]] = []
    taken: list[tuple[float, float, float]] = []
    for wanted, low, high, small in ((hamlets, 48, 72, False), (farmsteads, 26, 38, True)):
        left, throws = wanted, wanted * 40
        lots = rng.choice(len(lands), throws, p=share).tolist()
        for lot, across, up, radius in zip(
            lots, *rng.random((2, throws)).tolist(), rng.uniform(low, high, throws).tolist(), strict=False
        ):
            west, south, east, north = bounds[lot]
            x_m, y_m = west + across * (east - west), south + up * (north - south)
            if not left or not _apart(x_m, y_m, radius, taken) or not shapely.contains_xy(inner[lot], x_m, y_m):
                continue
            spot = villages.hamlet(x_m, y_m, radius, rng)
            if inner[lot].contains(spot):
                found.append((spot, small))
                taken.append((x_m, y_m, radius))
                left -= 1
    return found


def _apart(x_m: float, y_m: float, radius_m: float, taken: list[tuple[float, float, float]]) -> bool:
    """Whether a hamlet's widest outline keeps clear of all others'."""
    wide, high = villages.WIDEST
    return all(hypot((x_m - x) / wide, (y_m - y) / high) > radius_m + r + CLEAR_M for x, y, r in taken)


def _fields(
    lands: list[shapely.Polygon],
    taken: list[shapely.Polygon],
    quarter: Quarter,
    rng: np.random.Generator,
    patch_m2: float,
) -> None:
    """Strips of fields, patch by patch, over all land that nothing else takes; here and there a fish pond."""
    built = shapely.union_all(taken)
    for land in lands:
        for patch in blocks.cut(land, max(1, round(land.area / patch_m2)), rng)[0]:
            for strip in _strips(patch, rng) if patch_m2 <= FIELD_M2 else [patch.buffer(-1.5)]:
                for part in shapely.get_parts(shapely.difference(strip, built)).tolist():
                    if isinstance(part, shapely.Polygon):
                        pond = rng.random() < POND and not part.interiors
                        quarter.leave(*(("water", ("鱼塘", "Fish Pond")) if pond else ("field", ("", ""))), part)


def _strips(patch: shapely.Polygon, rng: np.random.Generator) -> list[shapely.Polygon]:
    """One patch cut into parallel strips of 22 to 40 m, a ridge of 1.4 m between them."""
    angle = frame.bearing(patch) + (np.pi / 2 if rng.random() < CROSSWISE else 0.0)
    flat = frame.turned(patch.buffer(-1.5, join_style="mitre"), -angle)
    if flat.is_empty:
        return []
    west, south, east, north = flat.bounds
    count = max(1, round((north - south) / float(rng.uniform(22, 40))))
    marks = np.linspace(south, north, count + 1)
    ends = np.full(count, west - 1), np.full(count, east + 1)
    bands = shapely.box(ends[0], marks[:-1] + 0.7, ends[1], marks[1:] - 0.7)
    cut = np.asarray(shapely.intersection(flat, bands)).tolist()
    return [frame.turned(largest(part), angle) for part in cut if part.area > 1]

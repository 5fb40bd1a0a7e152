"""One community of a plan as a value to be edited, and that value as bytes to be kept.

The bytes are the canonical plain data of ``geo.topology.plain`` with the barriers and gates beside them, so that a
plan that was kept and taken up again is equal to the last bit.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import shapely

from geo.crs.local_plane import LocalPlane, local_plane
from geo.topology.adjacency import Edits
from geo.topology.bounds import Rule
from geo.topology.plain import MAPPINGS, as_bytes, from_data
from geo.topology.plan import Band, MicroGrid, Plan
from geo.topology.planning import blank_plan
from geo.topology.survey import ground_of, plane_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from geo.hierarchy.places import City
    from geo.topology.ground import Ground

QUICKLY = 1


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A community of a plan.

    Attributes:
        plan_id: the plan.
        community_id: the community; compounds outside it are not on the sheet.
        version: of the newest operation in this community; equal versions are equal values.
        plan: the value.
        plane: its metres.
        kept: whether the store has it as a sheet already; else it was read off the places and the members.
    """

    plan_id: UUID
    community_id: UUID
    version: int
    plan: Plan
    plane: LocalPlane
    kept: bool


@dataclass(frozen=True, slots=True)
class Member:
    """Floors of a unit in a grid, as the store has them; ``floor_hi`` inclusive."""

    unit: str
    floor_lo: int
    floor_hi: int
    grid: str


def plane_at(lon: float, lat: float) -> LocalPlane:
    """The plane about a place on WGS 84."""
    return local_plane("EPSG:4326", lon, lat)


def laid_out(
    city: City, rule: Rule, grids: Mapping[str, MicroGrid], members: Iterable[Member]
) -> tuple[Plan, LocalPlane]:
    """The plan of a community as it is read off its places: cells laid, members in their grids.

    Members of floors that are no longer there are left out, and with them grids that would hold nobody.
    """
    plane = plane_of(city.compounds) if city.compounds else plane_at(0.0, 0.0)
    ground = ground_of(city, plane)
    plan = blank_plan(ground, rule) if ground.units else _bare(ground, rule)
    bands = _banded(plan, members)
    named = {band.grid for own in bands.values() for band in own}
    return replace(plan, bands=bands, grids={key: grid for key, grid in grids.items() if key in named}), plane


def _bare(ground: Ground, rule: Rule) -> Plan:
    """A plan of ground on which nobody lives."""
    return Plan(
        rule=rule,
        compounds={c.key: c for c in ground.compounds},
        buildings={b.key: b for b in ground.buildings},
        units={},
        cells={},
        edges={},
        bands={},
        grids={},
        barriers=ground.barriers,
        gates=ground.gates,
    )


def _banded(plan: Plan, members: Iterable[Member]) -> dict[str, tuple[Band, ...]]:
    of_unit: dict[str, list[Member]] = {}
    for member in members:
        of_unit.setdefault(member.unit, []).append(member)
    return {key: _bands(own, of_unit.get(key, [])) for key, own in plan.bands.items()}


def _bands(whole: tuple[Band, ...], members: list[Member]) -> tuple[Band, ...]:
    """A unit's floors in bands: those of its members, and none's where there is no member."""
    low, high = whole[0].floor_lo, whole[-1].floor_hi
    bands: list[Band] = []
    for member in sorted(members, key=lambda m: m.floor_lo):
        start, end = max(member.floor_lo, low), min(member.floor_hi, high)
        if start > end:
            continue
        if start > low:
            bands.append(Band(low, start - 1, None))
        if bands and bands[-1].grid == member.grid:
            start = bands.pop().floor_lo
        bands.append(Band(start, end, member.grid))
        low = end + 1
    if low <= high:
        bands.append(Band(low, high, None))
    return tuple(bands)


def packed(plan: Plan) -> bytes:
    """A plan as bytes."""
    whole = {
        "plan": json.loads(as_bytes(plan)),
        "barriers": [shapely.to_wkb(line, hex=True) for line in plan.barriers],
        "gates": [shapely.to_wkb(gate, hex=True) for gate in plan.gates],
    }
    return zlib.compress(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(), QUICKLY)


def unpacked(data: bytes) -> Plan:
    """The inverse of ``packed``."""
    whole = json.loads(zlib.decompress(data))
    plain = whole["plan"]
    parts: dict[str, Any] = {
        part: {key: from_data(part, value) for key, value in plain[part].items()} for part in MAPPINGS
    }
    said = plain["edits"]
    edits = Edits(frozenset((a, b) for a, b in said["joined"]), frozenset((a, b) for a, b in said["parted"]))
    return Plan(
        rule=Rule(*plain["rule"]),
        edits=edits,
        barriers=tuple(shapely.from_wkb(line) for line in whole["barriers"]),
        gates=tuple(shapely.from_wkb(gate) for gate in whole["gates"]),
        **parts,
    )

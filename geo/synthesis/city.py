"""A whole city, community by community: never more than one of them in memory, each the same whoever draws it.

Chengdu's size is 3,045 communities, about 500,000 buildings and 8 million households, counted per unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.hierarchy.places import City
from geo.synthesis import countryside, estates, highrise, names, oldtown, survey
from geo.synthesis.chance import identities, lots
from geo.synthesis.quarter import Ground, Quarter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geo.synthesis.cityplan import CityPlan

PARCEL_M2 = 36_000.0
MOST_PARCELS = 16
PATCH_M2 = 90_000.0


def communities(plan: CityPlan, seed: int = 1, *, progress: Callable[[int], None] = lambda _: None) -> Iterator[City]:
    """The parts of a city, outermost levels first: districts and subdistricts, then one part a community.

    Args:
        plan: what the city consists of.
        seed: of what is built; parts do not depend on each other.
        progress: told the number of buildings of each part.
    """
    yield City(districts=plan.districts, subdistricts=plan.subdistricts)
    for place in range(len(plan.communities)):
        part = community(plan, place, seed)
        yield part
        progress(len(part.buildings))


def community(plan: CityPlan, place: int, seed: int = 1) -> City:
    """The community at ``place`` in the plan with everything in it; its southern and western streets are its own."""
    home, cell = plan.communities[place], plan.cells[place]
    around = plan.lattice.around(cell)
    rng = lots(seed, "quarter", home.code)
    stems, lanes = names.stems(lots(seed, "stems", home.code)), names.stems(lots(seed, "lanes", home.code), names.LANES)
    ground = Ground(plan.lattice.ground(cell), around, rng, stems, lanes)
    quarter = built(home.kind, ground)
    inner = survey.places(quarter, home.id, home.code, plan.plane, seed)
    ids = identities(seed, "streets", home.code)
    rim = City(communities=(home,), barriers=tuple(survey.barrier(around[k], next(ids), plan.plane) for k in (0, 3)))
    return survey.joined([rim, inner])


def built(kind: str, ground: Ground) -> Quarter:
    """The quarter that a community of this character becomes, its households drawn."""
    rng, area = ground.rng, ground.land.area
    pieces = int(np.clip(round(area / PARCEL_M2), 4, MOST_PARCELS))
    if kind == "urban":
        households = float(rng.normal(3_500, 700))
        compounds = int(np.clip(round(households / 640), 2, pieces - 1))
        return estates.build(ground, compounds, round(households), idle=pieces - compounds - 1)
    if kind == "high-rise":
        households = float(rng.normal(4_600, 900))
        compounds = int(np.clip(round(households / 900), 1, max(1, pieces - 3)))
        return highrise.build(ground, compounds, round(households), idle=max(0, pieces - compounds - 3))
    if kind == "old-town":
        return oldtown.build(ground, int(np.clip(round(area / 16_000), 8, 20)))
    hamlets = int(rng.integers(10, 18))
    return countryside.build(
        ground, hamlets, hamlets, round(float(rng.normal(1_000, 200))), pieces=5, patch_m2=PATCH_M2
    )

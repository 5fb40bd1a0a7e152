"""Plans drawn in letters: a map of houses, and a second one that says which house belongs to which grid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.topology.bounds import Rule
from geo.topology.plan import Band, MicroGrid, Plan
from geo.topology.planning import blank_plan
from tests.geo.topology.maps import ground

if TYPE_CHECKING:
    from collections.abc import Mapping

QUARTER = """
    .............
    .aa..bb..cc..
    .............
    .dd..ee..ff..
    .............
    .gg..hh..ii..
    .............
"""


def plan(picture: str, grids: Mapping[str, str], *, rule: Rule | None = None, **counts: Mapping[str, int]) -> Plan:
    """A plan of a picture; ``grids`` names the houses of each grid: {"A": "abc", "B": "def"}."""
    blank = blank_plan(ground(picture, **counts), rule or Rule(10, 60, 40))
    owner = {house: grid for grid, houses in grids.items() for house in houses}
    bands = {key: (Band(unit.floor_lo, unit.floor_hi, owner.get(unit.building)),) for key, unit in blank.units.items()}
    return replace(blank, bands=bands, grids={key: MicroGrid(key, key) for key in grids})


def picture(of: Plan) -> dict[str, str]:
    """The houses of each grid as letters, in order; floors where a house is divided: {"A": "abc1-3"}."""
    words: dict[str, str] = dict.fromkeys(of.grids, "")
    for unit in sorted(of.units):
        for band in of.bands[unit]:
            floors = "" if len(of.bands[unit]) == 1 else f"{band.floor_lo}-{band.floor_hi}"
            words[band.grid or "-"] = words.get(band.grid or "-", "") + unit + floors
    return words

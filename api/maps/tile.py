"""One square of the map, addressed as the web does: zoom, column from the west, row from the north.

Web Mercator (EPSG:3857): zoom 0 is the whole world in one tile, each further zoom cuts every tile in four.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, degrees, pi, sinh
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.places.schemas import Bbox

DEEPEST = 30


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's address."""

    z: int
    x: int
    y: int

    def lies_in_the_world(self) -> bool:
        """Whether there is such a tile.

        >>> Tile(1, 1, 1).lies_in_the_world(), Tile(1, 2, 0).lies_in_the_world(), Tile(99, 0, 0).lies_in_the_world()
        (True, False, False)
        """
        return 0 <= self.z <= DEEPEST and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    def bounds(self) -> Bbox:
        """West, south, east, north in degrees (WGS 84).

        >>> [round(side, 6) for side in Tile(1, 1, 0).bounds()]
        [0.0, 0.0, 180.0, 85.051129]
        """
        west, east = _longitude(self.x, self.z), _longitude(self.x + 1, self.z)
        return west, _latitude(self.y + 1, self.z), east, _latitude(self.y, self.z)


def _longitude(column: int, zoom: int) -> float:
    return column / (1 << zoom) * 360 - 180


def _latitude(row: int, zoom: int) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * row / (1 << zoom)))))

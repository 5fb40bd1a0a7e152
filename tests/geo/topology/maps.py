"""Maps drawn in letters: one letter is a square of ground, 10 m wide.

- lower case: a building with one unit, 1 m inside its squares;
- upper case: a building where nobody lives; digits: buildings known as points;
- dot: open ground of the compound; percent: open ground with a wall through it;
- space: outside the compound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.topology.ground import BuildingSite, CompoundSite, Ground, UnitSite
from geo.topology.slices import polygons_only

if TYPE_CHECKING:
    from collections.abc import Mapping

SIDE_M = 10.0
SETBACK_M = 1.0


def ground(
    picture: str,
    *,
    units: Mapping[str, int] | None = None,
    households: Mapping[str, int] | None = None,
    floors: Mapping[str, int] | None = None,
) -> Ground:
    """The ground of a picture; 12 households behind six floors in each unit unless said otherwise."""
    squares = _squares(picture)
    outline = polygons_only(shapely.union_all([square for here in squares.values() for square in here]))
    walls = _walls(squares.get("%", []))
    buildings: list[BuildingSite] = []
    stairs: list[UnitSite] = []
    for letter in sorted(squares.keys() - {".", "%"}):
        whole = shapely.union_all(squares[letter])
        shape = whole.centroid if letter.isdigit() else whole.buffer(-SETBACK_M, join_style="mitre")
        buildings.append(BuildingSite(letter, "c", shape))
        if letter.isupper():
            continue
        count = (units or {}).get(letter, 1)
        stairs += [
            UnitSite(
                f"{letter}{n + 1}" if count > 1 else letter,
                letter,
                (households or {}).get(letter, 12),
                floor_hi=(floors or {}).get(letter, 6),
            )
            for n in range(count)
        ]
    return Ground((CompoundSite("c", outline),), tuple(buildings), tuple(stairs), tuple(walls))


def _squares(picture: str) -> dict[str, list[shapely.Polygon]]:
    lines = [line for line in picture.splitlines() if line.strip()]
    indent = min(len(line) - len(line.lstrip()) for line in lines)
    squares: dict[str, list[shapely.Polygon]] = {}
    for row, line in enumerate(reversed(lines)):
        for column, letter in enumerate(line[indent:].rstrip()):
            if letter != " ":
                x, y = column * SIDE_M, row * SIDE_M
                squares.setdefault(letter, []).append(shapely.box(x, y, x + SIDE_M, y + SIDE_M))
    return squares


def _walls(squares: list[shapely.Polygon]) -> list[shapely.LineString]:
    """A wall through the middle of each square, straight on, from edge to edge."""
    centres = {(square.centroid.x, square.centroid.y) for square in squares}
    half = SIDE_M / 2
    lines: list[shapely.LineString] = []
    for x, y in sorted(centres):
        upright = (x, y + SIDE_M) in centres or (x, y - SIDE_M) in centres
        level = (x + SIDE_M, y) in centres or (x - SIDE_M, y) in centres
        if level or not upright:
            lines.append(shapely.LineString([(x - half, y), (x + half, y)]))
        if upright:
            lines.append(shapely.LineString([(x, y - half), (x, y + half)]))
    return lines

"""The levels of a city, from the district down to the household.

Names follow the Ministry of Civil Affairs (district, subdistrict, community) and the grid-management
standards GB/T 30428 and CJ/T 213 (compound and building grids); see GLOSSARY.md.
"""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """A level of the hierarchy, outermost first."""

    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    COMPOUND = "compound"
    BUILDING = "building"
    UNIT = "unit"
    FLOOR = "floor"
    HOUSEHOLD = "household"

    @property
    def parent(self) -> Level | None:
        """The level that contains this one, or None for the outermost.

        >>> Level.BUILDING.parent
        <Level.COMPOUND: 'compound'>
        """
        order = list(Level)
        place = order.index(self)
        return order[place - 1] if place else None

    @property
    def child(self) -> Level | None:
        """The level directly inside this one, or None for the innermost."""
        order = list(Level)
        place = order.index(self)
        return order[place + 1] if place + 1 < len(order) else None

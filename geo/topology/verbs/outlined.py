"""Compounds follow their ground: where a building or a border goes over, an outline is the union of its cells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from geo.topology.cells import one_polygon

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.topology.plan import Plan


def outlined(plan: Plan, compounds: Iterable[str]) -> Plan:
    """The plan with some compounds' outlines drawn round their cells; where nobody lives the outline stays."""
    drawn = dict(plan.compounds)
    for key in compounds:
        cells = [cell for unit, cell in sorted(plan.cells.items()) if plan.compound(unit) == key]
        if cells:
            drawn[key] = replace(drawn[key], geometry=one_polygon(shapely.coverage_union_all(cells)))
    return replace(plan, compounds=drawn)

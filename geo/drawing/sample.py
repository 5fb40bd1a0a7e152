"""Draws the plan that ships with the sample: ``python -m geo.drawing.sample data/samples`` writes plan.json there.

It is shipped as a file, since a store is to be ready within seconds of the first start, and drawing four communities
takes half a minute. Keys are worked out from the codes, so that drawing again changes nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import shapely

from geo.drawing.draw import draw
from geo.drawing.wishes import Wishes
from geo.synthesis.files import read_sample
from geo.topology.planning import plan_of
from geo.topology.portions import inhabited, neighbouring
from geo.topology.survey import ground_of, plane_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.crs.local_plane import LocalPlane
    from geo.drawing.draw import Drawing
    from geo.hierarchy.places import City, Community, Compound

FILE = "plan.json"
DECIMALS = 9
"""A tenth of a millimetre: corners that neighbours share stay shared, and no ring crosses itself by rounding."""


def drawn_sample(city: City, wishes: Wishes) -> dict[str, Any]:
    """The plan of every community as plain data: grids with members (unit, lowest, highest floor) and outlines."""
    return {
        "rule": [wishes.rule.least, wishes.rule.most, wishes.rule.target],
        "communities": [
            {"community_id": str(place.id), "grids": list(_grids(city, place, wishes))} for place in city.communities
        ],
    }


def _grids(city: City, place: Community, wishes: Wishes) -> Iterator[dict[str, Any]]:
    compounds = {str(c.id): c for c in city.compounds if c.community_id == place.id}
    plane = plane_of(compounds.values())
    ground, _ = inhabited(ground_of(city, plane, compounds=list(compounds.values())))
    counted: dict[str, int] = {}
    for part in neighbouring(ground):
        yield from _told(draw(part, wishes), wishes, compounds, plane, counted)


def _told(
    drawing: Drawing, wishes: Wishes, compounds: dict[str, Compound], plane: LocalPlane, counted: dict[str, int]
) -> Iterator[dict[str, Any]]:
    divided = drawing.divided
    homes = [compounds[divided.compounds_of(number)[0]] for number in range(int(divided.grid.max(initial=-1)) + 1)]
    codes = []
    for home in homes:
        counted[str(home.id)] = counted.get(str(home.id), 0) + 1
        codes.append(f"{home.code}{counted[str(home.id)]:03d}")
    plan = plan_of(divided, wishes.rule, codes)
    for home, code in zip(homes, codes, strict=True):
        spans = plan.spans(code)
        stacked = any(len(plan.bands[span.unit]) > 1 for span in spans)
        outline: Any = plane.to_source(plan.outline(code))  # type: ignore[type-var] # one polygon or several
        yield {
            "id": str(uuid5(NAMESPACE_URL, f"minqing-map sample grid {code}")),
            "compound_id": str(home.id),
            "code": code,
            "name": f"{home.name}第{int(code[-3:])}微网格",
            "households": plan.households(code),
            "floors": [min(s.floor_lo for s in spans), max(s.floor_hi for s in spans)] if stacked else None,
            "members": [[span.unit, span.floor_lo, span.floor_hi] for span in spans],
            "outline": shapely.to_wkt(outline, rounding_precision=DECIMALS, trim=True),
        }


def main() -> None:
    """Draw the sample in a folder and write its plan there."""
    folder = Path(sys.argv[1])
    plan = drawn_sample(read_sample(folder), Wishes(prove=False))
    text = json.dumps(plan, ensure_ascii=False, separators=(",", ":")).replace('{"id":', '\n{"id":')
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

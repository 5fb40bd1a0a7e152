"""From ground to micro-grids: every dwelling once, every grid in one piece, the same whoever draws it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely

from geo.drawing.crew import draw_city
from geo.drawing.draw import Drawing, draw
from geo.drawing.wishes import Wishes
from geo.synthesis.compounds import KINDS, Kind, make
from geo.topology.bounds import Rule
from geo.topology.portions import inhabited, neighbouring
from geo.topology.survey import ground_of, plane_of
from tests.geo.topology.maps import ground
from tests.geo.topology.surveyor import cut_m2, faults_of_tiling

QUICK = Wishes(prove=False, deadline_s=5.0)
SMALL: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "huge")


def drawn(kind: Kind, seed: int) -> list[Drawing]:
    city = make(kind, seed)
    of, _ = inhabited(ground_of(city, plane_of(city.compounds)))
    return [draw(part, QUICK) for part in neighbouring(of)]


@pytest.mark.parametrize("kind", SMALL)
def test_every_kind_of_compound_becomes_grids_on_the_map(kind: Kind) -> None:
    for drawing in drawn(kind, 7):
        divided = drawing.divided
        counts = Counter({u.key: u.households for u in divided.ground.units})
        members = list(divided.members())
        assert Counter({divided.ground.units[m.unit].key: 0 for m in members}).keys() == counts.keys()
        assert sum(m.households for m in members) == counts.total()
        assert sorted(g for e in drawing.entries for g in e.grids) == list(range(int(divided.grid.max()) + 1))
        for home in np.unique(divided.cells.home):
            own = divided.cells.home == home
            tiles = divided.tiles.polygons[np.unique(divided.tiles.of_unit[own])]
            assert faults_of_tiling(list(tiles), divided.ground.compounds[int(home)].geometry) == []
        for part, tile in zip(divided.cells.parts, divided.tiles.of_unit, strict=True):
            assert cut_m2(part, divided.tiles.polygons[tile]) < 0.02
        for entry in drawing.entries:
            if len(entry.compounds) == 1:
                assert all(isinstance(divided.tiles.grid(g), shapely.Polygon) for g in entry.grids)


def test_two_processes_draw_what_one_draws() -> None:
    parts = [
        ground(
            """
        .aa.bb.cc.
        ..........
        .dd.ee.ff.
    """,
            households=dict.fromkeys("abcdef", 20 + n),
        )
        for n in range(2)
    ]
    wishes = Wishes(Rule(30, 100, 60), prove=False)
    alone = dict(draw_city(parts, wishes))
    together = dict(draw_city(parts, wishes, workers=2))
    assert [alone[i].divided.grid.tolist() for i in (0, 1)] == [together[i].divided.grid.tolist() for i in (0, 1)]
    assert [shapely.to_wkb(alone[i].divided.tiles.polygons).tolist() for i in (0, 1)] == [
        shapely.to_wkb(together[i].divided.tiles.polygons).tolist() for i in (0, 1)
    ]

"""From ground to micro-grids: every dwelling once, every grid in one piece, the same whoever draws it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from distributed import LocalCluster

from geo.drawing.crew import draw_city
from geo.drawing.draw import Drawing, draw
from geo.drawing.wishes import Wishes
from geo.synthesis.compounds import KINDS, Kind, make
from geo.topology.bounds import Rule
from geo.topology.portions import inhabited, neighbouring
from geo.topology.survey import ground_of, plane_of
from tests.geo.topology.maps import ground
from tests.geo.topology.surveyor import cut_m2, faults_of_tiling

if TYPE_CHECKING:
    from geo.topology.ground import Ground

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


def six_houses(count: int) -> list[Ground]:
    return [
        ground(
            """
        .aa.bb.cc.
        ..........
        .dd.ee.ff.
    """,
            households=dict.fromkeys("abcdef", 20 + n),
        )
        for n in range(count)
    ]


def as_bytes(drawings: dict[int, Drawing]) -> list[tuple[list[int], list[bytes]]]:
    """Plans and polygons to the last bit."""
    return [
        (drawings[i].divided.grid.tolist(), shapely.to_wkb(drawings[i].divided.tiles.polygons).tolist())
        for i in sorted(drawings)
    ]


def test_two_processes_draw_what_one_draws_though_one_is_killed() -> None:
    parts, wishes = six_houses(4), Wishes(Rule(30, 100, 60), prove=False)
    together, victim = {}, None
    for place, drawing in draw_city(parts, wishes, workers=2):
        together[place] = drawing
        if victim is None:
            victim = multiprocessing.active_children()[0]
            victim.kill()
    assert victim is not None
    assert as_bytes(together) == as_bytes(dict(draw_city(parts, wishes)))


def test_a_cluster_draws_what_one_process_draws_though_a_worker_is_killed() -> None:
    parts, wishes = six_houses(6), Wishes(Rule(30, 100, 60), prove=False)
    killed: list[int] = []
    with LocalCluster(  # type: ignore[no-untyped-call]  # distributed ships no types
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", protocol="tcp"
    ) as cluster:
        together = {}
        for place, drawing in draw_city(parts, wishes, cluster=cluster.scheduler_address):
            together[place] = drawing
            if not killed:
                worker = next(iter(cluster.workers.values()))
                killed.append(worker.pid)
                os.kill(worker.pid, signal.SIGKILL)
    assert killed
    assert as_bytes(together) == as_bytes(dict(draw_city(parts, wishes)))

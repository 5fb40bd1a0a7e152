"""Whoever computes it, in which order, and whoever dies on the way: the plan is the same."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

from distributed import LocalCluster

from geo.partition.parallel import Wish, divide_all
from geo.topology.bounds import Rule
from tests.geo.partition.neighbourhoods import neighbourhood

if TYPE_CHECKING:
    from geo.partition.partition import Division

GRAPHS = {f"c{seed}": neighbourhood("tight", seed, 10) for seed in range(6)}
WISH = Wish(Rule(), seed=1)


def as_lists(divisions: dict[str, Division]) -> dict[str, list[int]]:
    return {key: division.grid_of.tolist() for key, division in divisions.items()}


def test_a_killed_worker_changes_nothing() -> None:
    killed: list[int] = []

    def kill_one(_key: str, _division: Division) -> None:
        if not killed:
            victim = multiprocessing.active_children()[0]
            killed.append(victim.pid or 0)
            victim.kill()

    alone = divide_all(GRAPHS, WISH)
    together = divide_all(GRAPHS, WISH, workers=2, progress=kill_one)
    assert killed
    assert as_lists(together) == as_lists(alone)


def test_a_cluster_gives_the_same_plan() -> None:
    with LocalCluster(  # type: ignore[no-untyped-call]  # distributed ships no types
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, host="127.0.0.1", protocol="tcp"
    ) as cluster:
        heard: list[str] = []
        divisions = divide_all(
            GRAPHS, WISH, cluster=cluster.scheduler_address, progress=lambda key, _: heard.append(key)
        )
    assert sorted(heard) == sorted(GRAPHS)
    assert as_lists(divisions) == as_lists(divide_all(GRAPHS, WISH))


def test_cancelling_keeps_what_was_done() -> None:
    done: list[str] = []
    divisions = divide_all(GRAPHS, WISH, progress=lambda key, _: done.append(key), cancelled=lambda: len(done) >= 2)
    assert list(divisions) == ["c0", "c1"]

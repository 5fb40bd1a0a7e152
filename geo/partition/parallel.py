"""Divide many communities at once: over the processes of one machine, or over a Dask cluster.

One task is one community. A task is a pure function of its graph, the rule and the seed, so it does not matter who
computes it, in which order, or whether a worker dies on the way: what is lost is computed again, and the result is
the same to the bit (unless a deadline cuts in).
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import GeoError
from geo.partition.partition import Division, partition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geo.partition.objective import Weights
    from geo.topology.atoms import AtomGraph
    from geo.topology.bounds import Rule

#: Seconds between two looks at whether somebody cancelled.
GLANCE_S = 0.2
#: How often a pool whose worker was killed is set up anew before we give up.
PATIENCE = 5


class WorkersLostError(GeoError):
    """Workers die again and again; what they were given kills them."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of every community alike; see ``solve``."""

    rule: Rule
    seed: int
    deadline: float | None = None
    prove: bool = True
    weights: Weights | None = None


def divide_one(graph: AtomGraph, wish: Wish) -> Division:
    """One task."""
    return partition(graph, wish.rule, wish.seed, deadline=wish.deadline, prove=wish.prove, weights=wish.weights)


def divide_all(
    graphs: Mapping[str, AtomGraph],
    wish: Wish,
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: Callable[[str, Division], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Division]:
    """Divide every community; keyed like ``graphs``. Cancelled: only what was done by then.

    Args:
        graphs: the communities by their key.
        wish: rule, seed and the rest.
        workers: processes on this machine; 1 works in this one.
        cluster: address of a Dask scheduler (``tcp://host:8786``) that replaces the processes.
        progress: hears each community as it is done.
        cancelled: asked again and again.

    Raises:
        WorkersLostError: if workers keep dying.
        InvalidInputError: for a graph that cannot be.
    """
    done: dict[str, Division] = {}

    def hear(key: str, division: Division) -> None:
        done[key] = division
        if progress is not None:
            progress(key, division)

    stop = cancelled or (lambda: False)
    if cluster is not None:
        _over_cluster(graphs, wish, cluster, hear, stop)
    elif workers <= 1:
        for key, graph in graphs.items():
            if stop():
                break
            hear(key, divide_one(graph, wish))
    else:
        _over_processes(graphs, wish, workers, hear, stop)
    return {key: done[key] for key in graphs if key in done}


def _over_processes(
    graphs: Mapping[str, AtomGraph],
    wish: Wish,
    workers: int,
    hear: Callable[[str, Division], None],
    stop: Callable[[], bool],
) -> None:
    """A pool of fresh processes; after a worker was killed, a new pool takes what is still to do."""
    left = dict(graphs)
    for _ in range(PATIENCE):
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            tasks = {pool.submit(divide_one, graph, wish): key for key, graph in left.items()}
            try:
                _gather(tasks, left, hear, stop)
            except BrokenProcessPool:
                continue
            else:
                pool.shutdown(cancel_futures=True)
                return
    raise WorkersLostError(f"Workers died {PATIENCE} times; {len(left)} communities are not divided. Give them memory.")


def _gather(
    tasks: dict[Future[Division], str],
    left: dict[str, AtomGraph],
    hear: Callable[[str, Division], None],
    stop: Callable[[], bool],
) -> None:
    waiting = set(tasks)
    while waiting and not stop():
        finished, waiting = wait(waiting, timeout=GLANCE_S, return_when=FIRST_COMPLETED)
        for task in finished:
            division = task.result()
            del left[tasks[task]]
            hear(tasks[task], division)
    for task in waiting:
        task.cancel()


def _over_cluster(
    graphs: Mapping[str, AtomGraph],
    wish: Wish,
    cluster: str,
    hear: Callable[[str, Division], None],
    stop: Callable[[], bool],
) -> None:
    """Dask retries what a dying worker held; results are asked for as they come."""
    from distributed import Client, as_completed  # noqa: PLC0415 - a second to import, and few run a cluster

    with Client(cluster) as client:  # type: ignore[no-untyped-call]  # distributed ships no types
        tasks = {
            client.submit(divide_one, graph, wish, pure=False, retries=PATIENCE, key=f"divide-{key}"): key
            for key, graph in graphs.items()
        }
        for task, division in as_completed(list(tasks), with_results=True):  # type: ignore[no-untyped-call]  # the same
            hear(tasks[task], division)
            if stop():
                client.cancel(list(tasks))
                break

"""Draws a whole city: its parts one after the other, over the processes of one machine, or over a cluster.

A part is a task of its own with its own seed, so the result does not depend on who did it, in which order, or on how
often a worker died: the plan is the same on one core and on a hundred.
"""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.drawing.draw import draw
from geo.errors import GeoError
from geo.partition.warm import warm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geo.drawing.draw import Drawing
    from geo.drawing.wishes import Wishes
    from geo.topology.ground import Ground


#: How often a pool whose process was killed is set up anew before we give up.
PATIENCE = 5


class WorkersLostError(GeoError):
    """Processes die again and again; what they were given kills them."""


def draw_city(
    parts: list[Ground], wishes: Wishes, *, workers: int = 1, cluster: str | None = None
) -> Iterator[tuple[int, Drawing]]:
    """Draw every part of a city; yields its place and the drawing, as each is done.

    Args:
        parts: grounds that have nothing to do with each other (``portions.neighbouring``), all inhabited.
        wishes: the same for all parts; the deadline is shared out by atoms.
        workers: processes on this machine; 1 draws in this one.
        cluster: address of a Dask scheduler instead; one task a part.

    Raises:
        WorkersLostError: if processes keep dying.
    """
    if cluster is not None:
        yield from _on_cluster(parts, wishes, cluster)
    elif workers > 1 and len(parts) > 1:
        yield from _over_processes(parts, wishes, workers)
    else:
        order = range(len(parts))
        yield from ((place, draw(parts[place], turn.now())) for place, turn in _turns(parts, order, wishes, 1))


@dataclass(frozen=True, slots=True)
class Turn:
    """When a part is drawn, and how much of the time that is then left belongs to it.

    Attributes:
        wishes: of the whole run.
        end: on this machine's monotonic clock, which its processes share; None for as long as it takes.
        share: the part's own among the atoms that are still to do, for so many at a time.
    """

    wishes: Wishes
    end: float | None
    share: float

    def now(self) -> Wishes:
        """The wishes for this part, asked when its turn has come."""
        if self.end is None:
            return self.wishes
        left = max(self.end - time.monotonic(), LEAST_S)
        return replace(self.wishes, deadline_s=max(self.share, min(HARD * self.share, 0.5)) * left)


LEAST_S = 0.05
"""A part that comes too late still gets so many seconds."""
HARD = 3.0
"""One part may take so many times its share: most need a tenth of theirs, and a few all they can get."""


def _turns(parts: list[Ground], order: Iterable[int], wishes: Wishes, workers: int) -> Iterator[tuple[int, Turn]]:
    """The parts in this order, each with its turn: what earlier ones did not use is left to the later."""
    end = None if wishes.deadline_s is None else time.monotonic() + wishes.deadline_s
    waiting = sum(len(part.units) for part in parts)
    for place in order:
        own = len(parts[place].units)
        yield place, Turn(wishes, end, min(workers * own / waiting, 1.0))
        waiting -= own


def _take_turn(part: Ground, turn: Turn) -> Drawing:
    return draw(part, turn.now())


def _over_processes(parts: list[Ground], wishes: Wishes, workers: int) -> Iterator[tuple[int, Drawing]]:
    """Largest parts first, so that no process is left with one at the end; spawned, since Qhull and GEOS hold locks.

    A pool whose process was killed is set up anew for what is still to do.
    """
    order = sorted(range(len(parts)), key=lambda i: -len(parts[i].units))
    turns = dict(_turns(parts, order, wishes, workers))
    for _ in range(PATIENCE):
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=warm) as pool:
            tasks = {pool.submit(_take_turn, parts[place], turn): place for place, turn in turns.items()}
            try:
                for task in as_completed(tasks):
                    drawing = task.result()
                    del turns[tasks[task]]
                    yield tasks[task], drawing
            except BrokenProcessPool:
                continue
            return
    raise WorkersLostError(f"Workers died {PATIENCE} times; {len(turns)} parts are not drawn. Give them memory.")


def _on_cluster(parts: list[Ground], wishes: Wishes, address: str) -> Iterator[tuple[int, Drawing]]:
    """One task a part; Dask gives what a dying worker held to another."""
    from distributed import Client  # noqa: PLC0415 - 0.5 s of imports that only a cluster needs
    from distributed import as_completed as arriving  # noqa: PLC0415 - the same

    with Client(address) as client:  # type: ignore[no-untyped-call] # distributed ships no types
        shares = _shares(parts, wishes, sum(client.nthreads().values()) or 1)
        tasks = {client.submit(draw, part, shares[i], pure=False, retries=PATIENCE): i for i, part in enumerate(parts)}
        for task in arriving(list(tasks)):  # type: ignore[no-untyped-call] # the same
            yield tasks[task], task.result()


def _shares(parts: list[Ground], wishes: Wishes, workers: int) -> list[Wishes]:
    """The wishes of each part where clocks differ: the deadline in proportion to its units, for so many at a time."""
    if wishes.deadline_s is None:
        return [wishes] * len(parts)
    a_unit = wishes.deadline_s * workers / sum(len(part.units) for part in parts)
    return [replace(wishes, deadline_s=min(a_unit * len(part.units), wishes.deadline_s)) for part in parts]

"""Draws a whole city: its parts one after the other, over the processes of one machine, or over a cluster.

A part is a task of its own with its own seed, so the result does not depend on who did it, in which order, or on how
often a worker died: the plan is the same on one core and on a hundred.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.drawing.draw import draw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.drawing.draw import Drawing
    from geo.drawing.wishes import Wishes
    from geo.topology.ground import Ground


def draw_city(
    parts: list[Ground], wishes: Wishes, *, workers: int = 1, cluster: str | None = None
) -> Iterator[tuple[int, Drawing]]:
    """Draw every part of a city; yields its place and the drawing, as each is done.

    Args:
        parts: grounds that have nothing to do with each other (``portions.neighbouring``), all inhabited.
        wishes: the same for all parts; the deadline is shared out by atoms.
        workers: processes on this machine; 1 draws in this one.
        cluster: address of a Dask scheduler instead; one task a part.
    """
    wishes_of = _shares(parts, wishes, 1 if cluster else workers)
    if cluster is not None:
        yield from _on_cluster(parts, wishes_of, cluster)
    elif workers > 1 and len(parts) > 1:
        yield from _over_processes(parts, wishes_of, workers)
    else:
        yield from ((place, draw(part, wishes_of[place])) for place, part in enumerate(parts))


def _shares(parts: list[Ground], wishes: Wishes, workers: int) -> list[Wishes]:
    """The wishes of each part: the run's deadline in proportion to its units, for so many at a time."""
    if wishes.deadline_s is None:
        return [wishes] * len(parts)
    a_unit = wishes.deadline_s * workers / sum(len(part.units) for part in parts)
    return [replace(wishes, deadline_s=min(a_unit * len(part.units), wishes.deadline_s)) for part in parts]


def _over_processes(parts: list[Ground], wishes: list[Wishes], workers: int) -> Iterator[tuple[int, Drawing]]:
    """Largest parts first, so that no process is left with one at the end; spawned, since Qhull and GEOS hold locks."""
    order = sorted(range(len(parts)), key=lambda i: -len(parts[i].units))
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        drawn = pool.map(draw, [parts[i] for i in order], [wishes[i] for i in order])
        yield from zip(order, drawn, strict=True)


def _on_cluster(parts: list[Ground], wishes: list[Wishes], address: str) -> Iterator[tuple[int, Drawing]]:
    from distributed import Client, as_completed  # noqa: PLC0415 - 0.5 s of imports that only a cluster needs

    with Client(address) as client:  # type: ignore[no-untyped-call] # distributed ships no types
        place = {client.submit(draw, part, wishes[i], pure=False): i for i, part in enumerate(parts)}
        for future in as_completed(place):  # type: ignore[no-untyped-call] # the same
            yield place[future], future.result()

"""Random neighbourhoods for the tests: rows of slabs, towers, villages, walls, tight counts; and any planar graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import Delaunay

from geo.topology.atoms import AtomGraph, EdgeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

KINDS = ("slab", "midrise", "tower", "mixed", "village", "tight", "walled", "shops")


def graph_of(
    households: ArrayLike,
    xyz_m: ArrayLike,
    edges: Sequence[tuple[int, int, int]],
    *,
    building: ArrayLike | None = None,
    floors: ArrayLike | None = None,
    ground_m2: float | None = None,
) -> AtomGraph:
    """An atom graph from counts, places and (a, b, kind) edges; every atom its own building unless told."""
    h = np.asarray(households)
    n = len(h)
    xyz = np.asarray(xyz_m, dtype=float).reshape(n, -1)
    if xyz.shape[1] == 2:
        xyz = np.column_stack([xyz, np.zeros(n)])
    rows = sorted({(min(a, b), max(a, b)): k for a, b, k in edges}.items())
    top = np.ones(n, np.int32) if floors is None else np.asarray(floors, np.int32)
    own = np.arange(n, dtype=np.int32) if building is None else np.asarray(building, np.int32)
    return AtomGraph(
        unit=np.arange(n, dtype=np.int32),
        building=own,
        floor_lo=np.ones(n, np.int32),
        floor_hi=top,
        households=h,
        xyz_m=xyz,
        edges=np.array([e for e, _ in rows], np.int32).reshape(-1, 2),
        edge_kind=np.array([k for _, k in rows], np.uint8),
        ground_m2=float(ground_m2 if ground_m2 is not None else 60.0 * max(np.nansum(np.maximum(h, 0)), 1)),
        unit_keys=tuple(f"u{i}" for i in range(n)),
        building_keys=tuple(f"b{i}" for i in range(int(own.max(initial=0)) + 1)),
    )


def line(*households: int, kind: int = 0) -> AtomGraph:
    """Atoms in a row, 20 m apart: ``a - b - c``."""
    n = len(households)
    return graph_of(households, [(20.0 * i, 0.0) for i in range(n)], [(i, i + 1, kind) for i in range(n - 1)])


def neighbourhood(kind: str, seed: int, size: int | None = None) -> AtomGraph:
    """A random neighbourhood of one of ``KINDS``; ``size`` buildings, random where not given."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    count = size or int(rng.integers(4, 31))
    if kind == "village":
        return _village(rng, size or int(rng.integers(40, 260)))
    return _estate(kind, rng, count)


def _village(rng: np.random.Generator, count: int) -> AtomGraph:
    middle = rng.uniform(0, 20 * np.sqrt(count), (max(count // 40, 1), 2))
    places = middle[rng.integers(len(middle), size=count)] + rng.normal(0, 45, (count, 2))
    return graph_of(rng.integers(1, 4, count), places, _neighbours(places), ground_m2=300.0 * count)


def _estate(kind: str, rng: np.random.Generator, count: int) -> AtomGraph:
    across = int(np.ceil(np.sqrt(count / 2)))
    xyz: list[tuple[float, float, float]] = []
    households: list[int] = []
    building: list[int] = []
    edges: list[tuple[int, int, int]] = []
    ground: list[int] = []
    for b in range(count):
        x0, y0 = 70.0 * (b % across) + rng.uniform(-5, 5), 32.0 * (b // across) + rng.uniform(-3, 3)
        before = -1
        for u in range(int(rng.integers(1, 5)) if kind != "tower" else int(rng.integers(1, 3))):
            bands = _bands(kind, rng)
            for f, h in enumerate(bands):
                me = len(households)
                xyz.append((x0 + 15.0 * u, y0, 3.0 * f if len(bands) > 1 else 0.0))
                households.append(h)
                building.append(b)
                if f:
                    edges.append((me - 1, me, int(EdgeKind.BETWEEN_FLOORS)))
                else:
                    ground.append(me)
                    if before >= 0:
                        edges.append((before, me, int(EdgeKind.BETWEEN_UNITS)))
                    before = me
    flat = np.array([xyz[g][:2] for g in ground])
    own = np.array(building)[ground]
    wall = _walls(kind, rng, flat)
    edges += [
        (ground[a], ground[b], 0)
        for a, b, _ in _neighbours(flat)
        if own[a] != own[b] and np.hypot(*(flat[a] - flat[b])) < 110 and not wall(flat[a], flat[b])
    ]
    return graph_of(households, xyz, edges, building=building)


def _bands(kind: str, rng: np.random.Generator) -> list[int]:
    if kind == "tower" or (kind == "mixed" and rng.random() < 0.15):
        return [4] * int(rng.integers(26, 34))
    if kind == "tight":
        return [int(rng.integers(26, 45))]
    if kind == "shops" and rng.random() < 0.3:
        return [0]
    if kind == "midrise":
        return [int(rng.integers(18, 45))]
    return [int(rng.choice([10, 12, 14, 12, 24, 18]) - rng.integers(0, 3))]


def _walls(kind: str, rng: np.random.Generator, flat: np.ndarray) -> Callable[[np.ndarray, np.ndarray], bool]:
    if kind != "walled":
        return lambda a, b: False  # noqa: ARG005 - an estate without walls
    x, y = np.quantile(flat[:, 0], rng.uniform(0.3, 0.7)), np.quantile(flat[:, 1], rng.uniform(0.3, 0.9))
    return lambda a, b: (a[0] < x) != (b[0] < x) and max(a[1], b[1]) < y


def _neighbours(places: np.ndarray) -> list[tuple[int, int, int]]:
    if len(places) < 4:
        return [(i, i + 1, 0) for i in range(len(places) - 1)]
    jitter = places + np.random.default_rng(len(places)).normal(0, 1e-3, places.shape)
    return [(int(t[i]), int(t[(i + 1) % 3]), 0) for t in Delaunay(jitter).simplices for i in range(3)]

"""Other people's ways of dividing the same graph: a greedy sweep, GerryChain and spopt's MaxP."""

from __future__ import annotations

import random
import warnings
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.partition.problem import Problem
    from geo.topology.bounds import Rule

    Labels = NDArray[np.int64]


def greedy(problem: Problem, rule: Rule) -> Labels | None:
    """Grow each grid from the westernmost free atom, nearest first, until the target; leftovers join a neighbour."""
    near = _neighbours(problem)
    label = np.full(len(problem), -1)
    for start in np.argsort(problem.xyz_m[:, 0], kind="stable"):
        if label[start] >= 0:
            continue
        grid, total, edge = int(start), 0, {int(start)}
        while edge:
            take = min(edge, key=lambda i: float(np.linalg.norm(problem.xyz_m[i] - problem.xyz_m[start])))
            if total and total + problem.households[take] > rule.most:
                break
            label[take], total = grid, total + int(problem.households[take])
            edge = {j for i in np.flatnonzero(label == grid) for j in near[int(i)] if label[j] < 0}
            if total >= rule.target:
                break
    return _joined(problem, rule, label, near)


def _joined(problem: Problem, rule: Rule, label: Labels, near: list[set[int]]) -> Labels:
    """Grids below the minimum join the smallest neighbour."""
    for grid in np.unique(label):
        own = np.flatnonzero(label == grid)
        if problem.households[own].sum() >= rule.least:
            continue
        beside = {int(label[j]) for i in own for j in near[int(i)]} - {int(grid)}
        if beside:
            label[own] = min(beside, key=lambda g: int(problem.households[label == g].sum()))
    return label


def gerrychain(problem: Problem, rule: Rule) -> Labels | None:
    """Where a ReCom chain of 200 steps ends that begins with a recursive tree partition; None if it cannot begin."""
    import networkx as nx  # noqa: PLC0415 - a bench extra
    from gerrychain import Graph, MarkovChain, Partition, accept, constraints, proposals, updaters  # noqa: PLC0415 - a bench extra
    from gerrychain.tree import recursive_tree_part  # noqa: PLC0415 - a bench extra

    random.seed(1)
    graph = nx.Graph()
    graph.add_nodes_from((i, {"h": int(h)}) for i, h in enumerate(problem.households))
    graph.add_edges_from(problem.edges.tolist())
    k = max(1, round(problem.total / rule.target))
    share = problem.total / k
    slack = min(rule.most / share - 1, 1 - rule.least / share)
    if k == 1:
        return np.zeros(len(problem), dtype=np.int64)
    if slack <= 0:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = Graph.from_networkx(graph)
            start = recursive_tree_part(whole, range(k), share, "h", slack, 1)
            first = Partition(whole, start, {"h": updaters.Tally("h", alias="h")})
            propose = lambda p: proposals.recom(p, pop_col="h", pop_target=share, epsilon=slack, node_repeats=1)  # noqa: E731 - GerryChain wants a callable of one argument
            chain = MarkovChain(propose, [constraints.contiguous], accept.always_accept, first, 200)
            (last,) = deque(chain, maxlen=1)
    except Exception:  # noqa: BLE001 - a peer that fails is a result
        return None
    return np.array([last.assignment[i] for i in range(len(problem))])


def max_p(problem: Problem, rule: Rule) -> Labels | None:
    """The MaxP heuristic of spopt with the rule's minimum as its threshold."""
    import geopandas  # noqa: PLC0415 - a bench extra
    from libpysal.graph import Graph  # noqa: PLC0415 - a bench extra
    from spopt.region import MaxPHeuristic  # noqa: PLC0415 - a bench extra

    frame = geopandas.GeoDataFrame(
        {"x": problem.xyz_m[:, 0], "y": problem.xyz_m[:, 1], "h": problem.households},
        geometry=geopandas.points_from_xy(problem.xyz_m[:, 0], problem.xyz_m[:, 1]),
    )
    pairs = np.concatenate([problem.edges, problem.edges[:, ::-1]])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            weights = Graph.from_arrays(pairs[:, 0], pairs[:, 1], np.ones(len(pairs))).to_W()
            model = MaxPHeuristic(frame, weights, ["x", "y"], "h", rule.least, top_n=2, max_iterations_construction=20)
            model.solve()
    except Exception:  # noqa: BLE001 - a peer that fails is a result
        return None
    return np.asarray(model.labels_, dtype=np.int64)


def _neighbours(problem: Problem) -> list[set[int]]:
    near: list[set[int]] = [set() for _ in range(len(problem))]
    for a, b in problem.edges.tolist():
        near[a].add(b)
        near[b].add(a)
    return near


PEERS: dict[str, Callable[[Problem, Rule], Labels | None]] = {
    "a greedy sweep": greedy,
    "GerryChain": gerrychain,
    "spopt MaxP": max_p,
}

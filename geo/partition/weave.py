"""The order in which dwellings are considered when the best grid around a medoid is priced.

Two structures make the relaxed price sharp without looking at the whole graph:

- A *pendant* path (a stairwell above the ground, a dead-end lane) can be entered only from its foot, so that taking
  an atom means taking everything below it: in ``skip``, leaving an atom out jumps over everything above it.
- A *chain* of units of one building: whether the toll between two neighbours is due depends only on the two, so one
  bit (was the last one taken?) carries it along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.partition.objective import Board


class Weave(NamedTuple):
    """n positions; position t holds atom ``atom[t]``.

    Attributes:
        atom: (n,) the atoms in order: a chain's links one after the other, each followed by its pendant paths.
        group: (n,) number of the chain the position belongs to; groups are contiguous.
        hung: (n,) whether the atom lies on a pendant path.
        skip: (n,) the position that follows if the atom is left out.
        toll: (n,) half the toll to the atom's foot (hung) or to the chain's previous link (0 for its first).
        foot: (n atoms,) the atom below, for atoms on a pendant path; -1 elsewhere.
    """

    atom: NDArray[np.int64]
    group: NDArray[np.int64]
    hung: NDArray[np.bool_]
    skip: NDArray[np.int64]
    toll: NDArray[np.float64]
    foot: NDArray[np.int64]


def weave(board: Board) -> Weave:
    """Order the atoms of a connected problem."""
    paths = _pendant_paths(board)
    foot = np.full(len(board.households), -1, dtype=np.int64)
    above: dict[int, list[list[int]]] = {}
    for base, path in paths:
        above.setdefault(base, []).append(path)
        for low, high in zip([base, *path], path, strict=False):
            foot[high] = low
    loom = _Loom(board, above)
    for chain in _chains(board, foot):
        loom.chain(chain)
    return loom.woven(foot)


def chains_of(woven: Weave) -> tuple[tuple[int, ...], ...]:
    """The chains, each as its links in order."""
    chains: dict[int, list[int]] = {}
    for atom, group, hung in zip(woven.atom.tolist(), woven.group.tolist(), woven.hung.tolist(), strict=True):
        if not hung:
            chains.setdefault(group, []).append(atom)
    return tuple(tuple(links) for links in chains.values())


class _Loom:
    """The positions that ``weave`` lays, one after the other: (atom, group, hung, toll), and where each skips to."""

    def __init__(self, board: Board, above: dict[int, list[list[int]]]) -> None:
        self.board = board
        self.above = above
        self.rows: list[tuple[int, int, bool, float]] = []
        self.skips: dict[int, int] = {}
        self.groups = 0

    def chain(self, links: list[int]) -> None:
        """Lay a chain: each link, then the paths that hang on it."""
        before = -1
        for link in links:
            own = len(self.rows)
            toll = _toll(self.board, before, link) / 2 if before >= 0 else 0.0
            self.rows.append((link, self.groups, False, toll))
            for path in self.above.get(link, []):
                self._path(link, path)
            self.skips[own] = len(self.rows)
            before = link
        self.groups += 1

    def _path(self, base: int, path: list[int]) -> None:
        end = len(self.rows) + len(path)
        for low, high in zip([base, *path], path, strict=False):
            self.skips[len(self.rows)] = end
            self.rows.append((high, self.groups, True, _toll(self.board, low, high) / 2))

    def woven(self, foot: NDArray[np.int64]) -> Weave:
        """The positions as arrays."""
        atom, group, hung, toll = zip(*self.rows, strict=True)
        return Weave(
            np.array(atom, dtype=np.int64),
            np.array(group, dtype=np.int64),
            np.array(hung, dtype=np.bool_),
            np.array([self.skips[t] for t in range(len(self.rows))], dtype=np.int64),
            np.array(toll, dtype=np.float64),
            foot,
        )


def _near(board: Board, i: int) -> list[int]:
    return [int(j) for j in board.near[board.start[i] : board.start[i + 1]]]


def _toll(board: Board, a: int, b: int) -> float:
    return float(board.toll[board.start[a] + _near(board, a).index(b)])


def _pendant_paths(board: Board) -> list[tuple[int, list[int]]]:
    """(foot, atoms upwards) of every path that ends in an atom with one neighbour."""
    degree = np.diff(board.start)
    paths: list[tuple[int, list[int]]] = []
    used: set[int] = set()
    for tip in np.flatnonzero(degree == 1):
        path, at = [int(tip)], _near(board, int(tip))[0]
        while degree[at] == 2:  # noqa: PLR2004 - an inner atom of a path has two neighbours
            onwards = next(j for j in _near(board, at) if j != path[-1])
            path.append(at)
            at = onwards
        if at in used or used.intersection(path):
            continue  # the whole component is one path, hung already from its other end
        used.update(path)
        paths.append((at, path[::-1]))
    return paths


def _chains(board: Board, foot: NDArray[np.int64]) -> list[list[int]]:
    """Every atom that does not hang, in paths along edges that have a toll (a greedy path cover)."""
    free = [int(i) for i in np.flatnonzero(foot < 0)]
    links: dict[int, list[int]] = {i: [] for i in free}
    head = {i: i for i in free}
    for i in free:
        for j in _near(board, i):
            if i < j and j in links and _toll(board, i, j) > 0:
                _link(links, head, i, j)
    chains, seen = [], set()
    for i in sorted(free, key=lambda i: len(links[i])):
        if i not in seen:
            chain = [i]
            seen.add(i)
            while step := [j for j in links[chain[-1]] if j not in seen]:
                chain.append(step[0])
                seen.add(step[0])
            chains.append(chain)
    return chains


def _link(links: dict[int, list[int]], head: dict[int, int], i: int, j: int) -> None:
    """Join two path ends unless that closes a ring."""

    def root(x: int) -> int:
        while head[x] != x:
            x = head[x]
        return x

    if len(links[i]) < 2 and len(links[j]) < 2 and root(i) != root(j):  # noqa: PLR2004 - inner links have two
        links[i].append(j)
        links[j].append(i)
        head[root(i)] = root(j)

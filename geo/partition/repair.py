"""Repair by inches: after a change, mend the plan by moving as few households as possible, and say why each moved.

A full re-solve after small changes moves one household in eight, and every moved household is a doorplate, a
volunteer and a telephone list to change (docs/decisions/0007). Therefore violations come first, then *households
moved*, and only then the objective. The search starts at the grids at fault and widens move by move: a grid that is
too small takes dwellings from a neighbour or joins it, one that is too large gives some away or is divided. The
cheapest chain of moves is found first (Dijkstra on households moved). Locked grids are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.chance import stream
from geo.partition.objective import Weights, board_of, grid_cost
from geo.partition.tree import cut_tree, spanning_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from geo.partition.problem import Problem
    from geo.topology.bounds import Rule

#: Plans weighed while the fewest households are sought; then as many while any mended plan will do.
PATIENCE = 400
#: A founder holds at least this part of the rule's minimum: lighter ones would need too many companions.
FOUNDER = 0.2
#: The grid of an atom that is new on the map.
NEW = -1


class Cause(StrEnum):
    """Why a dwelling changes its grid."""

    ARRIVED = "arrived"
    TORN_OFF = "torn-off"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    MADE_ROOM = "made-room"


@dataclass(frozen=True, slots=True)
class Move:
    """One atom's change of grid; ``origin`` is ``NEW`` for an atom that had none."""

    atom: int
    households: int
    origin: int
    into: int
    cause: Cause


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """A mended plan.

    Attributes:
        grid_of: (n,) int32, the old numbers where a grid lives on; new grids get new numbers.
        moves: every atom that changed its grid, with its cause.
        violation: households by which grids still miss the rule, locked ones included.
    """

    grid_of: NDArray[np.int32]
    moves: tuple[Move, ...]
    violation: int

    @property
    def households_moved(self) -> int:
        """Households that had a grid and now have another."""
        return sum(move.households for move in self.moves if move.origin != NEW)

    @property
    def grids_changed(self) -> frozenset[int]:
        """Grids that gained or lost an atom."""
        return frozenset({m.origin for m in self.moves} | {m.into for m in self.moves}) - {NEW}


def repair(
    problem: Problem,
    rule: Rule,
    grid_of: NDArray[np.integer],
    *,
    locked: frozenset[int] = frozenset(),
    weights: Weights | None = None,
) -> Repair:
    """Mend a plan whose counts, buildings or locks have changed.

    Args:
        problem: the neighbourhood as it is now.
        rule: the household rule.
        grid_of: (n,) the grid that each atom had; ``NEW`` for atoms that had none.
        locked: grids that may neither gain nor lose an atom.
        weights: decide between repairs that move equally many households.
    """
    mender = _Mender(problem, rule, grid_of, locked, weights or Weights())
    start, torn = mender.gathered()
    state = mender.search(start)
    after = np.empty(len(problem), dtype=np.int32)
    for number, members in state.items():
        after[list(_atoms(members))] = number
    violation = sum(rule.excess(mender.total(members)) for members in state.values())
    return Repair(after, tuple(mender.moves(after, start, torn)), violation)


State = dict[int, int]
"""Grid number → its atoms as the bits of an integer."""


def _atoms(members: int) -> Iterator[int]:
    while members:
        low = members & -members
        yield low.bit_length() - 1
        members ^= low


class _Mender:
    """The neighbourhood in bits, and the moves that a grid at fault may make."""

    def __init__(
        self,
        problem: Problem,
        rule: Rule,
        grid_of: NDArray[np.integer],
        locked: frozenset[int],
        weights: Weights,
    ) -> None:
        self.rule, self.locked = rule, locked
        self.board = board_of(problem, rule, weights)
        self.households: list[int] = problem.households.tolist()
        self.origin: list[int] = [int(g) for g in grid_of]
        self.near = [0] * len(self.households)
        for a, b in problem.edges.tolist():
            self.near[a] |= 1 << b
            self.near[b] |= 1 << a
        self.fresh = max([*self.origin, *locked, NEW]) + 1
        self.sums: dict[int, int] = {}

    def total(self, members: int) -> int:
        """Households of a set of atoms."""
        if members not in self.sums:
            self.sums[members] = sum(self.households[i] for i in _atoms(members))
        return self.sums[members]

    def around(self, members: int) -> int:
        """The neighbours of a set of atoms."""
        out = 0
        for i in _atoms(members):
            out |= self.near[i]
        return out & ~members

    def pieces(self, members: int) -> list[int]:
        """The connected parts of a set of atoms, the one with most households first."""
        parts = []
        while members:
            part, edge = 0, members & -members
            while edge:
                part |= edge
                edge = self.around(part) & members
            parts.append(part)
            members &= ~part
        return sorted(parts, key=lambda part: (-self.total(part), part))

    def gathered(self) -> tuple[State, int]:
        """The old plan with new and torn-off atoms taken in by a neighbour; also the torn-off atoms."""
        state: State = {}
        for atom, number in enumerate(self.origin):
            if number != NEW:
                state[number] = state.get(number, 0) | 1 << atom
        torn = 0
        for number, members in list(state.items()):
            first, *rest = self.pieces(members)
            state[number] = first
            torn |= sum(rest)
        loose = torn | sum(1 << atom for atom, number in enumerate(self.origin) if number == NEW)
        while loose:
            loose &= ~self._take_in(state, loose)
        return state, torn

    def _take_in(self, state: State, loose: int) -> int:
        """Give one loose atom to the grid that it suits best, or a loose part that no free grid touches its own."""
        best: tuple[int, float, int, int] | None = None
        for number, members in state.items():
            if number in self.locked:
                continue
            for atom in _atoms(self.around(members) & loose):
                own, joint = self.total(members), members | 1 << atom
                rank = (
                    self.rule.excess(self.total(joint)) - self.rule.excess(own),
                    self.cost(joint) - self.cost(members),
                )
                best = min(best or (*rank, atom, number), (*rank, atom, number))
        part = self.pieces(loose)[0]
        alone = self.rule.excess(self.total(part))
        if best is None or (best[0] > alone and self.total(part)):
            state[self._number(state)] = part
            return part
        state[best[3]] |= 1 << best[2]
        return 1 << best[2]

    def _number(self, state: State) -> int:
        return max(self.fresh, max(state, default=NEW) + 1)

    def cost(self, members: int) -> float:
        """The grid's share of the objective."""
        atoms = np.fromiter(_atoms(members), dtype=np.int64)
        inside = np.zeros(len(self.households), dtype=np.bool_)
        inside[atoms] = True
        return float(grid_cost(self.board, atoms, inside))

    def violation(self, state: State) -> int:
        """Households by which grids that may be changed miss the rule."""
        return sum(self.rule.excess(self.total(m)) for g, m in state.items() if g not in self.locked)

    def moved(self, state: State, start: State) -> int:
        """Households that are no longer where they started."""
        return sum(self.total(start[g] & ~state.get(g, 0)) for g in start if state.get(g, 0) != start[g])

    def search(self, start: State) -> State:
        """The state of least violation, then fewest households moved, then least cost, that patience finds."""
        best = self._sought(start, lambda violation, moved: (moved, violation))
        if best[0][0]:
            hasty = self._sought(start, lambda violation, moved: (violation, moved))
            best = min(best, hasty, key=lambda item: item[0])
        return best[1]

    def _sought(
        self, start: State, order: Callable[[int, int], tuple[int, int]]
    ) -> tuple[tuple[int, int, float], State]:
        """((violation, moved, extra cost), state): the best seen when plans are taken up in the given order."""
        violation = self.violation(start)
        heap = [(order(violation, 0), 0, violation, 0, start)]
        seen, best = {tuple(sorted(start.items()))}, ((violation, 0, 0.0), start)
        while heap and len(seen) < PATIENCE:
            _, _, violation, moved, state = heappop(heap)
            if best[0][0] == 0 and moved > best[0][1]:
                break
            extra = self._extra(state, start) if (violation, moved) <= best[0][:2] else inf
            best = min(best, ((violation, moved, extra), state), key=lambda item: item[0])
            if violation == 0:
                continue
            for child in self._children(state):
                key = tuple(sorted(child.items()))
                if key not in seen:
                    seen.add(key)
                    v, m = self.violation(child), self.moved(child, start)
                    heappush(heap, (order(v, m), len(seen), v, m, child))
        return best

    def _extra(self, state: State, start: State) -> float:
        """What the changed grids cost more than before."""
        changed = [g for g in state.keys() | start.keys() if state.get(g) != start.get(g)]
        return sum(self.cost(s[g]) * sign for s, sign in ((state, 1), (start, -1)) for g in changed if g in s)

    def _children(self, state: State) -> Iterator[State]:
        """The plans one move away that change a grid at fault."""
        free = {g: m for g, m in state.items() if g not in self.locked}
        for number, members in free.items():
            total = self.total(members)
            if self.rule.admits(total):
                continue
            beside = self.around(members)
            for other, theirs in free.items():
                if other == number or not theirs & beside:
                    continue
                if total < self.rule.least:
                    yield from self._shifted(state, other, number, theirs & beside)
                    yield {g: m for g, m in state.items() if g != number} | {other: theirs | members}
                else:
                    yield from self._shifted(state, number, other, members & self.around(theirs))
            if total > self.rule.most:
                yield from self._founded(state, number)
                yield from self._divided(state, number)

    def _shifted(self, state: State, giver: int, taker: int, border: int) -> Iterator[State]:
        """Each border atom goes over, together with whatever it would cut off."""
        members = state[giver]
        for atom in _atoms(border):
            rest = self.pieces(members & ~(1 << atom))
            kept = rest[0] if rest else 0
            child = dict(state)
            child[taker] |= members & ~kept
            if kept:
                child[giver] = kept
            else:
                del child[giver]
            yield child

    def _founded(self, state: State, number: int) -> Iterator[State]:
        """Each atom founds a grid of its own, together with whatever it would cut off; it grows by later moves."""
        for child in self._shifted(state | {self._number(state): 0}, number, self._number(state), state[number]):
            if number in child and self.total(child[self._number(state)]) >= FOUNDER * self.rule.least:
                yield child

    def _divided(self, state: State, number: int) -> Iterator[State]:
        """The grid cut along a few random trees; the larger part keeps its number."""
        atoms = np.fromiter(_atoms(state[number]), dtype=np.int64)
        local = np.full(len(self.households), -1)
        local[atoms] = np.arange(len(atoms))
        for seed in range(4):
            order, parent, toll = spanning_tree(self.board, atoms, local, stream(seed))
            piece = cut_tree(self.board, atoms, order, parent, toll)
            parts = [sum(1 << int(i) for i in atoms[piece == p]) for p in range(int(piece.max()) + 1)]
            if len(parts) > 1:
                child, (first, *rest) = dict(state), sorted(parts, key=lambda p: (-self.total(p), p))
                child[number] = first
                for part in rest:
                    child[self._number(child)] = part
                yield child

    def moves(self, after: NDArray[np.int32], start: State, torn: int) -> Iterator[Move]:
        """Every change against the old plan, with its cause."""
        for atom, origin in enumerate(self.origin):
            into = int(after[atom])
            if into == origin:
                continue
            if origin == NEW:
                cause = Cause.ARRIVED
            elif torn >> atom & 1:
                cause = Cause.TORN_OFF
            else:
                cause = self._cause(start.get(origin, 0), start.get(into, 0))
            yield Move(atom, self.households[atom], origin, into, cause)

    def _cause(self, giver: int, taker: int) -> Cause:
        if self.total(giver) > self.rule.most:
            return Cause.TOO_LARGE
        if self.total(giver) < self.rule.least or (taker and self.total(taker) < self.rule.least):
            return Cause.TOO_SMALL
        return Cause.MADE_ROOM

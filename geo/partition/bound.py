"""How good can any plan be? Dual prices of the dwellings, and a lower bound that holds for every plan.

Column generation: a linear programme over known grids prices the atoms, the knapsack of ``pricing`` looks for grids
that cost less than their atoms are worth, until none is left. With prices λ every plan of k grids costs at least
Σλ + the k least v_j, where v_j bounds the reduced cost of the grids around medoid j: an atom is the medoid of one
grid at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.frames import fined_cost
from geo.partition.master import Grid, Master, Prices
from geo.partition.pricing import floating_grids, price

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from geo.partition.frames import Frames, Limits
    from geo.partition.objective import Board

#: Reduced costs above this are no improvement.
SLIGHT = 1.0e-7
#: A bound this near (relative to the objective) to the best plan known proves it.
ENOUGH = 5.0e-7
#: Where so many atoms are priced, only every ``SAMPLED``-th medoid is asked until they have nothing more to offer.
SAMPLED, FROM_ATOMS = 3, 60
#: Once the sample promises so much of the plan's cost, every medoid is asked.
NEAR = 0.997
#: Shares above this are no rounding.
WHOLE = 1.0e-6
#: Steps that the listing may take around one medoid before it gives up: few while grids are easily found, then more.
STEPS = (80, 1_000, 20_000)
#: A climb that gains less than this part of the objective in so many rounds is given up, where grids hold many atoms.
STALL, STALLED, MANY = 1.0e-4, 80, 30
#: So many atoms may need more time than there is.
LARGE = 800
#: How far the prices move from the best known towards the programme's own (Wentges 1997): against oscillation.
STRIDE = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A problem made ready for proofs: what does the best plan of ``fewest``..``most`` grids within ``limits`` cost?"""

    board: Board
    frames: Frames
    limits: Limits
    fewest: int
    most: int

    def cost(self, grid: Grid) -> float:
        """The fined cost of a grid."""
        inside = np.zeros(len(self.board.households), dtype=np.bool_)
        atoms = np.asarray(grid, dtype=np.int64)
        inside[atoms] = True
        return float(fined_cost(self.board, self.limits, atoms, inside))

    def floor(self, least: NDArray[np.float64]) -> float:
        """The least sum of reduced costs, one grid a medoid, ``fewest``..``most`` grids."""
        return float(np.cumsum(np.sort(least))[self.fewest - 1 : self.most].min())

    def coarse(self, grids: int) -> bool:
        """Whether grids hold so many atoms that their programme hardly converges (villages)."""
        return len(self.board.households) > MANY * grids

    def toll(self, each: float) -> float:
        """The least that the allowed numbers of grids cost at ``each`` a grid."""
        return min(self.fewest * each, self.most * each)

    def even_prices(self) -> NDArray[np.float64]:
        """Prices by households alone, as if so many grids as come nearest to the target were all of one size."""
        board = self.board
        total = float(board.households.sum())
        grids = min(max(round(total / board.target), self.fewest), self.most)
        return 2.0 * board.size * (total / grids / board.target - 1.0) / board.target * board.households.astype(float)

    def first_prices(self, plan: Sequence[Grid]) -> NDArray[np.float64]:
        """Prices that share each grid's cost among its atoms: a household pays its walk and its part of the rest."""
        board, dual = self.board, np.zeros(len(self.board.households))
        for grid in plan:
            own = np.asarray(grid)
            weight = board.households[own].astype(float)
            walks = [weight * np.linalg.norm(board.place[own] - board.place[j], axis=1) for j in grid]
            walk = min(walks, key=lambda w: float(w.sum()))
            dual[own] = walk + (self.cost(grid) - walk.sum()) * weight / max(weight.sum(), 1.0)
        return dual


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """No plan costs less than ``value``: prices ``dual`` (n,), ``each`` a grid show it.

    ``listed`` tells that the connected grids had to be listed for it: the relaxed price alone promises ``relaxed``,
    with the prices ``relaxed_dual``. ``near_dual`` and ``near_each`` are the prices from which to list what may lie
    between the bound and the best plan: every grid costs about as much as its atoms and ``near_each``, or more.
    ``count`` is the number of grids in the programme's best mixture; ``plan`` a better plan that the programme came
    upon, None if it did not.
    """

    value: float
    dual: NDArray[np.float64]
    each: float
    listed: bool
    relaxed: float
    relaxed_dual: NDArray[np.float64]
    near_dual: NDArray[np.float64]
    near_each: float
    count: float
    plan: tuple[Grid, ...] | None


class Pool:
    """The grids known so far, each with its fined cost."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.costs: dict[Grid, float] = {}

    def add(self, grids: Iterable[Grid]) -> tuple[list[Grid], list[float]]:
        """Keep the new ones among ``grids``; returns them with their costs."""
        new: list[Grid] = []
        for grid in grids:
            if grid not in self.costs:
                self.costs[grid] = self.question.cost(grid)
                new.append(grid)
        return new, [self.costs[g] for g in new]


def unpacked(flat: NDArray[np.int64]) -> tuple[list[Grid], list[tuple[int, Grid]]]:
    """Grids as ``price`` writes them: the connected ones, and (medoid, grid) of the loose ones."""
    grids: list[Grid] = []
    loose: list[tuple[int, Grid]] = []
    at, values = 0, flat.tolist()
    while at < len(values):
        if values[at] > 0:
            grids.append(tuple(values[at + 1 : at + 1 + values[at]]))
            at += values[at] + 1
        else:
            loose.append((-values[at + 1], tuple(values[at + 2 : at + 2 - values[at]])))
            at += 2 - values[at]
    return grids, loose


@dataclass(frozen=True, slots=True)
class Look:
    """How thoroughly medoids are asked: steps and grids for each of them, and every how many-th from where."""

    steps: int = 1
    grids: int = 1
    every: int = 1
    offset: int = 0


#: Steps between two looks at the clock: some tenths of a second.
PATIENCE = 1_000_000

Priced = tuple["NDArray[np.int64]", "NDArray[np.float64]", "NDArray[np.bool_]"]


def priced(
    question: Question, dual: NDArray[np.float64], threshold: float, look: Look, going_on: Callable[[], bool]
) -> Priced | None:
    """Connected grids of reduced cost <= ``threshold``, bounds (n,) and completeness (n,) of medoids; see ``price``.

    Medoids that are not asked have infinite bounds, and wrong ones. None where time ran out on the way.
    """
    n, (board, frames, limits) = len(dual), (question.board, question.frames, question.limits)
    least, complete = np.full(n, np.inf), np.ones(n, dtype=np.bool_)
    stride = look.every * max(PATIENCE // look.steps, 1)
    found = []
    for first in range(look.offset, n, stride):
        if first > look.offset and not going_on():
            return None
        medoids = (first, min(first + stride, n), look.every)
        found.append(price(board, frames, limits, dual, threshold, look.steps, look.grids, medoids, least, complete))
    found.append(floating_grids(frames, dual, threshold, least))
    return np.concatenate(found), least, complete


def enough(goal: float) -> float:
    """The bound with which one is content where nothing may cost less than ``goal``."""
    return goal - max(SLIGHT, ENOUGH * max(1.0, abs(goal)))


class Climb:
    """One column generation, round by round; ``bound`` is the best so far."""

    def __init__(
        self, question: Question, pool: Pool, plan: Sequence[Grid], upper: float, going_on: Callable[[], bool]
    ) -> None:
        self.question, self.pool, self.upper, self.going_on = question, pool, upper, going_on
        self.centre = question.first_prices(plan)
        self.value = self.relaxed = -np.inf
        self.dual = self.relaxed_dual = self.centre
        self.each, self.relaxed_each, self.count = 0.0, 0.0, float(len(plan))
        self.patience = 0
        self.complete = False
        self.plan: tuple[Grid, ...] | None = None
        self.turn, self.every = 0, SAMPLED if len(question.board.households) >= FROM_ATOMS else 1
        self.height = -np.inf
        self.restart()

    def try_prices(self, dual: NDArray[np.float64]) -> None:
        """What the relaxed price alone promises with these prices; nothing is listed."""
        question = self.question
        found = priced(question, dual, -np.inf, Look(), self.going_on)
        if found is None:
            return
        least = found[1]
        value = float(dual.sum() + question.floor(least))
        if value > self.relaxed:
            self.relaxed, self.relaxed_dual, self.relaxed_each = value, dual, float(least.min())

    def restart(self) -> None:
        """Begin the programme anew from the connected grids of the pool."""
        question = self.question
        self.loosened: set[tuple[int, Grid]] = set()
        self.offered: list[Grid | None] = list(self.pool.costs)
        n = len(question.board.households)
        self.master = Master(n, question.fewest, question.most, dear=10.0 * (abs(self.upper) + 1.0))
        self.master.add(list(self.pool.costs), list(self.pool.costs.values()))

    def round(self, prices: Prices, *, smooth: bool) -> bool:
        """Price once; whether anything new was offered to the programme."""
        dual = self.centre + STRIDE * (prices.dual - self.centre) if smooth else prices.dual
        question, each = self.question, prices.each
        look = Look(STEPS[self.patience], 2, self.every, self.turn % self.every)
        found = priced(question, dual, each - SLIGHT, look, self.going_on)
        if found is None:
            return False
        flat, least, complete = found
        self.turn += 1
        grids, loose = unpacked(flat)
        self._raise_relaxed(dual, least)
        new, costs = self.pool.add(grids)
        self.offered += new
        if not grids and complete.all() and self.every == 1:
            self._raise(dual, each)
        if self.patience == 0:
            fresh = [(j, grid) for j, grid in loose if (j, grid) not in self.loosened]
            new += [grid for _, grid in fresh]
            costs += [float(least[j] + dual[list(grid)].sum()) for j, grid in fresh]
            self.offered += [None] * len(fresh)
            self.loosened.update(fresh)
        self.master.add(new, costs)
        self.complete = bool(complete.all())
        return bool(new)

    def _raise_relaxed(self, dual: NDArray[np.float64], least: NDArray[np.float64]) -> None:
        value = float(dual.sum() + self.question.floor(least))
        if value > self.height:
            self.height, self.centre = value, dual
        if value > self.relaxed and self.every == 1:
            self.relaxed, self.relaxed_dual, self.relaxed_each = value, dual, float(least.min())

    def solve(self) -> Prices:
        """Price the atoms; where the best mixture is a plan and a better one than ours, keep it."""
        prices = self.master.solve()
        self.count = prices.count
        if prices.value < self.upper - SLIGHT:
            used = np.flatnonzero(prices.share > WHOLE)
            plan = [self.offered[k] for k in used.tolist()]
            atoms = sorted(i for grid in plan if grid is not None for i in grid)
            if None not in plan and atoms == list(range(len(prices.dual))):
                self.plan = tuple(grid for grid in plan if grid is not None)
                self.upper = min(self.upper, sum(self.pool.costs[grid] for grid in self.plan))
        return prices

    def look_everywhere(self) -> bool:
        """Ask every medoid from now on; whether that is new. What the sample promised no longer counts."""
        before, self.every, self.height = self.every, 1, -np.inf
        return before > 1

    def _raise(self, dual: NDArray[np.float64], each: float) -> None:
        """No connected grid costs less than its atoms and ``each`` are worth: that is a bound by itself."""
        value = float(dual.sum()) + self.question.toll(each - SLIGHT)
        if value > self.value:
            self.value, self.dual, self.each = value, dual, each

    def bound(self) -> Bound:
        """The best bound so far."""
        toll = self.question.toll(self.relaxed_each)
        near = (self.dual, self.each) if self.value > self.relaxed_dual.sum() + toll else None
        near_dual, near_each = near or (self.relaxed_dual, self.relaxed_each)
        listed = self.value > self.relaxed + SLIGHT
        value, dual = (self.value, self.dual) if listed else (self.relaxed, self.relaxed_dual)
        return Bound(
            value,
            dual,
            self.each,
            listed,
            self.relaxed,
            self.relaxed_dual,
            near_dual,
            near_each,
            self.count,
            self.plan,
        )


def lower_bound(
    question: Question,
    pool: Pool,
    plan: Sequence[Grid],
    upper: float,
    going_on: Callable[[], bool],
    rounds: int = 150,
) -> Bound:
    """Raise the bound until it meets ``upper``, no better grid exists, or ``going_on`` says stop."""
    climb = Climb(question, pool, plan, upper, going_on)
    height, stalled = -np.inf, 0
    other = not question.fewest <= len(plan) <= question.most
    if other or len(question.board.households) >= LARGE:
        # Other numbers of grids are mostly too dear by their sizes; where time may not do for more, this is a bound.
        climb.try_prices(question.even_prices())
        rounds = 0 if climb.relaxed >= enough(upper) else rounds
    for _ in range(rounds):
        prices = climb.solve()
        fresh = climb.round(prices, smooth=True) or climb.round(prices, smooth=False)
        reached = max(climb.height, climb.value)
        stalled = 0 if reached > height + STALL * abs(upper) else stalled + 1
        height = max(height, reached) if stalled == 0 else height
        if max(climb.relaxed, climb.value) >= enough(climb.upper):
            break
        if not going_on() or (stalled >= STALLED and question.coarse(len(plan))):
            break
        if (not fresh or climb.height >= NEAR * climb.upper or stalled > 1) and climb.look_everywhere():
            continue
        if not fresh:
            if (climb.complete and not climb.loosened) or climb.patience + 1 == len(STEPS):
                break
            climb.patience += 1
            climb.restart()
    return climb.bound()

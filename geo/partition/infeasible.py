"""Why a neighbourhood cannot obey the rule, in one sentence, and the smallest exemption that would let it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import Refusal
from geo.partition.objective import Weights, board_of
from geo.partition.plan import draw_plan
from geo.topology.atoms import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.partition.problem import Problem
    from geo.topology.bounds import Rule


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exemption for one grid: it holds ``households``, which misses the rule by ``excess``."""

    grid: int
    households: int
    excess: int


def waivers_of(problem: Problem, rule: Rule, grid_of: NDArray[np.int32]) -> tuple[Waiver, ...]:
    """The exemptions that a plan needs, none where every grid obeys the rule."""
    households = np.bincount(grid_of, weights=problem.households).astype(int).tolist()
    return tuple(Waiver(g, h, rule.excess(h)) for g, h in enumerate(households) if rule.excess(h))


def reason_of(
    problem: Problem, rule: Rule, violation: int, *, proved: bool, seed: int, going_on: Callable[[], bool]
) -> Refusal:
    """Why no plan of this problem obeys the rule; asked where ``violation`` > 0 is the least known."""
    total = problem.total
    if total == 0:
        return Refusal("nobody-lives-here", "此处没有住户", "Nobody lives here; join it to a neighbouring compound.")
    if total < rule.least:
        return Refusal(
            "below-minimum",
            f"相连的楼栋共{total}户，少于下限{rule.least}户",
            f"The connected buildings hold {total} households, fewer than {rule.least}; join them to a neighbour.",
        )
    if all(not k * rule.least <= total <= k * rule.most for k in range(1, total + 1)):
        return Refusal(
            "no-number-fits",
            f"{total}户无法分成若干个{rule.least}至{rule.most}户的网格",
            f"No number of grids of {rule.least} to {rule.most} divides {total} households; widen the rule.",
        )
    cuts = _floor_cuts(problem, rule, seed, going_on)
    if cuts is not None:
        return Refusal(
            "floors-would-do",
            f"按单元无法满足规则；在{cuts}处按楼层分开即可",
            f"Whole units cannot obey the rule; dividing stairwells between floors at {cuts} places would.",
        )
    if proved:
        return Refusal(
            "no-division-exists",
            f"已穷尽证明：任何划分至少违反{violation}户",
            f"Every division was ruled out: each misses the rule by at least {violation} households.",
        )
    return Refusal(
        "none-found",
        f"未找到合规划分；现有方案违反{violation}户",
        f"No division was found that obeys the rule; the best known misses it by {violation} households.",
    )


def _floor_cuts(problem: Problem, rule: Rule, seed: int, going_on: Callable[[], bool]) -> int | None:
    """Places where stairwells would have to be divided between floors to obey the rule; None if that fails too."""
    if int(problem.floors.max()) == 1 or not going_on():
        return None
    finer, origin = by_floors(problem)
    label, score = draw_plan(board_of(finer, rule, Weights()), seed, going_on)
    if score.violation:
        return None
    inner = origin[finer.edges[:, 0]] == origin[finer.edges[:, 1]]
    return int((inner & (label[finer.edges[:, 0]] != label[finer.edges[:, 1]])).sum())


def by_floors(problem: Problem) -> tuple[Problem, NDArray[np.int64]]:
    """The problem with every atom of several floors divided into its floors, households spread evenly.

    Also (n finer atoms,) the atom each comes from. Only the lowest floor keeps the atom's neighbours.
    """
    n = len(problem)
    floors = np.maximum(problem.floors, 1)
    origin = np.repeat(np.arange(n), floors)
    first = np.concatenate([[0], np.cumsum(floors)[:-1]])
    rank = np.arange(len(origin)) - first[origin]
    own, count = problem.households[origin], floors[origin]
    up = np.flatnonzero(rank[1:] > 0)
    edges = np.concatenate([first[problem.edges].reshape(-1, 2), np.column_stack([up, up + 1])])
    kinds = np.concatenate([problem.edge_kind, np.full(len(up), EdgeKind.BETWEEN_FLOORS)])
    xyz = problem.xyz_m[origin].copy()
    xyz[:, 2] += 3.0 * (rank - (count - 1) / 2)
    finer = replace(
        problem,
        atoms=problem.atoms[origin],
        households=own * (rank + 1) // count - own * rank // count,
        xyz_m=xyz,
        edges=edges.astype(np.int32),
        edge_kind=kinds.astype(np.uint8),
        building=problem.building[origin],
        floors=np.ones(len(origin), dtype=np.int32),
    )
    return finer, origin

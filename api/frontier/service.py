"""Draws a plan's ground for several target sizes, without proofs and without writing anything, until a deadline."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.frontier.schemas import ChoiceRead, FrontierRead
from api.plans.ground import community_seen
from geo.partition.frontier import Choice, frontier
from geo.partition.leanings import Leanings
from geo.topology.adjacency import adjacency
from geo.topology.bounds import Rule
from geo.topology.cells import lay_cells
from geo.topology.portions import inhabited
from geo.topology.survey import ground_of, plane_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from geo.hierarchy.places import City
    from geo.partition.objective import Weights

DEADLINE_S = 20.0
STEPS = 6
"""Targets that are tried where the planner names none, besides the plan's own."""

PLAN = "SELECT subdistrict_id, community_id, least, most, target FROM plan WHERE id = :id"
COMMUNITIES = """
SELECT id FROM community WHERE id = :community OR (CAST(:community AS uuid) IS NULL AND subdistrict_id = :subdistrict)
 ORDER BY code, id
"""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the machine, whole: the answer needs no store."""

    cities: tuple[City, ...]
    """One a community."""
    rule: Rule
    targets: tuple[int, ...]
    weights: Weights


async def question_of(
    session: AsyncSession, plan_id: UUID, targets: Sequence[int], weighed: Mapping[str, float]
) -> Question:
    """Read the ground of a plan, so that nobody's transaction stands open while the machine draws.

    ``weighed`` holds the multiples of ``Leanings`` by name.

    Raises:
        NotFoundError: there is no such plan.
        InvalidError: a target lies outside the plan's rule.
    """
    plan = (await session.execute(text(PLAN), {"id": plan_id})).mappings().first()
    if plan is None:
        raise NotFoundError("没有这个方案，或您无权查看。", "There is no such plan, or it is not yours to see.")
    rule = Rule(plan["least"], plan["most"], max(plan["target"], 1))
    wanted = sorted({*(targets or usual(rule)), rule.target})
    if any(not rule.least <= t <= rule.most for t in wanted):
        raise InvalidError(
            f"目标户数应在 {rule.least} 与 {rule.most} 之间。",
            f"A target has to lie between {rule.least} and {rule.most}.",
        )
    places = {"community": plan["community_id"], "subdistrict": plan["subdistrict_id"]}
    communities = (await session.execute(text(COMMUNITIES), places)).scalars().all()
    cities = [await community_seen(session, community) for community in communities]
    return Question(tuple(cities), rule, tuple(wanted), Leanings(**weighed).weights())


async def frontier_of(asked: Question) -> FrontierRead:
    """What other target sizes would mean for the ground of a plan, added up over its communities."""
    began = perf_counter()
    found: list[tuple[Choice, ...]] = []
    for city in asked.cities:
        left = DEADLINE_S - (perf_counter() - began)
        found.append(await asyncio.to_thread(_choices, city, asked.rule, asked.targets, asked.weights, left))
    known = min((len(choices) for choices in found), default=0)
    choices = [_together([own[k] for own in found], asked.rule) for k in range(known)]
    seconds = round(perf_counter() - began, 3)
    return FrontierRead(choices=choices, complete=known == len(asked.targets), seconds=seconds)


def usual(rule: Rule) -> list[int]:
    """Targets over the upper two thirds of the rule, in even steps: few planners wish for the smallest grids."""
    lowest = rule.least + (rule.most - rule.least) // 3
    return sorted({max(1, round(t)) for t in np.linspace(lowest, rule.most, STEPS)})


def _choices(city: City, rule: Rule, targets: Sequence[int], weights: Weights, left_s: float) -> tuple[Choice, ...]:
    """The choices of one community; those it had time for."""
    ground, _ = inhabited(ground_of(city, plane_of(city.compounds))) if city.compounds else (None, ())
    if ground is None or not ground.units:
        return tuple(Choice(t, 0, 0, 0, 0, 0.0, 0.0) for t in targets)
    began = perf_counter()
    graph = adjacency(ground, lay_cells(ground), rule)
    return frontier(graph, rule, targets, 1, weights=weights, cancelled=lambda: perf_counter() - began > left_s)


def _together(own: list[Choice], rule: Rule) -> ChoiceRead:
    """The figures of several communities as one: sums, and averages weighted by grids."""
    said = asdict(own[0])
    for name in ("grids", "violation", "split_buildings", "split_units"):
        said[name] = sum(getattr(choice, name) for choice in own)
    for name in ("mean_walk_m", "balance"):
        said[name] = sum(getattr(choice, name) * choice.grids for choice in own) / max(said["grids"], 1)
    return ChoiceRead(**said, current=said["target"] == rule.target)

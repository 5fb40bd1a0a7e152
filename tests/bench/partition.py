"""How good and how fast is the partition, on every kind of compound, beside other people's methods on the same graphs?

Quick: one seed a kind. Full: twenty seeds a kind. In the environment ``SEEDS`` asks for another number or for a range
("40:80"; the issue's own measure is 200), ``KINDS`` for some kinds, ``PEERED`` for how many problems are given to the
peers: so the whole measure can be taken in pieces. Times are CPU seconds of one process, so that a busy machine does
not blur them. Every solution is checked by the independent verifier before it counts.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.objective import Score, Weights, score
from geo.partition.problem import problems_of
from geo.partition.repair import repair
from geo.partition.solve import Solution, solve
from geo.partition.verify import verify
from geo.partition.warm import warm
from geo.synthesis.compounds import KINDS
from geo.topology.bounds import Rule
from tests.bench import municipality
from tests.bench.compounds import compound_graph
from tests.bench.peers import PEERS
from tests.bench.report import Figure, Report

if TYPE_CHECKING:
    from geo.partition.problem import Problem

#: Wall-clock seconds that one problem may take with its proof.
DEADLINE_S = 60.0
#: The verifier is slow on purpose; above so many atoms only the plan itself is checked here.
VERIFIED_ATOMS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One problem solved: with proof, without, and what the verifier said."""

    kind: str
    problem: Problem
    solution: Solution
    plan_s: float
    proof_s: float
    faults: int
    repair_s: tuple[float, ...]
    changed: tuple[int, ...]


def bench(report: Report, *, quick: bool) -> None:
    """Measure plans, proofs, repairs and peers."""
    warm()
    first, _, last = os.environ.get("SEEDS", "1" if quick else "20").rpartition(":")
    seeds = range(int(first or 0), int(last))
    asked = os.environ.get("KINDS", "").split(",")
    kinds = [kind for kind in KINDS if kind in asked or (asked == [""] and not (quick and kind == "huge"))]
    runs = [run for kind in kinds for seed in seeds for run in _runs(kind, seed)]
    _quality(report, runs)
    _speed(report, runs)
    _peers(report, runs, quick=quick)
    for kind in kinds:
        _by_kind(report, kind, [run for run in runs if run.kind == kind])
    municipality.measure(report, quick=quick)
    if quick:
        report.note("Quick: one seed a kind, without the huge compounds; run without --quick for all kinds.")


def _runs(kind: str, seed: int) -> list[Run]:
    return [_run(kind, seed, problem) for problem in problems_of(compound_graph(kind, seed))]  # type: ignore[arg-type]  # kind is one of KINDS


def _run(kind: str, seed: int, problem: Problem) -> Run:
    began = time.process_time()
    solve(problem, Rule(), seed, prove=False)
    planned = time.process_time()
    solution = solve(problem, Rule(), seed, deadline=DEADLINE_S)
    proved = time.process_time()
    checked = solution if len(problem) <= VERIFIED_ATOMS else replace(solution, bound=-np.inf)
    faults = len(verify(problem, Rule(), Weights(), checked))
    seconds, changed = _repairs(problem, solution, seed)
    return Run(kind, problem, solution, planned - began, proved - planned, faults, seconds, changed)


def _repairs(problem: Problem, solution: Solution, seed: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Three times one building gains or loses up to four households an atom."""
    rng = np.random.default_rng(seed)
    seconds, changed = [], []
    for _ in range(3):
        own = problem.building == rng.choice(problem.building)
        noise = np.where(own, rng.integers(-4, 5, len(problem)), 0)
        now = replace(problem, households=np.maximum(problem.households + noise, 0))
        began = time.process_time()
        mended = repair(now, Rule(), solution.grid_of)
        seconds.append(time.process_time() - began)
        changed.append(len(mended.grids_changed))
    return tuple(seconds), tuple(changed)


def _quality(report: Report, runs: list[Run]) -> None:
    gaps = np.array([run.solution.gap for run in runs])
    beyond = sum(run.solution.violation - run.solution.least_violation for run in runs)
    faults = sum(run.faults for run in runs)
    share = {name: float((gaps <= most).mean()) for name, most in (("proved", 1e-6), ("1 %", 0.01), ("2 %", 0.02))}
    report.add(Figure("problems", len(runs), "count"))
    report.add(Figure("violation beyond the proven minimum", beyond, "households", bar="0", met=beyond == 0))
    report.add(Figure("claims refuted by the verifier", faults, "count", bar="0", met=faults == 0))
    report.add(Figure("proved optimal", share["proved"], "share", bar=">= 0.95", met=share["proved"] >= 0.95))
    report.add(Figure("within 1 % of the bound", share["1 %"], "share", bar=">= 0.99", met=share["1 %"] >= 0.99))
    report.add(Figure("within 2 % of the bound", share["2 %"], "share", bar="1", met=share["2 %"] >= 1.0))


def _speed(report: Report, runs: list[Run]) -> None:
    plan, whole = np.array([r.plan_s for r in runs]), np.array([r.proof_s for r in runs])
    mend = np.array([s for r in runs for s in r.repair_s])
    changed = np.array([c for r in runs for c in r.changed])
    for name, values, q, bar in (
        ("plan of one problem, p50", plan, 50, None),
        ("plan of one problem, p95", plan, 95, 0.020),
        ("plan of one problem, worst", plan, 100, 0.200),
        ("plan and proof of one problem, p95", whole, 95, 0.500),
        ("repair after one building changes, p95", mend, 95, 0.010),
    ):
        value = float(np.percentile(values, q))
        words = "" if bar is None else f"<= {bar}"
        report.add(Figure(name, value, "CPU s", bar=words, met=None if bar is None else value <= bar))
    most = float(np.percentile(changed, 95))
    report.add(Figure("grids changed by a repair, p95", most, "grids", bar="<= 3", met=most <= 3))


def _peers(report: Report, runs: list[Run], *, quick: bool) -> None:
    """Other methods on the same graphs and objective; a peer that fails is no better."""
    chosen = [run for run in runs if 2 <= len(run.problem) <= (45 if quick else 120)][
        : int(os.environ.get("PEERED", "3" if quick else "80"))
    ]
    for name, divide in PEERS.items():
        better, ratios = 0, []
        for run in chosen:
            grid_of = divide(run.problem, Rule())
            if grid_of is None:
                continue
            theirs = score(run.problem, Rule(), Weights(), grid_of)
            ours = Score(run.solution.violation, run.solution.objective)
            better += (theirs.violation, theirs.objective + 1e-6) < (ours.violation, ours.objective)
            if theirs.violation == ours.violation:
                ratios.append(theirs.objective / ours.objective)
        beside = f"{len(ratios)} of {len(chosen)} as few violations; median {np.median(ratios or [np.nan]):.2f} x ours"
        report.add(Figure(f"instances where {name} is better", better, "count", beside, bar="0", met=better == 0))


def _by_kind(report: Report, kind: str, runs: list[Run]) -> None:
    gaps = np.array([run.solution.gap for run in runs])
    plan, whole = np.array([r.plan_s for r in runs]), np.array([r.proof_s for r in runs])
    atoms = [len(run.problem) for run in runs]
    report.note(
        f"{kind}: {len(runs)} problems of {min(atoms)}-{max(atoms)} atoms, {np.mean(gaps <= 1e-6):.1%} proved, largest "
        f"gap {gaps.max():.2%}; plan p50/p95 {np.percentile(plan, 50):.3f}/{np.percentile(plan, 95):.3f} s, with proof "
        f"{np.percentile(whole, 50):.3f}/{np.percentile(whole, 95):.3f} s; infeasible "
        f"{sum(run.solution.least_violation > 0 for run in runs)}"
    )

"""The stranger catches every lie: each claim is bent once, and each bend is found."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from geo.partition.certificate import Certificate, Proof
from geo.partition.objective import Weights
from geo.partition.problem import problems_of
from geo.partition.solve import Solution, solve
from geo.partition.verify import verify
from geo.topology.bounds import Rule
from tests.geo.partition.neighbourhoods import line, neighbourhood


@pytest.fixture(scope="module")
def honest() -> Solution:
    return solve(PROBLEM, Rule(), 1)


(PROBLEM,) = problems_of(neighbourhood("shops", 5))


def test_the_stranger_shares_no_code_with_the_solver() -> None:
    alone = (
        "import sys, geo.partition.verify; "
        "print(*(m for m in sys.modules if m.startswith('geo.') or m.split('.')[0] in {'numba', 'highspy', 'scipy'}))"
    )
    told = subprocess.run([sys.executable, "-c", alone], capture_output=True, text=True, check=True)
    assert set(told.stdout.split()) == {
        "geo.partition",
        "geo.partition.verify",
        "geo.partition.verify_pairs",
        "geo.topology",
        "geo.topology.atoms",
    }


def found(solution: Solution) -> str:
    return " ".join(verify(PROBLEM, Rule(), Weights(), solution))


def objective_proof(solution: Solution) -> Proof:
    assert solution.certificate.objective is not None
    return solution.certificate.objective


def test_an_honest_solution_passes(honest: Solution) -> None:
    assert found(honest) == ""


def test_a_grid_that_falls_apart_is_seen(honest: Solution) -> None:
    grid_of = honest.grid_of.copy()
    far = int(np.argmax(np.linalg.norm(PROBLEM.xyz_m - PROBLEM.xyz_m[0], axis=1)))
    grid_of[far] = grid_of[0]
    assert "falls apart" in found(replace(honest, grid_of=grid_of))


def test_a_flattered_objective_is_seen(honest: Solution) -> None:
    assert "objective is" in found(replace(honest, objective=honest.objective - 0.001))


def test_a_bound_without_proof_is_seen(honest: Solution) -> None:
    assert "without a proof" in found(replace(honest, certificate=Certificate()))


def test_a_worse_plan_under_the_same_proof_is_no_longer_at_the_bound(honest: Solution) -> None:
    raised = replace(honest, bound=honest.bound + 0.01, objective=honest.objective + 0.02)
    assert "shows a bound" in found(raised)


def test_prices_that_were_tampered_with_prove_nothing(honest: Solution) -> None:
    proof = objective_proof(honest)
    dear = tuple(
        replace(c, dual=c.dual[::-1], leaves=tuple(replace(x, dual=x.dual[::-1]) for x in c.leaves))
        for c in proof.cases
    )
    bent = replace(honest, certificate=Certificate(objective=replace(proof, cases=dear)))
    assert "shows a bound" in found(replace(bent, bound=honest.bound))


def test_a_forgotten_case_is_seen(honest: Solution) -> None:
    proof = objective_proof(honest)
    short = tuple(replace(c, most=c.fewest) for c in proof.cases)
    assert "not covered" in found(replace(honest, certificate=Certificate(objective=replace(proof, cases=short))))


def test_a_forgotten_branch_proves_nothing(honest: Solution) -> None:
    proof = objective_proof(honest)
    assert any(len(c.leaves) > 1 for c in proof.cases), "choose a problem whose proof branches"
    pruned = tuple(replace(c, leaves=c.leaves[:1] if len(c.leaves) > 1 else c.leaves) for c in proof.cases)
    assert "shows a bound" in found(replace(honest, certificate=Certificate(objective=replace(proof, cases=pruned))))


def test_an_invented_violation_is_seen() -> None:
    (problem,) = problems_of(line(40, 40))
    solution = solve(problem, Rule(), 1)
    invented = replace(solution, least_violation=3, violation=3)
    assert any("violation" in fault for fault in verify(problem, Rule(), Weights(), invented))

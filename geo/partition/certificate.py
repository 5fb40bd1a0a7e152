"""What a proof leaves behind, so that a stranger can check it without trusting the solver.

Two claims can be made of a plan, each with its own proof: no plan violates the rule by fewer households, and among
the plans that violate it no more, none costs less than the bound. ``verify`` checks both, sharing no code with us.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A node of the branching tree where prices alone show that nothing cheaper is left.

    ``together`` and ``apart`` are pairs of atoms that are, or are not, in one grid below this node; ``dual`` (n,) are
    the prices of the atoms, ``each`` that of one more grid.
    """

    together: tuple[tuple[int, int], ...]
    apart: tuple[tuple[int, int], ...]
    dual: NDArray[np.float64]
    each: float


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """No plan of ``fewest``..``most`` grids costs less than ``value``.

    Unless ``listed``, the prices ``dual`` (n,) give the bound by the relaxed reduced costs around each medoid. If
    ``listed``, every connected grid costs at least its atoms' prices and ``each``; a plan below ``value`` can contain
    only grids that cost at most ``gap`` more. The verifier lists these anew, and the ``leaves`` divide all ways of
    combining them (none where the prices suffice). If ``paired``, plans of two grids are meant, and no pair of
    medoids allows a cheaper one.
    """

    fewest: int
    most: int
    value: float
    dual: NDArray[np.float64]
    each: float = 0.0
    listed: bool = False
    gap: float = 0.0
    leaves: tuple[Leaf, ...] = ()
    paired: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """The cases of a claim; together they cover every number of grids that a plan may have.

    A plan costs ``scale`` times its objective plus ``fine`` a household of violation, and only plans count whose
    violation exceeds by at most ``spare`` the excess of the atoms that are above the maximum all by themselves.
    ``chains`` are the paths along which tolls were counted, and ``foot`` (n,) the atom through which alone a pendant
    atom is reached (-1 elsewhere): what the relaxation of ``pricing`` knew of the graph.
    """

    fine: float
    scale: float
    spare: int
    chains: tuple[tuple[int, ...], ...]
    foot: NDArray[np.int64]
    cases: tuple[Case, ...]

    @property
    def value(self) -> float:
        """What no plan can undercut."""
        return min(case.value for case in self.cases)


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """The proofs of a solution: of its violation (None where counting alone proves it) and of its objective."""

    violation: Proof | None = None
    objective: Proof | None = None

"""What a proof leaves behind, so that a stranger can check it without trusting the solver.

Two claims can be made of a plan, each with its own proof: no plan violates the rule by fewer households, and among
the plans that violate it no more, none costs less than the bound. ``verify`` checks both, sharing no code with us.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A node of the branching tree where the dual prices alone show that nothing cheaper is left.

    ``together`` and ``apart`` are pairs of atoms that are, or are not, in one grid below this node.
    """

    together: tuple[tuple[int, int], ...]
    apart: tuple[tuple[int, int], ...]
    dual: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """No plan costs less than ``value``, when a household of violation costs ``fine`` and the rest ``scale`` times itself.

    Without leaves the prices ``dual`` (n,) give the bound by the relaxed reduced costs around each medoid. With
    leaves, ``dual`` makes every grid with a reduced cost above ``gap`` useless (a plan with it costs at least
    ``value``); the few grids below are listed anew by the verifier, and the leaves divide all ways of combining them.
    """

    value: float
    dual: NDArray[np.float64]
    fine: float
    scale: float
    spare: int
    listed: bool = False
    gap: float = 0.0
    leaves: tuple[Leaf, ...] = field(default=())


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """The proofs of a solution; None where counting alone proves the violation, or nothing was proved."""

    violation: Proof | None
    objective: Proof | None

"""The household rule: how many households a grid may hold, kept as data.

Chengdu's 微网实格 asks for 30–100 households a micro-grid; 70 is its own average (about 8.5 million
households over 120,000 micro-grids). Longxi asks for at most 3,000 households a community.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Rule:
    """Fewest, most and wished-for households of one grid; counts of households.

    Raises:
        InvalidInputError: unless 0 <= least <= target <= most and target >= 1.
    """

    least: int = 30
    most: int = 100
    target: int = 70

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.target <= self.most or self.target < 1:
            raise InvalidInputError(
                f"The rule {self.least}-{self.target}-{self.most} is impossible: "
                "0 <= least <= target <= most and target >= 1 must hold."
            )

    def admits(self, households: int) -> bool:
        """Whether a grid of so many households obeys the rule.

        >>> Rule().admits(29), Rule().admits(30), Rule().admits(100), Rule().admits(101)
        (False, True, True, False)
        """
        return self.least <= households <= self.most

    def excess(self, households: int) -> int:
        """Households missing to ``least`` or above ``most``; 0 inside the rule."""
        return max(self.least - households, households - self.most, 0)

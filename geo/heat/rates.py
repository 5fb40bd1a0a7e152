"""How many per hundred households: a map of plain counts shows where people live.

Three things must never look alike: an area where nobody lives or of which nothing is known ("no data"), one that is
quiet ("calm"), and one so small that a single issue makes its rate leap ("few").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo.errors import InvalidInputError

PER = 100
FEW = 30
"""Households below which a rate is shown hatched: the smallest micro-grid of the rule."""


class State(StrEnum):
    """What a figure on the map stands for."""

    NO_DATA = "no-data"
    CALM = "calm"
    FEW = "few"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Rate:
    """Issues of an area beside those who live there; ``value`` is None where there is no data."""

    count: int
    base: float | None
    value: float | None
    state: State


def per_hundred(count: int, base: float | None) -> Rate:
    """The rate of ``count`` issues among ``base`` households (or hours of patrol); None where nobody knows.

    >>> per_hundred(6, 300).value, per_hundred(0, 300).state.value, per_hundred(3, 0).state.value
    (2.0, 'calm', 'no-data')

    Raises:
        InvalidInputError: a count below zero.
    """
    if count < 0 or (base is not None and base < 0):
        raise InvalidInputError("Neither issues nor households can be fewer than none.")
    if not base:
        return Rate(count, base, None, State.NO_DATA)
    state = State.CALM if count == 0 else State.FEW if base < FEW else State.SOME
    return Rate(count, base, PER * count / base, state)

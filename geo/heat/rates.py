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

FEW_HOURS = 2.0
"""Hours of patrol below which a rate an hour is shown hatched."""


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


def per_hour(count: int, hours: float | None) -> Rate:
    """The rate of ``count`` issues an hour of patrol; where nobody walked there is no data, not calm.

    >>> per_hour(6, 4.0).value, per_hour(0, 4.0).state.value, per_hour(3, None).state.value
    (1.5, 'calm', 'no-data')

    Raises:
        InvalidInputError: a count or hours below zero.
    """
    of_hundred = per_hundred(count, hours)
    if of_hundred.value is None or not hours:
        return of_hundred
    state = State.CALM if count == 0 else State.FEW if hours < FEW_HOURS else State.SOME
    return Rate(count, hours, count / hours, state)


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

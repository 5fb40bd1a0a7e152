"""No data, calm and few are three things."""

from __future__ import annotations

import pytest

from geo.errors import InvalidInputError
from geo.heat.rates import State, per_hundred


def test_no_data_is_not_calm() -> None:
    assert [per_hundred(c, b).state for c, b in ((0, None), (4, 0), (0, 200), (1, 12), (5, 200))] == [
        State.NO_DATA,
        State.NO_DATA,
        State.CALM,
        State.FEW,
        State.SOME,
    ]
    assert per_hundred(5, 200).value == 2.5


def test_fewer_than_none_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        per_hundred(-1, 5)

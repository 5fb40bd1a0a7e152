"""A million points go where each alone would go, also on shared edges; the lowest key wins."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.assignment.points import assign

SQUARES = np.array([shapely.box(x, y, x + 1, y + 1) for y in range(3) for x in range(3)], dtype=object)
coordinates = st.sampled_from([-0.5, 0.0, 0.25, 1.0, 1.5, 2.0, 2.75, 3.0, 3.5])


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=30), st.permutations(range(9)))
def test_equal_to_asking_one_by_one(points: list[tuple[float, float]], order: list[int]) -> None:
    ids = [UUID(int=number) for number in order]
    found = assign(np.array(points), SQUARES, ids)
    for point, index in zip(points, found, strict=True):
        covering = [i for i in range(9) if SQUARES[i].covers(shapely.Point(point))]
        assert index == min(covering, key=lambda i: ids[i], default=-1)


def test_what_is_no_point_lies_nowhere() -> None:
    points = np.array([[np.nan, 0.5], [0.5, np.inf], [0.5, 0.5]])
    assert assign(points, SQUARES, list(range(9))).tolist() == [-1, -1, 0]

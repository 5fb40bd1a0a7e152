"""Which file a worker takes next: the one that is likely to take longest, so that none runs alone at the end.

A file stays in one process, since its tests share a store, a service and a browser. The framework would begin with the
files of most tests; but a hundred names that are compared take less than one day of a planner in a browser.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

SECONDS_A_TEST = {
    "tests/api/plans/test_random_edits.py": 20.0,
    "tests/web/test_planner_day.py": 60.0,
    "tests/web": 5.0,
    "tests/api/ops": 5.0,
    "tests/api/access/test_matrix.py": 5.0,
    "tests/api/access": 0.7,
    "tests/api/test_openapi.py": 0.4,
    "tests/api": 0.5,
    "tests/geo/partition": 2.0,
    "tests/geo": 0.2,
}
"""Rough, on two processors; what is not named hardly counts. The longest name that fits is meant."""
OTHERWISE = 0.02


def seconds(file: str, tests: int) -> float:
    """About how long a file takes.

    >>> seconds("tests/web/test_map.py", 3), seconds("geo/heat/lattice.py", 1)
    (15.0, 0.02)
    """
    fitting = [name for name in SECONDS_A_TEST if file == name or file.startswith(name + "/")]
    return tests * (SECONDS_A_TEST[max(fitting, key=len)] if fitting else OTHERWISE)


def in_order(items: list[pytest.Item]) -> None:
    """Put the files in order, the longest first; inside a file, and among equals, the order stays as it is."""
    files = [item.nodeid.split("::", 1)[0] for item in items]
    tests = Counter(files)
    rank = {file: -seconds(file, number) for file, number in tests.items()}
    places = sorted(range(len(items)), key=lambda place: rank[files[place]])
    items[:] = [items[place] for place in places]

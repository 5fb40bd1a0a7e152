"""Which file a worker takes next: the one that is likely to take longest, so that none runs alone at the end.

A file stays in one process, since its tests share a store, a service and a browser. The framework would begin with the
files of most tests; but a hundred names that are compared take less than one day of a planner in a browser.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING

from api.settings import ROOT

if TYPE_CHECKING:
    import pytest

SECONDS_A_TEST = {
    "tests/api/plans/test_random_edits.py": 20.0,
    "tests/web/test_planner_day.py": 60.0,
    "tests/web/test_people.py": 15.0,
    "tests/web": 8.0,
    "tests/api/ops/test_house.py": 20.0,
    "tests/api/ops/test_backup.py": 20.0,
    "tests/api/ops": 5.0,
    "tests/api/access/test_matrix.py": 8.0,
    "tests/api/access": 0.7,
    "tests/api/test_openapi.py": 0.4,
    "tests/api": 0.5,
    "tests/geo/partition": 2.0,
    "tests/geo": 0.2,
}
"""Rough, on two processors; what is not named hardly counts. The longest name that fits is meant."""
OTHERWISE = 0.02
LAST_TIME = ROOT / ".minqing" / "test-seconds.tsv"
"""What each file took in this checkout, the longest first: a better guess, and where the time goes."""


def guess(file: str, tests: int) -> float:
    """About how many seconds a file takes of which nothing is known.

    >>> guess("tests/web/test_map.py", 3), guess("geo/heat/lattice.py", 1)
    (24.0, 0.02)
    """
    fitting = [name for name in SECONDS_A_TEST if file == name or file.startswith(name + "/")]
    return tests * (SECONDS_A_TEST[max(fitting, key=len)] if fitting else OTHERWISE)


def last_time() -> dict[str, float]:
    """The seconds that each file took last time, or nothing."""
    try:
        lines = LAST_TIME.read_text(encoding="utf-8").splitlines()
        return {file: float(taken) for taken, file in (line.split("\t") for line in lines)}
    except (OSError, ValueError):
        return {}


def remember(taken: dict[str, float]) -> None:
    """Keep what each file took, for the next run and for whoever asks where the time goes."""
    longest = sorted((last_time() | taken).items(), key=lambda entry: -entry[1])
    with contextlib.suppress(OSError):  # a checkout that may not be written to is tested all the same
        LAST_TIME.write_text("".join(f"{spent:.2f}\t{file}\n" for file, spent in longest), encoding="utf-8")


def in_order(items: list[pytest.Item]) -> None:
    """Put the files in order, the longest first; inside a file, and among equals, the order stays as it is."""
    files = [item.nodeid.split("::", 1)[0] for item in items]
    tests = Counter(files)
    known = last_time()
    rank = {file: -known.get(file, guess(file, number)) for file, number in tests.items()}
    places = sorted(range(len(items)), key=lambda place: rank[files[place]])
    items[:] = [items[place] for place in places]

"""A second trial for tests that failed in company: a process of their own, a machine to themselves, and told aloud.

Some thousand tests share two processors with browsers and stores, and a loaded machine now and then outlasts a
test's patience. A defect fails alone too; what passes alone is named at the end of the run, so that somebody mends
the test or finds the race (decision 0047).
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.gates.gate import Gate, Outcome, run

if TYPE_CHECKING:
    from pathlib import Path

AT_MOST = 5
"""More failures than these are no accident: no second trial."""

PASSED = re.compile(r"(\d+) passed\b")
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
ALONE = ("-m", "pytest", "-q", "--last-failed", "--last-failed-no-failures=none")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the tests went in the end, and which of them needed a second trial."""

    outcome: Outcome
    again: tuple[str, ...] = ()


def passed(closing: str) -> int:
    """How many tests passed, as pytest's closing line says.

    >>> passed("2 failed, 1959 passed in 985.36s (0:16:25)"), passed("1 error in 0.1s")
    (1959, 0)
    """
    found = PASSED.search(closing)
    return int(found[1]) if found else 0


def failures(output: str) -> tuple[str, ...]:
    r"""The tests that pytest's summary names as failed, each once.

    >>> failures("FAILED tests/a.py::test_x - assert 1\nERROR tests/b.py::test_y[a desk]\n1 failed, 1 error in 1.0s")
    ('tests/a.py::test_x', 'tests/b.py::test_y[a desk]')
    """
    return tuple(dict.fromkeys(FAILED.findall(output)))


def judged(first: Outcome, where: Path) -> Verdict:
    """The outcome of the tests, after a second trial of the few that failed; what fails twice has failed."""
    named = failures(first.output)
    if first.passed or not 0 < len(named) <= AT_MOST:
        return Verdict(first)
    alone = run(Gate("pytest", (sys.executable, *ALONE), where))
    both = first.seconds + alone.seconds
    if not alone.passed or passed(alone.closing) < len(named):
        heard = f"{first.output}\n── alone ──\n{alone.output}"
        return Verdict(replace(first, seconds=both, output=heard))
    closing = f"{passed(first.closing) + len(named)} passed, {len(named)} rerun in {both:.2f}s"
    return Verdict(replace(first, passed=True, seconds=both, output=f"{first.output}\n{closing}\n"), named)

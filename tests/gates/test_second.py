"""The second trial: an accident passes and is named; a defect fails, and so do too many failures at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.gates.gate import Gate, Outcome, run
from tests.gates.second import AT_MOST, judged

if TYPE_CHECKING:
    from pathlib import Path

ACCIDENT = """
from pathlib import Path

def test_of_luck():
    mark = Path("seen")
    before, _ = mark.exists(), mark.write_text("once")
    assert before

def test_of_skill():
    pass
"""


def tried(where: Path) -> Outcome:
    """Pytest's outcome in a folder of its own."""
    (where / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return run(Gate("pytest", (sys.executable, "-m", "pytest", "-q", "-ra"), where))


def test_an_accident_passes_alone_and_is_named(tmp_path: Path) -> None:
    """The closing line counts it among those that passed and says that it was rerun."""
    (tmp_path / "test_it.py").write_text(ACCIDENT, encoding="utf-8")
    verdict = judged(tried(tmp_path), tmp_path)
    assert verdict.outcome.passed
    assert verdict.again == ("test_it.py::test_of_luck",)
    assert verdict.outcome.closing.startswith("2 passed, 1 rerun in ")


def test_a_defect_fails_twice(tmp_path: Path) -> None:
    """Beside an accident too: both trials are told."""
    (tmp_path / "test_it.py").write_text(ACCIDENT + "\ndef test_wrong():\n    assert 0\n", encoding="utf-8")
    verdict = judged(tried(tmp_path), tmp_path)
    assert not verdict.outcome.passed
    assert verdict.again == ()
    assert "── alone ──" in verdict.outcome.output


def test_many_failures_are_no_accident(tmp_path: Path) -> None:
    """One more than may be tried again, each of which would pass."""
    luck = ACCIDENT.replace('"seen"', 'f"seen{number}"').replace("test_of_luck()", "test_of_luck(number)")
    marked = f"import pytest\n{luck}".replace(
        "def test_of_luck", f'@pytest.mark.parametrize("number", range({AT_MOST + 1}))\ndef test_of_luck'
    )
    (tmp_path / "test_it.py").write_text(marked, encoding="utf-8")
    first = tried(tmp_path)
    assert "6 failed, 1 passed" in first.closing
    assert judged(first, tmp_path).outcome is first

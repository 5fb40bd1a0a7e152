"""A gate: one command that every change has to pass, and how it went."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Gate:
    """One command to pass, run in ``where``; ``mend`` says how, where the command's own words do not."""

    name: str
    command: tuple[str, ...]
    where: Path
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a gate went."""

    gate: Gate
    passed: bool
    seconds: float
    output: str

    def line(self) -> str:
        """One line for the summary."""
        return f"{'✓' if self.passed else '✗'} {self.gate.name:<14}{self.seconds:7.1f} s"

    @property
    def closing(self) -> str:
        """The last line that says something."""
        lines = [line for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else ""


def run(gate: Gate, *, aloud: bool = False) -> Outcome:
    """Run a gate to its end; ``aloud`` also shows its output while it runs."""
    began = time.monotonic()
    with subprocess.Popen(
        gate.command,
        cwd=gate.where,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        heard = []
        for line in process.stdout:
            heard.append(line)
            if aloud:
                sys.stdout.write(line)
                sys.stdout.flush()
    return Outcome(gate, process.returncode == 0, time.monotonic() - began, "".join(heard))

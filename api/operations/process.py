"""Tell one process from another, even after its number has been given to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Imprint:
    """A process by its number and the moment it began (clock ticks since boot), which together are its own."""

    pid: int
    began: int


def imprint(pid: int) -> Imprint | None:
    """The imprint of the process numbered ``pid``, or None if none runs (one that only waits to be buried does not).

    >>> import os
    >>> imprint(os.getpid()).pid == os.getpid()
    True
    """
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    state, began = after_name[0], int(after_name[19])
    return None if state in "ZX" else Imprint(pid, began)


def runs(known: Imprint | None) -> bool:
    """Whether the very process of this imprint still runs."""
    return known is not None and imprint(known.pid) == known

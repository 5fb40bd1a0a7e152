"""What a bench says: named figures, each beside a floor or a peer measured in the same run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    ``beside`` says in words what it is compared with ("raw SQL of the same shape", "tipg 1.6.1"); ``bar`` is the
    issue's bar in words and ``met`` whether it was reached (None where there is no bar).
    """

    name: str
    value: float
    unit: str
    beside: str = ""
    bar: str = ""
    met: bool | None = None


@dataclass(slots=True)
class Report:
    """The figures of one bench run, in the order in which they were taken."""

    bench: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        """Keep a figure."""
        self.figures.append(figure)

    def note(self, sentence: str) -> None:
        """Keep a sentence that a reader of the figures needs."""
        self.notes.append(sentence)

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {"bench": self.bench, "figures": [asdict(f) for f in self.figures], "notes": self.notes}

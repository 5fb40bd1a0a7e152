"""What became of each row of a delivery: added, changed, the same, gone, or held back with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geo.exchange.faults import GEOMETRY, Fault, Kind, Severity

if TYPE_CHECKING:
    from uuid import UUID

    from geo.exchange.delivery import Delivery


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """One row, or one place that a second delivery no longer has (its ``row`` is None)."""

    row: int | None
    outcome: str
    name: str
    place_id: UUID | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """Everything that an import came to."""

    rows: list[RowOutcome] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def note(self, delivery: Delivery, at: int, outcome: str, place_id: UUID | None = None, **detail: Any) -> None:
        """One row of the delivery."""
        self.rows.append(RowOutcome(int(delivery.rows[at]), outcome, delivery.names[at], place_id, detail))

    def hold(self, delivery: Delivery, at: int, kind: Kind, zh: str, en: str, *, field_: str = GEOMETRY) -> None:
        """Keep one row out, and say why."""
        row = int(delivery.rows[at])
        said = Fault(row, field_, kind, Severity.BLOCKS, f"第 {row} 行{zh}，未导入。", f"Row {row} {en}; not loaded.")
        self.faults.append(said)
        self.rows.append(RowOutcome(row, "held", delivery.names[at], None, {"zh": said.zh, "en": said.en}))

    def remark(self, delivery: Delivery, at: int, kind: Kind, zh: str, en: str, *, field_: str = GEOMETRY) -> None:
        """Say something of one row that goes in all the same."""
        row = int(delivery.rows[at])
        self.faults.append(Fault(row, field_, kind, Severity.DOUBTFUL, f"第 {row} 行{zh}。", f"Row {row} {en}."))

    def counts(self) -> dict[str, int]:
        """How many rows came to what."""
        tally = dict.fromkeys(("added", "changed", "same", "gone", "held"), 0)
        for row in self.rows:
            tally[row.outcome] += 1
        return tally

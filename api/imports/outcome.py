"""What became of each row of a delivery: added, changed, the same, gone, or held back with its reason."""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from geo.exchange.fault_list import FaultList
from geo.exchange.faults import GEOMETRY, Fault, Kind, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from geo.exchange.delivery import Delivery

OUTCOMES = ("added", "changed", "same", "gone", "held")
NOWHERE = bytes(16)


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """One row, or one place that a second delivery no longer has (its ``row`` is None)."""

    row: int | None
    outcome: str
    name: str
    place_id: UUID | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class Rows:
    """Rows in columns: a million of them take a tenth of what as many objects would."""

    def __init__(self) -> None:
        self._row = array("l")
        self._outcome = bytearray()
        self._place = bytearray()
        self._names: list[str] = []
        self._details: list[str] = []
        self._texts: dict[str, str] = {}

    def __len__(self) -> int:
        """Rows."""
        return len(self._names)

    def __iter__(self) -> Iterator[RowOutcome]:
        """Each as it was put in."""
        return (self[at] for at in range(len(self)))

    def __getitem__(self, at: int) -> RowOutcome:
        """One of them."""
        place, row = bytes(self._place[16 * at : 16 * at + 16]), self._row[at]
        return RowOutcome(
            row or None, OUTCOMES[self._outcome[at]], self._names[at],
            None if place == NOWHERE else UUID(bytes=place), json.loads(self._details[at]),
        )  # fmt: skip

    def __setitem__(self, at: int, row: RowOutcome) -> None:
        """Put another in its place."""
        self._row[at], self._names[at] = row.row or 0, row.name
        self._outcome[at] = OUTCOMES.index(row.outcome)
        self._place[16 * at : 16 * at + 16] = NOWHERE if row.place_id is None else row.place_id.bytes
        self._details[at] = self._text(row.detail)

    def append(self, row: RowOutcome) -> None:
        """One more."""
        self._row.append(0)
        self._outcome.append(0)
        self._place += NOWHERE
        self._names.append("")
        self._details.append("")
        self[len(self) - 1] = row

    def extend(self, rows: Iterable[RowOutcome]) -> None:
        """Several more."""
        for row in rows:
            self.append(row)

    def without_places(self, places: Collection[UUID]) -> Rows:
        """The same without the rows of these places."""
        kept = Rows()
        kept.extend(row for row in self if row.place_id not in places)
        return kept

    def counts(self) -> dict[str, int]:
        """How many rows came to what."""
        return {name: self._outcome.count(code) for code, name in enumerate(OUTCOMES)}

    def _text(self, detail: dict[str, Any]) -> str:
        """Details as text; those that many rows share are kept once."""
        text = json.dumps(detail, default=str)
        return self._texts.setdefault(text, text)


@dataclass
class Outcome:
    """Everything that an import came to."""

    rows: Rows = field(default_factory=Rows)
    faults: FaultList = field(default_factory=FaultList)

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
        return self.rows.counts()

"""The faults of an import as an Excel file, from the rows of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.exchange.fault_list import FaultList
from geo.exchange.faults import Fault, Kind, Mend, Severity
from geo.exchange.writers import faults as fault_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy import RowMapping


def faults_of(rows: Iterable[RowMapping]) -> FaultList:
    """Rows of the store as faults."""
    return FaultList(_fault(row) for row in rows)


def write_excel(faults: FaultList, path: Path) -> None:
    """One line a fault, in both languages."""
    fault_files.excel(faults, path)


def _fault(row: RowMapping) -> Fault:
    mend = None if row["mend_zh"] is None else Mend(row["mend_zh"], row["mend_en"])
    return Fault(row["row"], row["field"], Kind(row["kind"]), Severity(row["severity"]), row["zh"], row["en"], mend)

"""The list of faults to take away: Excel for the person who mends the source, JSON for a program."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.exchange.faults import Fault

_HEADER = ("行 / row", "字段 / field", "类型 / kind", "程度 / severity", "问题", "what", "建议", "suggested mend")
_WIDTHS = (10, 16, 16, 14, 60, 60, 40, 40)


def excel(faults: Sequence[Fault], path: Path) -> None:
    """One row a fault, with a filter; in both languages."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("问题清单 faults")
        bold = book.add_format({"bold": True})
        for column, (title, width) in enumerate(zip(_HEADER, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, bold)
        for at, fault in enumerate(faults, 1):
            sheet.write_number(at, 0, fault.row)
            mend = ("", "") if fault.mend is None else (fault.mend.zh, fault.mend.en)
            texts = (fault.field, fault.kind.value, fault.severity.value, fault.zh, fault.en, *mend)
            for column, text in enumerate(texts, 1):
                sheet.write_string(at, column, text)
        sheet.autofilter(0, 0, len(faults), len(_HEADER) - 1)
        sheet.freeze_panes(1, 0)


def as_json(faults: Sequence[Fault], path: Path) -> None:
    """``{"counts": {kind: n}, "faults": [{row, field, kind, severity, zh, en, mend}]}``."""
    listed = [
        {
            "row": fault.row, "field": fault.field, "kind": fault.kind.value, "severity": fault.severity.value,
            "zh": fault.zh, "en": fault.en,
            "mend": None if fault.mend is None else {"zh": fault.mend.zh, "en": fault.mend.en},
        }
        for fault in faults
    ]  # fmt: skip
    counts = Counter(fault.kind.value for fault in faults)
    text = json.dumps({"counts": counts, "faults": listed}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")

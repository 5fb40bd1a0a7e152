"""The list of faults to take away: Excel for the person who mends the source, JSON for a program."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo.exchange.faults import Fault

_HEADER = ("行 / row", "字段 / field", "类型 / kind", "程度 / severity", "问题", "what", "建议", "suggested mend")
_WIDTHS = (10, 16, 16, 14, 60, 60, 40, 40)


def excel(faults: Sequence[Fault], path: Path) -> None:
    """One row a fault, with a filter; in both languages."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
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


def as_json(faults: Sequence[Fault], path: Path, about: Mapping[str, Any] | None = None) -> None:
    """``{…about, "counts": {kind: n}, "faults": [{row, field, kind, severity, zh, en, mend}]}``; a line a fault."""
    counts = Counter(fault.kind.value for fault in faults)
    head = json.dumps({**(about or {}), "counts": counts}, ensure_ascii=False, indent=1)
    with path.open("w", encoding="utf-8") as file:
        file.write(head.removesuffix("\n}") + ',\n "faults": [')
        for at, fault in enumerate(faults):
            file.write((",\n  " if at else "\n  ") + json.dumps(_plain(fault), ensure_ascii=False))
        file.write("\n ]\n}\n")


def _plain(fault: Fault) -> dict[str, Any]:
    return {
        "row": fault.row, "field": fault.field, "kind": fault.kind.value, "severity": fault.severity.value,
        "zh": fault.zh, "en": fault.en,
        "mend": None if fault.mend is None else {"zh": fault.mend.zh, "en": fault.mend.en},
    }  # fmt: skip

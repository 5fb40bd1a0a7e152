"""Is one thing written in several ways? 3号楼, 3栋, 三号楼, 3# are one building; 吉福苑, 吉福苑小区 one compound."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from geo.exchange.faults import Fault, Kind, Mend, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.exchange.layer import Layer

_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_NUMBERED = re.compile(r"^(.*?)第?(\d+)(?:号楼|号栋|号院|单元|#楼|#|栋|幢|座|楼|号)?$")
_COUNTED = re.compile(r"[零〇一二三四五六七八九]+(?=号|栋|幢|座|单元|楼|#|$)")
_ENDINGS = re.compile(r"(?:住宅)?(?:小区|院落|大院|社区居委会|居委会|社区)$")


def check(layer: Layer, column: str) -> Iterator[Fault]:
    """Rows whose spelling of a name is not the most usual one in this column."""
    cells = layer.column(column)
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        if isinstance(cell, str) and cell.strip():
            spellings[key(cell)][cell] += 1
    usual = {name: counts.most_common(1)[0][0] for name, counts in spellings.items() if len(counts) > 1}
    for row, cell in enumerate(cells):
        if not isinstance(cell, str) or not cell.strip():
            continue
        better = usual.get(key(cell))
        if better is not None and better != cell:
            yield _fault(row, column, cell, better)


def key(name: str) -> str:
    """What two spellings of the same name have in common.

    >>> key("三号楼") == key("3栋") == key("３ #"), key("吉福苑小区") == key("吉福 苑"), key("3号楼") == key("13号楼")
    (True, True, False)
    """
    plain = re.sub(r"[\s·.\-—_()（）]+", "", unicodedata.normalize("NFKC", name)).lower()
    numbered = _NUMBERED.match(_arabic(plain))
    if numbered:
        return f"{_ENDINGS.sub('', numbered[1])}|{int(numbered[2])}"
    return _ENDINGS.sub("", plain) or plain


def _arabic(text: str) -> str:
    """Chinese numerals up to 99 as figures: 十二 → 12, 二十 → 20."""

    def figure(found: re.Match[str]) -> str:
        tens, units = found[1].translate(_DIGITS) or "1", found[2].translate(_DIGITS) or "0"
        return f"{int(tens) * 10 + int(units)}"

    tens = re.sub(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)", figure, text)
    return _COUNTED.sub(lambda found: found[0].translate(_DIGITS), tens)


def _fault(row: int, column: str, cell: str, better: str) -> Fault:
    mend = Mend(f"统一为 “{better}”", f"write “{better}”", values={(row, column): better})
    zh = f"第 {row + 1} 行的 “{cell}” 在其他行写作 “{better}”。"
    en = f"Row {row + 1} has “{cell}”, which other rows write as “{better}”."
    return Fault(row + 1, column, Kind.MIXED_NAME, Severity.DOUBTFUL, zh, en, mend)

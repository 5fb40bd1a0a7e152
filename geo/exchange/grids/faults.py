"""What is wrong with a planner's file: which row, which field, what was found and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a file.

    Attributes:
        layer: layer or table of the file.
        row: the row, counted from 1; 0 for the whole layer.
        field: column, or ``"geometry"``.
        found: what stands there.
        zh: what was done, in Chinese.
        en: the same in English.
    """

    layer: str
    row: int
    field: str
    found: str
    zh: str
    en: str

    def sentence(self, language: str) -> str:
        """The fault as one sentence.

        >>> Fault("unit", 7, "households", "-3", "按建筑面积估算", "estimated from floor area").sentence("en")
        'unit, row 7, households: -3 (estimated from floor area)'
        """
        if language == "zh":
            return f"{self.layer} 第 {self.row} 行 {self.field}：{self.found}（{self.zh}）"
        return f"{self.layer}, row {self.row}, {self.field}: {self.found} ({self.en})"

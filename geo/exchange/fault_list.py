"""Many faults in little room: a million rows at (0, 0) are one sentence and a million numbers."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from geo.exchange.faults import Fault, Kind, Mend, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

HERE = "\0"
"""Stands in a sentence for the number of its row."""
KINDS = {kind: at for at, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class _Placeless:
    """A mend that takes the place of its own row away."""

    zh: str
    en: str

    def at(self, row: int) -> Mend:
        return Mend(self.zh, self.en, shapes={row: None})


@dataclass(frozen=True, slots=True)
class _Dropped:
    """A mend by which its own row goes."""

    zh: str
    en: str

    def at(self, row: int) -> Mend:
        return Mend(self.zh, self.en, drop=frozenset({row}))


@dataclass(frozen=True, slots=True, eq=False)
class _Other:
    """Any other mend, kept as it is; several faults may share it."""

    mend: Mend

    def at(self, _row: int) -> Mend:
        return self.mend


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What a fault says but for its row."""

    field: str
    kind: Kind
    severity: Severity
    zh: str
    en: str
    mend: _Placeless | _Dropped | _Other | None

    def at(self, row: int) -> Fault:
        mend = None if self.mend is None else self.mend.at(row - 1)
        said = (self.zh.replace(HERE, str(row)), self.en.replace(HERE, str(row)))
        return Fault(row, self.field, self.kind, self.severity, *said, mend)


class FaultList(Sequence[Fault]):
    """Faults in the order in which they were put in; each is made anew when it is asked for."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._rows = array("q")
        self._sorts = array("q")
        self._patterns: list[_Pattern] = []
        self._numbers: dict[_Pattern, int] = {}
        self.extend(faults)

    def __len__(self) -> int:
        """Faults."""
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Fault: ...
    @overload
    def __getitem__(self, at: slice) -> FaultList: ...
    def __getitem__(self, at: int | slice) -> Fault | FaultList:
        """One of them, or some."""
        if isinstance(at, slice):
            return self._taken(np.arange(len(self))[at])
        return self._patterns[self._sorts[at]].at(self._rows[at])

    def append(self, fault: Fault) -> None:
        """One more."""
        pattern, next_ = _pattern(fault), len(self._patterns)
        number = next_ if isinstance(pattern.mend, _Other) else self._numbers.setdefault(pattern, next_)
        if number == next_:
            self._patterns.append(pattern)
        self._rows.append(fault.row)
        self._sorts.append(number)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Several more."""
        for fault in faults:
            self.append(fault)

    def by_row(self) -> FaultList:
        """In the order of their rows."""
        return self._taken(np.argsort(np.frombuffer(self._rows, dtype=np.int64), kind="stable"))

    def and_new(self, more: FaultList) -> FaultList:
        """These, and those of ``more`` whose row and kind are not among them."""
        if not len(more):
            return self
        out = self._taken(np.arange(len(self)))
        out.extend(more[int(at)] for at in np.flatnonzero(~np.isin(more.keys(), self.keys())))
        return out

    def keys(self) -> NDArray[np.int64]:
        """A number for the row and the kind of each."""
        kinds = np.array([KINDS[pattern.kind] for pattern in self._patterns], dtype=np.int64)
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        rows, sorts = (np.frombuffer(each, dtype=np.int64) for each in (self._rows, self._sorts))
        keys: NDArray[np.int64] = rows * len(KINDS) + kinds[sorts]
        return keys

    def _taken(self, order: NDArray[np.intp]) -> FaultList:
        out = FaultList()
        out._patterns, out._numbers = list(self._patterns), dict(self._numbers)
        if len(order):
            for mine, theirs in ((out._rows, self._rows), (out._sorts, self._sorts)):
                mine.frombytes(np.frombuffer(theirs, dtype=np.int64)[order].tobytes())
        return out


def _pattern(fault: Fault) -> _Pattern:
    number = str(fault.row)
    zh, en = (said.replace(HERE, " ").replace(number, HERE) for said in (fault.zh, fault.en))
    return _Pattern(fault.field, fault.kind, fault.severity, zh, en, _short(fault))


def _short(fault: Fault) -> _Placeless | _Dropped | _Other | None:
    mend, row = fault.mend, fault.row - 1
    if mend is None:
        return None
    if not mend.values and not mend.drop and dict(mend.shapes) == {row: None}:
        return _Placeless(mend.zh, mend.en)
    if not mend.values and not mend.shapes and mend.drop == {row}:
        return _Dropped(mend.zh, mend.en)
    return _Other(mend)

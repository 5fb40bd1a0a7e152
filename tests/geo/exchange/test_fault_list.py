"""A list of faults gives back what was put in, and a million alike take little room."""

from __future__ import annotations

import tracemalloc

import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.exchange.fault_list import FaultList
from geo.exchange.faults import Fault, Kind, Mend, Severity

SHARED = Mend("清理边界", "clean the borders", shapes={2: shapely.Point(1, 2)})


def told(row: int, kind: Kind, word: str, mend: int) -> Fault:
    mends = (
        None,
        Mend("去掉坐标", "take the place away", shapes={row - 1: None}),
        Mend("删除该行", "drop the row", drop=frozenset({row - 1})),
        Mend("删除后一行", "drop the later row", drop=frozenset({row})),
        Mend("统一", "write", values={(row - 1, "户数"): 3}),
        SHARED,
    )
    zh, en = f"第 {row} 行：{word}。", f"Row {row}: {word}."
    return Fault(row, "户数", kind, Severity.BLOCKS, zh, en, mends[mend])


FAULTS = st.lists(
    st.builds(
        told, st.integers(0, 120), st.sampled_from(Kind), st.sampled_from(["1", "12 m", "", "x"]), st.integers(0, 5)
    )
)


@given(FAULTS)
def test_what_was_put_in_comes_out(faults: list[Fault]) -> None:
    kept = FaultList(faults)
    assert list(kept) == faults
    assert list(kept.by_row()) == sorted(faults, key=lambda fault: fault.row)
    assert list(kept[1:3]) == faults[1:3]


@given(FAULTS, FAULTS)
def test_a_fault_of_a_row_is_told_once(faults: list[Fault], more: list[Fault]) -> None:
    known = {(fault.row, fault.kind) for fault in faults}
    fresh = [fault for fault in more if (fault.row, fault.kind) not in known]
    assert list(FaultList(faults).and_new(FaultList(more))) == [*faults, *fresh]


def test_many_alike_take_little_room() -> None:
    tracemalloc.start()
    kept = FaultList(told(row, Kind.AT_ZERO, "(0, 0)", 1) for row in range(1, 30_001))
    room, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept[-1] == told(30_000, Kind.AT_ZERO, "(0, 0)", 1)
    assert room < 100 * len(kept)

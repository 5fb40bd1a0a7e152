"""Looks a delivered layer over; one file a question. ``check`` asks all that fit the kind of layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from geo.exchange.checks import codes, counts, naming, nesting, places, reports, rings, siblings, sizes, storeys, twins
from geo.exchange.columns import BY_WORD, guess
from geo.exchange.fault_list import FaultList

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

TILES = {"district", "subdistrict", "community", "grid"}
"""Kinds of layers that cover the ground without gaps; others may leave ground free."""

COUNTS = ("households", "floors", "units", "population")
NAMES = ("compound", "building", "unit", "community", "name")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the layer is meant to be.

    Attributes:
        kind: "building", "compound", "community", "grid", …
        columns: our field → the file's column; guessed when empty.
        parents: areas (degrees WGS-84) one of which should hold each row; None when there are none yet.
        outside: whether lying in no parent at all is a fault.
    """

    kind: str = "building"
    columns: Mapping[str, str] = field(default_factory=dict)
    parents: NDArray[np.object_] | None = None
    outside: bool = True


def check(layer: Layer, expected: Expectation | None = None) -> FaultList:
    """Every fault of the layer, in the order of its rows.

    Args:
        layer: in degrees WGS-84; carry it there first.
        expected: what it is meant to be.
    """
    meant = expected or Expectation()
    named = dict(meant.columns) or {g.field: g.column for g in guess(layer.columns) if g.confidence > BY_WORD}
    if meant.kind in {
        "issue",
        "track",
    }:  # points of reports and receivers: nothing of what areas and lists of places have
        faults = FaultList(places.check(layer))
        if meant.kind == "issue":
            faults.extend(reports.check(layer, named))
        return faults.by_row()
    faults = FaultList(chain(places.check(layer), rings.check(layer), twins.check(layer)))
    faults.extend(siblings.check(layer, gaps=meant.kind in TILES))
    code = named.get("code", named.get("grid", "") if meant.kind == "grid" else "")
    if code and meant.kind not in {"household", "unit"}:
        faults.extend(codes.check(layer, code))
    if meant.parents is not None:
        faults.extend(nesting.check(layer, meant.parents, outside=meant.outside))
    if meant.kind == "building":
        faults.extend(chain(sizes.check(layer), storeys.check(layer, named)))
    for wanted in COUNTS:
        if wanted in named:
            faults.extend(counts.check(layer, wanted, named))
    for wanted in NAMES:
        if wanted in named and not (wanted == "name" and {"compound", "building"} & named.keys()):
            faults.extend(naming.check(layer, named[wanted]))
    return faults.by_row()

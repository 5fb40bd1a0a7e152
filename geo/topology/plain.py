"""Plans, and what plans are made of, as plain data: the same plan gives the same bytes, so undo can be proved.

Geometry is hexadecimal WKB in metres of the plan's plane, exact to the last bit. Keys are sorted.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import shapely

from geo.errors import InvalidInputError
from geo.topology.ground import BuildingSite, CompoundSite, UnitSite
from geo.topology.plan import Band, MicroGrid, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geo.topology.plan import Plan

MAPPINGS = ("compounds", "buildings", "units", "cells", "edges", "bands", "grids")
"""The parts of a plan that edits change key by key."""
_VALUES: dict[str, type] = {"compounds": CompoundSite, "buildings": BuildingSite, "units": UnitSite, "grids": MicroGrid}


def as_data(value: Any) -> Any:
    """A value of a plan as lists, dictionaries, numbers and text.

    >>> as_data(Span("u", 1, 6)), as_data((Band(1, 2, None),))
    ({'unit': 'u', 'floor_lo': 1, 'floor_hi': 6}, [{'floor_lo': 1, 'floor_hi': 2, 'grid': None}])
    """
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkb(value, hex=True)
    if isinstance(value, (frozenset, set)):
        return sorted(as_data(item) for item in value)
    if isinstance(value, (tuple, list)):
        return [as_data(item) for item in value]
    if isinstance(value, (Band, MicroGrid, Span, CompoundSite, BuildingSite, UnitSite)):
        return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
    return value


def from_data(part: str, data: Any) -> Any:
    """The inverse of ``as_data`` for one value of a part of the plan.

    Raises:
        InvalidInputError: when the data are no such value.
    """
    if data is None:
        return None
    try:
        return _READERS[part](data)
    except (KeyError, TypeError, ValueError, shapely.GEOSException) as error:
        raise InvalidInputError(f"{data!r} is no value of a plan's {part}.") from error


def shape(data: Any) -> Any:
    """A geometry from hexadecimal WKB.

    Raises:
        InvalidInputError: when it is none.
    """
    try:
        return shapely.from_wkb(data)
    except (TypeError, shapely.GEOSException) as error:
        raise InvalidInputError("A geometry of the operation cannot be read.") from error


def as_bytes(plan: Plan) -> bytes:
    """The whole plan, canonically: equal plans give equal bytes."""
    parts: dict[str, Any] = {
        name: {key: as_data(value) for key, value in sorted(getattr(plan, name).items())} for name in MAPPINGS
    }
    parts["edits"] = {"joined": as_data(plan.edits.joined), "parted": as_data(plan.edits.parted)}
    parts["rule"] = [plan.rule.least, plan.rule.most, plan.rule.target]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _site(kind: type) -> Callable[[Mapping[str, Any]], Any]:
    def read(data: Mapping[str, Any]) -> Any:
        values = dict(data)
        if values.get("geometry") is not None:
            values["geometry"] = shapely.from_wkb(values["geometry"])
        if "floor_households" in values:
            values["floor_households"] = tuple(values["floor_households"])
        return kind(**values)

    return read


_READERS: dict[str, Callable[[Any], Any]] = {
    **{part: _site(kind) for part, kind in _VALUES.items()},
    "cells": shapely.from_wkb,
    "edges": frozenset,
    "bands": lambda data: tuple(Band(**band) for band in data),
    "spans": lambda data: tuple(span if isinstance(span, Span) else Span(**span) for span in data),
}

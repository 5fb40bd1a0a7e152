"""Finds the columns of a planner's file under the names that people give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALIASES: dict[str, tuple[str, ...]] = {
    "building_id": ("bid", "building", "楼栋编号", "楼栋", "osm_id", "id", "code", "gid"),
    "compound_id": ("compound", "小区编号", "小区"),
    "unit_id": ("uid", "单元编号", "单元", "id", "code"),
    "households": ("household", "hh", "hh_est", "户数", "total_households"),
    "floors": ("floor", "levels", "storeys", "number_of_floors", "building:levels", "层数", "楼层数"),
    "height": ("height_m", "高度"),
    "kind": ("type", "barrier", "类型"),
    "road_class": ("class", "highway", "fclass", "道路等级"),
}
"""Other names of our columns, in the order in which they are tried; letter case does not matter."""


def column(name: str, present: Sequence[str], chosen: Mapping[str, str]) -> str | None:
    """The file's column for one of ours, or None.

    Args:
        name: our name.
        present: the layer's columns.
        chosen: what the planner said with ``--map``; it goes before all aliases.

    >>> column("floors", ["bid", "Floor"], {})
    'Floor'

    Raises:
        InvalidInputError: when the planner chose a column that no layer of this kind has.
    """
    if name in chosen:
        if chosen[name] in present:
            return chosen[name]
        raise InvalidInputError(f"--map {name}={chosen[name]}: no such column; there are {', '.join(present)}.")
    lowered = {p.lower(): p for p in reversed(present)}
    return next((lowered[a.lower()] for a in (name, *ALIASES[name]) if a.lower() in lowered), None)

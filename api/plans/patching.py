"""What an editor's page has to overwrite after an edit: the present value of every key that was touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.plans.edit_schemas import PatchRead
from api.plans.plain_shapes import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geo.topology.plan import Plan

EDITS = "edits"
"""The key under which edits of adjacency are touched; the parts of a plan have two words, ``cells:…``."""


def patch_of(plan: Plan, touched: Iterable[str]) -> PatchRead:
    """The present values of touched keys; grids whose households may have changed with them."""
    parts: dict[str, dict[str, Any]] = {part: {} for part in TELLERS}
    said = None
    grids: set[str] = set()
    for mark in touched:
        part, _, key = mark.partition(":")
        if part == EDITS:
            said = adjacency_said(plan)
        elif part == "grids":
            grids.add(key)
        else:
            there = getattr(plan, part)
            parts[part][key] = TELLERS[part](plan, key) if key in there else None
            if part in {"bands", "units"}:
                grids |= {band.grid for band in plan.bands.get(key, ()) if band.grid is not None}
    parts["grids"] = {key: grid_told(plan, key) if key in plan.grids else None for key in sorted(grids)}
    return PatchRead(**parts, edits=said)


def grid_told(plan: Plan, key: str) -> dict[str, Any]:
    """A grid in a patch."""
    grid = plan.grids[key]
    return {"name": grid.name, "locked": grid.locked, "households": plan.households(key)}


def _unit(plan: Plan, key: str) -> dict[str, Any]:
    site = plan.units[key]
    return {
        "building": site.building,
        "households": site.households,
        "floor_lo": site.floor_lo,
        "floor_hi": site.floor_hi,
        "floor_households": list(site.floor_households),
    }


def _building(plan: Plan, key: str) -> dict[str, Any]:
    site = plan.buildings[key]
    return {"compound": site.compound, "footprint": told(site.geometry)}


TELLERS: dict[str, Callable[[Plan, str], Any]] = {
    "bands": lambda plan, key: [[band.floor_lo, band.floor_hi, band.grid] for band in plan.bands[key]],
    "cells": lambda plan, key: told(plan.cells[key]),
    "units": _unit,
    "edges": lambda plan, key: sorted(plan.edges[key]),
    "buildings": _building,
    "compounds": lambda plan, key: {"outline": told(plan.compounds[key].geometry)},
}


def adjacency_said(plan: Plan) -> dict[str, list[list[str]]]:
    """What planners said about neighbours."""
    return {
        "joined": [list(pair) for pair in sorted(plan.edits.joined)],
        "parted": [list(pair) for pair in sorted(plan.edits.parted)],
    }

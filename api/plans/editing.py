"""Does operations on a sheet and proves the outcome: pure, no store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from api.plans.log import REDO, TAKE_BACK, UNDO, Line, to_redo, to_take_back, to_undo, trail
from geo.errors import GeoError, InvalidInputError, Refusal, RefusedError
from geo.topology import refusals as why
from geo.topology.delta import Delta, changed, difference
from geo.topology.invariants import flaws
from geo.topology.operations import Operation, perform
from geo.topology.verbs.movable import torn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from geo.topology.plan import Plan

GROUND = frozenset({"cells", "units", "buildings", "compounds"})
"""Parts of a plan whose change moves ground: then the tiling is proved anew."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation as the log keeps it: verb and plain arguments."""

    verb: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """An operation that was done: what it is about, and what it changed."""

    asked: Asked
    about: int | None
    delta: Delta

    def touched(self) -> list[str]:
        """The marks of what it changed."""
        return sorted(f"{part}:{key}" for part, key in self.delta.touches())


class OperationRefusedError(GeoError):
    """An operation of a batch that may not be, with its place."""

    def __init__(self, place: int, refusal: Refusal) -> None:
        super().__init__(refusal.en)
        self.place, self.refusal = place, refusal


@dataclass(frozen=True, slots=True)
class Past:
    """What undo and redo go by: the log's lines, what each root changed, and whose turn it is."""

    lines: tuple[Line, ...]
    deltas: Mapping[int, Delta]
    account_id: UUID | None


def do_all(plan: Plan, asked: Sequence[Asked], past: Past, first: int) -> tuple[Plan, list[Made]]:
    """Do operations one after the other; the first of them gets the version ``first``.

    Raises:
        OperationRefusedError: one may not be.
        InvalidInputError: one makes no sense.
    """
    made: list[Made] = []
    for place, one in enumerate(asked):
        try:
            plan, done = _done(plan, one, past)
        except RefusedError as refused:
            raise OperationRefusedError(place, refused.refusal) from refused
        made.append(done)
        version = first + place
        line = Line(version, one.verb, done.about, past.account_id)
        past = replace(past, lines=(*past.lines, line), deltas={**past.deltas, version: done.delta})
    return plan, made


def _done(plan: Plan, asked: Asked, past: Past) -> tuple[Plan, Made]:
    if asked.verb in {UNDO, REDO, TAKE_BACK}:
        about = _target(asked, past)
        stored = past.deltas[about]
        delta = stored if asked.verb == REDO else stored.backwards()
        after = changed(plan, delta)
        # The plan before the newest step was there already, whatever it looked like; without an older one it never was.
        been_there = trail(past.lines).is_turn(asked.verb, about)
        if not been_there and (flaws(after, tiling=False) or torn(plan, after)):
            raise RefusedError(why.LATER_EDITS)
        return after, Made(asked, about, delta)
    after = perform(plan, Operation(asked.verb, asked.arguments))
    delta = difference(plan, after)
    _prove(plan, after, delta)
    return after, Made(asked, None, delta)


def targets(asked: Sequence[Asked], lines: Sequence[Line], account_id: UUID | None) -> frozenset[int]:
    """Roots of the log that undo, redo and take-back among some operations will be about."""
    past, found = Past(tuple(lines), {}, account_id), set[int]()
    version = max((line.version for line in lines), default=0)
    for place, one in enumerate(asked, start=1):
        about = None
        if one.verb in {UNDO, REDO, TAKE_BACK}:
            try:
                about = _target(one, past)
            except RefusedError:
                break
            found.add(about)
        past = replace(past, lines=(*past.lines, Line(version + place, one.verb, about, account_id)))
    return frozenset(version for version in found if any(line.version == version for line in lines))


def _target(asked: Asked, past: Past) -> int:
    """The version of the operation that an undo, redo or take-back is about."""
    if asked.verb == TAKE_BACK:
        return to_take_back(past.lines, int(asked.arguments["version"]))
    whose = None if asked.arguments.get("whose") == "anyone" else past.account_id
    return (to_undo if asked.verb == UNDO else to_redo)(past.lines, whose)


def _prove(before: Plan, after: Plan, delta: Delta) -> None:
    """Check from scratch what an edit may have broken: nobody lost or doubled, the ground of its compounds tiled.

    Raises:
        InvalidInputError: something is wrong after all; nothing of it is kept.
    """
    moved = bool(GROUND & delta.changes.keys())
    found = flaws(after, tiling=moved, compounds=_compounds(before, after, delta) if moved else None)
    if found:
        raise InvalidInputError(found[0])


def _compounds(before: Plan, after: Plan, delta: Delta) -> frozenset[str]:
    """Compounds on whose ground something changed."""
    found = set(delta.changes.get("compounds", ()))
    for plan in (before, after):
        found |= {plan.buildings[key].compound for key in delta.changes.get("buildings", ()) if key in plan.buildings}
        for part in ("units", "cells"):
            found |= {plan.compound(key) for key in delta.changes.get(part, ()) if key in plan.units}
    return frozenset(found)

"""What an edit changed, value by value: enough to undo it, to do it again, and to see whether two edits collide."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.adjacency import Edits
from geo.topology.plain import MAPPINGS, as_data, from_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.topology.adjacency import UnitPair
    from geo.topology.plan import Plan

Change = tuple[Any, Any]
"""A value before and after; None where it did not exist."""


@dataclass(frozen=True, slots=True, eq=False)
class Delta:
    """The difference between two plans.

    Attributes:
        changes: for each part of the plan, by key, the value before and after.
        edits: planners' edits of adjacency before and after, None when they stayed.
    """

    changes: Mapping[str, Mapping[str, Change]] = field(default_factory=dict)
    edits: tuple[Edits, Edits] | None = None

    def backwards(self) -> Delta:
        """The change that undoes this one."""
        turned = {
            part: {key: (after, before) for key, (before, after) in changes.items()}
            for part, changes in self.changes.items()
        }
        return Delta(turned, None if self.edits is None else (self.edits[1], self.edits[0]))

    def touches(self) -> frozenset[tuple[str, str]]:
        """Parts and keys that changed: two edits that touch nothing in common are independent."""
        touched = {(part, key) for part, changes in self.changes.items() for key in changes}
        if self.edits is not None:
            before, after = self.edits
            said = (before.joined ^ after.joined) | (before.parted ^ after.parted)
            touched |= {("edits", f"{a}|{b}") for a, b in said}
        return frozenset(touched)

    def as_data(self) -> dict[str, Any]:
        """The change as plain data."""
        plain: dict[str, Any] = {
            part: {key: [as_data(before), as_data(after)] for key, (before, after) in sorted(changes.items())}
            for part, changes in self.changes.items()
        }
        if self.edits is not None:
            plain["edits"] = [[as_data(said.joined), as_data(said.parted)] for said in self.edits]
        return plain


def delta_from(data: Mapping[str, Any]) -> Delta:
    """The inverse of ``Delta.as_data``.

    Raises:
        InvalidInputError: when the data are no change of a plan.
    """
    changes = {
        part: {key: (from_data(part, before), from_data(part, after)) for key, (before, after) in data[part].items()}
        for part in MAPPINGS
        if part in data
    }
    said = data.get("edits")
    return Delta(changes, None if said is None else (_edits(said[0]), _edits(said[1])))


def _edits(data: Any) -> Edits:
    joined, parted = data
    return Edits(frozenset((a, b) for a, b in joined), frozenset((a, b) for a, b in parted))


def difference(before: Plan, after: Plan) -> Delta:
    """What changed from one plan to the next."""
    changes: dict[str, dict[str, Change]] = {}
    for part in MAPPINGS:
        old, new = getattr(before, part), getattr(after, part)
        if old is new:
            continue
        keys = sorted(key for key in old.keys() | new.keys() if not _same(old.get(key), new.get(key)))
        if keys:
            changes[part] = {key: (old.get(key), new.get(key)) for key in keys}
    return Delta(changes, None if before.edits == after.edits else (before.edits, after.edits))


def changed(plan: Plan, delta: Delta) -> Plan:
    """The plan after a change that was recorded before.

    Raises:
        RefusedError: when what it would change is no longer as it was.
    """
    parts: dict[str, Any] = {}
    for part, changes in delta.changes.items():
        values = dict(getattr(plan, part))
        for key, (before, after) in changes.items():
            if not _same(values.get(key), before):
                raise RefusedError(why.LATER_EDITS)
            if after is None:
                values.pop(key, None)
            else:
                values[key] = after
        parts[part] = values
    if delta.edits is not None:
        before, after = delta.edits
        joined = _shifted(plan.edits.joined, before.joined, after.joined)
        parts["edits"] = Edits(joined, _shifted(plan.edits.parted, before.parted, after.parted))
    return replace(plan, **parts)


def _shifted(now: frozenset[UnitPair], before: frozenset[UnitPair], after: frozenset[UnitPair]) -> frozenset[UnitPair]:
    """The pairs with what was said anew; what others said about other pairs stays."""
    gone, new = before - after, after - before
    if not gone <= now or new & now:
        raise RefusedError(why.LATER_EDITS)
    return (now - gone) | new


def _same(one: Any, other: Any) -> bool:
    """Equal to the last bit; most values are the very same object."""
    return one is other or as_data(one) == as_data(other)

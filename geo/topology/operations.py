"""Every edit as plain data: which verb, with what. What a browser sends, a log keeps, and a test makes up."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.errors import InvalidInputError
from geo.topology.plain import from_data, shape
from geo.topology.verbs import (
    add_building,
    add_unit,
    correct_building,
    correct_unit,
    edit_adjacency,
    found,
    lock,
    merge,
    reassign,
    remove_building,
    remove_unit,
    rename,
    reshape,
    split,
    split_floors,
    swap,
    transfer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geo.errors import Refusal
    from geo.topology.plan import Plan


@dataclass(frozen=True, slots=True)
class Verb:
    """How a verb is asked and done, and how its plain arguments become values."""

    refusal: Callable[..., Refusal | None]
    do: Callable[..., Plan]
    readers: Mapping[str, Callable[[Any], Any]]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidInputError(f"{value!r} should be a text.")
    return value


def _perhaps(value: Any) -> str | None:
    return None if value is None else _text(value)


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInputError(f"{value!r} should be a whole number.")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidInputError(f"{value!r} should be true or false.")
    return value


def _part(name: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value is None:
            raise InvalidInputError(f"A value of {name} is missing.")
        return from_data(name, value)

    return read


def _units(value: Any) -> tuple[Any, ...]:
    return tuple(_part("units")(one) for one in value)


_SPANS, _SITE, _UNIT = _part("spans"), _part("buildings"), _part("units")
VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "reassign": Verb(reassign.refusal, reassign.reassign, {"spans": _SPANS, "to": _perhaps}),
        "merge": Verb(merge.refusal, merge.merge, {"absorbed": _text, "into": _text}),
        "found": Verb(found.refusal, found.found, {"spans": _SPANS, "key": _text, "name": _text}),
        "split": Verb(split.refusal, split.split, {"grid": _text, "line": shape, "key": _text, "name": _text}),
        "split_floors": Verb(
            split_floors.refusal,
            split_floors.split_floors,
            {"grid": _text, "floor": _number, "key": _text, "name": _text},
        ),
        "swap": Verb(swap.refusal, swap.swap, {"these": _SPANS, "those": _SPANS}),
        "reshape": Verb(reshape.refusal, reshape.reshape, {"a": _text, "b": _text, "line": shape}),
        "transfer": Verb(transfer.refusal, transfer.transfer, {"building": _text, "compound": _text, "to": _text}),
        "rename": Verb(rename.refusal, rename.rename, {"grid": _text, "name": _text}),
        "lock": Verb(lock.refusal, lock.lock, {"grid": _text, "locked": _truth}),
        "edit_adjacency": Verb(
            edit_adjacency.refusal, edit_adjacency.edit_adjacency, {"a": _text, "b": _text, "joined": _truth}
        ),
        "add_building": Verb(
            add_building.refusal, add_building.add_building, {"site": _SITE, "units": _units, "to": _perhaps}
        ),
        "remove_building": Verb(remove_building.refusal, remove_building.remove_building, {"building": _text}),
        "correct_building": Verb(
            correct_building.refusal, correct_building.correct_building, {"building": _text, "geometry": shape}
        ),
        "add_unit": Verb(add_unit.refusal, add_unit.add_unit, {"unit": _UNIT, "to": _perhaps}),
        "remove_unit": Verb(remove_unit.refusal, remove_unit.remove_unit, {"unit": _text}),
        "correct_unit": Verb(correct_unit.refusal, correct_unit.correct_unit, {"site": _UNIT}),
    }
)
"""All verbs of a plan, by name."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One edit as it was asked for: a verb and plain arguments (``plain.as_data``)."""

    verb: str
    arguments: Mapping[str, Any]


def refusal(plan: Plan, operation: Operation) -> Refusal | None:
    """Tell why an edit may not be made, or None if it may.

    Raises:
        InvalidInputError: when no such verb or argument exists.
    """
    verb, values = _understood(operation)
    return verb.refusal(plan, **values)


def perform(plan: Plan, operation: Operation) -> Plan:
    """Make an edit.

    Raises:
        InvalidInputError: when no such verb or argument exists.
        RefusedError: for the reason that ``refusal`` gives.
    """
    verb, values = _understood(operation)
    return verb.do(plan, **values)


def _understood(operation: Operation) -> tuple[Verb, dict[str, Any]]:
    verb = VERBS.get(operation.verb)
    if verb is None:
        raise InvalidInputError(f"There is no verb {operation.verb!r}; there are {', '.join(VERBS)}.")
    wrong = sorted(verb.readers.keys() ^ operation.arguments.keys())
    if wrong:
        raise InvalidInputError(f"{operation.verb} takes {', '.join(verb.readers)}; see {wrong[0]!r}.")
    return verb, {name: read(operation.arguments[name]) for name, read in verb.readers.items()}

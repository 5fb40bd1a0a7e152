"""The log of a plan in the store: what is in effect, what undo and redo are about, and what they change.

Only edits and take-backs are *roots*; undo and redo switch a root off and on again and name it in ``about``. A root
that a take-back in effect is about is out of effect too. Nothing is ever struck out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

UNDO, REDO, TAKE_BACK = "undo", "redo", "take_back"
SWITCHES = frozenset({UNDO, REDO})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: enough to know what is in effect."""

    version: int
    verb: str
    about: int | None
    account_id: UUID | None


def in_effect(lines: Sequence[Line]) -> frozenset[int]:
    """Versions of the roots in effect; ``lines`` oldest first."""
    on: dict[int, bool] = {}
    for line in lines:
        if line.verb not in SWITCHES:
            on[line.version] = True
        elif line.about is not None:
            on[line.about] = line.verb == REDO
    taken = {line.about for line in lines if line.verb == TAKE_BACK and on[line.version]}
    return frozenset(version for version, is_on in on.items() if is_on and version not in taken)


def to_undo(lines: Sequence[Line], account_id: UUID | None) -> int:
    """The newest root in effect, of one account or (None) of anyone.

    Raises:
        RefusedError: there is none.
    """
    effective = in_effect(lines)
    mine = [line.version for line in _of(lines, account_id) if line.version in effective]
    if not mine:
        raise RefusedError(why.NOTHING_TO_UNDO)
    return max(mine)


def to_redo(lines: Sequence[Line], account_id: UUID | None) -> int:
    """The root that was undone last and not done again, while nothing new was done since.

    Raises:
        RefusedError: there is none.
    """
    for line in reversed([line for line in lines if account_id is None or line.account_id == account_id]):
        if line.verb not in SWITCHES:
            break
        if line.verb == UNDO and line.about is not None and not _is_on(lines, line.about):
            return line.about
    raise RefusedError(why.NOTHING_TO_REDO)


def to_take_back(lines: Sequence[Line], version: int) -> int:
    """The root of that version.

    Raises:
        RefusedError: there is none in effect.
    """
    if version not in in_effect(lines):
        raise RefusedError(why.NOT_IN_EFFECT)
    return version


def _of(lines: Iterable[Line], account_id: UUID | None) -> list[Line]:
    return [
        line for line in lines if line.verb not in SWITCHES and (account_id is None or line.account_id == account_id)
    ]


def _is_on(lines: Iterable[Line], root: int) -> bool:
    last = [line for line in lines if line.verb in SWITCHES and line.about == root]
    return not last or last[-1].verb == REDO

"""The log of a plan in the store: what is in effect, what undo and redo are about, and the way home.

Every line is a *step* on the way from the beginning, except an undo of the newest step, which goes one step back, and a
redo of what was just gone back over. An undo or redo out of its turn (somebody else did something since) and a
take-back change the plan as an edit does: they are steps of their own, and can be undone. So whoever undoes the newest
step comes to a plan that was there before, and in the end to the beginning (decision 0044). Nothing is struck out.

Edits and take-backs are *roots*: they are in effect until an undo, or a take-back that is in effect, is about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import RefusedError
from geo.topology import refusals as why

if TYPE_CHECKING:
    from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a plan stands on its way.

    Attributes:
        done: versions of the steps that lead here, oldest first.
        ahead: versions of the steps gone back over, next one last; a new step forgets them.
    """

    done: tuple[int, ...]
    ahead: tuple[int, ...]

    def is_turn(self, verb: str, about: int) -> bool:
        """Whether an undo or redo of that step leads to a plan that was there before."""
        way = {UNDO: self.done, REDO: self.ahead}.get(verb, ())
        return bool(way) and way[-1] == about


def trail(lines: Sequence[Line]) -> Trail:
    """The way that the lines went; oldest first."""
    done, ahead = list[int](), list[int]()
    for line in lines:
        if line.verb == UNDO and done and done[-1] == line.about:
            ahead.append(done.pop())
        elif line.verb == REDO and ahead and ahead[-1] == line.about:
            done.append(ahead.pop())
        else:
            done.append(line.version)
            ahead.clear()
    return Trail(tuple(done), tuple(ahead))


def in_effect(lines: Sequence[Line]) -> frozenset[int]:
    """Versions of the roots in effect; ``lines`` oldest first."""
    roots = {line.version for line in lines if line.verb not in SWITCHES}
    return frozenset(version for version in _on(lines) if version in roots)


def to_undo(lines: Sequence[Line], account_id: UUID | None) -> int:
    """The newest root in effect of one account, or (None) the newest step, whoever took it.

    Raises:
        RefusedError: there is none.
    """
    if account_id is None:
        found = trail(lines).done
    else:
        effective = in_effect(lines)
        found = tuple(line.version for line in lines if line.account_id == account_id and line.version in effective)
    if not found:
        raise RefusedError(why.NOTHING_TO_UNDO)
    return found[-1]


def to_redo(lines: Sequence[Line], account_id: UUID | None) -> int:
    """The step that was undone last and not done again, while nothing new was done since.

    Raises:
        RefusedError: there is none.
    """
    on = _on(lines)
    for line in reversed([line for line in lines if account_id is None or line.account_id == account_id]):
        if line.verb not in SWITCHES:
            break
        if line.verb == UNDO and line.about is not None and line.about not in on:
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


def _on(lines: Sequence[Line]) -> frozenset[int]:
    """Versions of everything in effect, turns among it."""
    known = {line.version: line for line in lines}
    on: dict[int, bool] = {}
    for version in trail(lines).done:
        on[version] = True
        line, is_on = known[version], True
        # Whoever switches a take-back off switches on what it had taken back, and so on down.
        while line.about is not None:
            is_on = is_on == (line.verb == REDO)
            on[line.about] = is_on
            line = known[line.about]
    return frozenset(version for version, is_on in on.items() if is_on)

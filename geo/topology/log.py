"""The log of a plan: every edit with what it changed. Nothing is ever struck out; undoing is written down too.

The log is plain data, so it survives the night and moves between machines. ``undo`` walks back step by step to the
very bytes of the beginning; ``take_back`` undoes one old edit when nothing later depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geo.errors import InvalidInputError, RefusedError
from geo.topology import refusals as why
from geo.topology.delta import Delta, changed, delta_from, difference
from geo.topology.invariants import flaws
from geo.topology.operations import Operation, perform
from geo.topology.verbs.movable import torn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.topology.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One edit: what was asked and what it changed."""

    operation: Operation
    delta: Delta

    def as_data(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {
            "verb": self.operation.verb,
            "arguments": dict(self.operation.arguments),
            "delta": self.delta.as_data(),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """A plan and how it came about.

    Attributes:
        plan: the plan as it is now.
        done: edits in effect, oldest first.
        undone: edits that ``redo`` would do again, next one last.
    """

    plan: Plan
    done: tuple[Entry, ...] = field(default=())
    undone: tuple[Entry, ...] = field(default=())

    def edit(self, operation: Operation) -> Log:
        """Make an edit; what was undone before can no longer be done again.

        Raises:
            InvalidInputError: when no such verb or argument exists.
            RefusedError: for the verb's reason; the log stays as it is.
        """
        after = perform(self.plan, operation)
        return Log(after, (*self.done, Entry(operation, difference(self.plan, after))))

    def undo(self) -> Log:
        """Undo the newest edit.

        Raises:
            RefusedError: when there is none.
        """
        if not self.done:
            raise RefusedError(why.NO_CHANGE)
        newest = self.done[-1]
        return Log(changed(self.plan, newest.delta.backwards()), self.done[:-1], (*self.undone, newest))

    def redo(self) -> Log:
        """Do again what was undone last.

        Raises:
            RefusedError: when there is nothing.
        """
        if not self.undone:
            raise RefusedError(why.NO_CHANGE)
        next_ = self.undone[-1]
        return Log(changed(self.plan, next_.delta), (*self.done, next_), self.undone[:-1])

    def take_back(self, place: int) -> Log:
        """Undo one old edit, by its place in ``done``; written down as an edit of its own.

        Raises:
            InvalidInputError: when the log has no such entry.
            RefusedError: when later edits depend on it.
        """
        if not 0 <= place < len(self.done):
            raise InvalidInputError(f"The log has no entry {place}.")
        backwards = self.done[place].delta.backwards()
        after = changed(self.plan, backwards)
        if flaws(after, tiling=False) or torn(self.plan, after):
            raise RefusedError(why.LATER_EDITS)
        return Log(after, (*self.done, Entry(Operation("take_back", {"entry": place}), backwards)))

    def as_data(self) -> list[dict[str, Any]]:
        """The edits in effect as plain data."""
        return [entry.as_data() for entry in self.done]


def resumed(plan: Plan, data: Sequence[Mapping[str, Any]]) -> Log:
    """The log of a plan as it was kept: ``plan`` is the plan now, after all these edits.

    Raises:
        InvalidInputError: when the data are no log.
    """
    try:
        return Log(plan, tuple(_entry(entry) for entry in data))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError("This is no log of a plan.") from error


def replayed(plan: Plan, data: Sequence[Mapping[str, Any]]) -> Log:
    """Do the edits of a kept log again from the plan at its beginning.

    Raises:
        InvalidInputError: when the data are no log.
        RefusedError: when the log belongs to another plan.
    """
    entries = resumed(plan, data).done
    now = plan
    for entry in entries:
        now = changed(now, entry.delta)
    return Log(now, entries)


def _entry(data: Mapping[str, Any]) -> Entry:
    return Entry(Operation(data["verb"], data["arguments"]), delta_from(data["delta"]))

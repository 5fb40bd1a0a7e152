"""Everything that can go wrong in ``geo``, and the reasons for which an edit is refused.

GeoError
├── InvalidGeometryError   a ring that crosses itself, a coordinate that is no number
├── InvalidInputError      a value outside what the model admits: counts, codes, options
├── UnreadableFileError    a file that is not, or cannot be, read, with its ``Refusal``
└── RefusedError           an edit or a problem that may not be, with its ``Refusal``
"""

from __future__ import annotations

from dataclasses import dataclass


class GeoError(Exception):
    """Something ``geo`` could not do, in a sentence fit for a planner."""


class InvalidGeometryError(GeoError):
    """A geometry that no map can show as it stands."""


class InvalidInputError(GeoError):
    """A value that the model does not admit."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done, in both languages of the product.

    ``code`` is stable and machine-readable (``"not-adjacent"``); the page shows ``zh`` or ``en``.
    """

    code: str
    zh: str
    en: str


class RefusedError(GeoError):
    """An edit that its own ``refusal`` would have refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.en)
        self.refusal = refusal


class UnreadableFileError(GeoError):
    """A file that we do not read: what is wrong, where, and what to do stand in its ``refusal``."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.en)
        self.refusal = refusal

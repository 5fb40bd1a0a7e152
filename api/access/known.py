"""Who was recognised lately, so that the next request needs one trip to begin and to be admitted instead of two.

Nothing is believed from here. A request says to the store whom it takes its asker for, and the store works out anew
who that is and what they may see; where the two differ (a session ended, a post lost), the request is admitted as if
it were the first.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.access.admission import Asker, Credential

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whom the store made of a credential; ``stamp`` is its digest of all that, so that it can tell a change."""

    asker: Asker
    stamp: str
    demo: bool = False
    given: bool = False
    may_write: bool = True


@dataclass(slots=True)
class Known:
    """The askers of one process that were here last."""

    _kept: OrderedDict[Credential, Recognised] = field(default_factory=OrderedDict)

    def find(self, shown: Credential) -> Recognised | None:
        """Whom this credential stood for the last time."""
        return self._kept.get(shown)

    def keep(self, shown: Credential, recognised: Recognised) -> None:
        """Remember; whoever has been here for the longest makes room."""
        self._kept[shown] = recognised
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def forget(self, shown: Credential) -> None:
        """It stands for somebody else now, or for nobody."""
        self._kept.pop(shown, None)

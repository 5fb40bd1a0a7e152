"""Why an edit was not kept: a verb said no, the plan is frozen, or somebody else was first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.errors import ConflictError, InvalidError
from api.plans.journal import MOST_TOLD, SINCE, entry_of
from api.plans.patching import patch_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.plans.edit_schemas import EditSaid
    from api.plans.sheet import Sheet
    from geo.errors import Refusal


class RefusedOperationError(InvalidError):
    """A verb says why not."""

    kind = "refused"

    def __init__(self, refusal: Refusal, place: int) -> None:
        super().__init__(refusal.zh, refusal.en)
        self.refusal, self.place = refusal, place

    @property
    def members(self) -> dict[str, Any]:
        """Which operation, and the reason in both languages."""
        return {"refusal": _told(self.refusal), "operation": self.place}


class FrozenError(ConflictError):
    """The plan is no draft."""

    kind = "frozen"

    def __init__(self, state: str) -> None:
        super().__init__("方案已提交或批准,不能再修改。", "The plan has been handed in or approved: it is frozen.")
        self.state = state

    @property
    def members(self) -> dict[str, Any]:
        """In which state it is."""
        return {"state": self.state}


class StaleError(ConflictError):
    """Somebody changed the same since then: who, what, and the loser's operations to be replayed."""

    kind = "stale"

    def __init__(self, who: Sequence[str], members: dict[str, Any]) -> None:
        names = sorted(set(who))
        super().__init__(
            f"{'、'.join(names)} 已改动同一处,请查看后重放您的修改。",
            f"{', '.join(names)} changed the same in the meantime: look, then replay your edit.",
        )
        self._members = members

    @property
    def members(self) -> dict[str, Any]:
        """Everything that a page needs to show it and to replay."""
        return self._members


def _told(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}


async def stale(
    session: AsyncSession,
    asker: Asker,
    sheet: Sheet,
    said: EditSaid,
    *,
    conflicts: Sequence[str] = (),
    refusal: Refusal | None = None,
) -> StaleError:
    """What to tell the loser."""
    where = {"plan": sheet.plan_id, "community": sheet.community_id, "base": said.base_version}
    rows = (await session.execute(SINCE, where)).mappings().all()
    since = [row for row in rows if row["version"] <= sheet.version]
    others = _others(since, said)
    marks = {mark for row in since for mark in row["touched"]}
    guilty = [row for row in others if set(conflicts) & set(row["touched"])] or others
    return StaleError(
        [row["who"] for row in guilty],
        {
            "version": sheet.version,
            "since": [entry_of(row, asker).model_dump(mode="json") for row in since[-MOST_TOLD:]],
            "patch": patch_of(sheet.plan, marks).model_dump(mode="json"),
            "conflicts": [mark.split(":", 1) for mark in conflicts],
            "operations": [one.model_dump(mode="json") for one in said.operations],
            "refusal": None if refusal is None else _told(refusal),
        },
    )


def _others(since: Sequence[RowMapping], said: EditSaid) -> list[RowMapping]:
    """Operations that did not come from the same tab."""
    return [row for row in since if said.client is None or row["client"] != said.client]

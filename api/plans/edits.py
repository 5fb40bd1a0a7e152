"""The server is the judge: edits of a draft are done, proved, written and logged in one transaction.

Whoever edits holds the plan's row until the transaction ends, so edits of one plan come one after the other. A stale
base is no fault by itself: when what was done since then touches nothing in common, both survive (decision 0020).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import ConflictError, InvalidError, NotFoundError
from api.plans.edit_schemas import EditRead, EntryRead, LogRead
from api.plans.editing import Asked, OperationRefusedError, Past, do_all, targets
from api.plans.log import REDO, TAKE_BACK, UNDO, Line, in_effect
from api.plans.patching import patch_of
from api.plans.plain_shapes import as_heard, as_told
from api.plans.projection import grids_of, project
from api.plans.sheet import packed
from api.plans.shelf import mark_of, once_committed, take_up
from geo.errors import InvalidGeometryError, InvalidInputError
from geo.topology.delta import Delta, delta_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.plans.edit_schemas import EditSaid, PatchRead
    from api.plans.editing import Made
    from api.plans.sheet import Sheet
    from api.plans.shelf import Shelf
    from geo.errors import Refusal

STATE_EVERY = 200
"""Operations after which the sheet's value is kept anew, so that taking it up never replays more."""
LISTED_AT_CONFLICT = 200

TAKE = text("""
SELECT t.*, EXISTS (SELECT FROM plan_run r WHERE r.plan_id = :plan AND r.state IN ('waiting', 'running')) AS drawn,
       EXISTS (SELECT FROM plan_operation o WHERE o.plan_id = :plan AND o.edit_id = :edit) AS known
  FROM plan_take(:plan, :community) t
""")
ENTRY = """
SELECT o.version, o.verb, o.arguments, o.about, o.who, o.account_id, o.client, o.at, o.community_id, o.touched
  FROM plan_operation o WHERE o.plan_id = :plan
"""
SINCE = text(f"{ENTRY} AND o.community_id = :community AND o.version > :base ORDER BY o.version")
OF_EDIT = text(f"{ENTRY} AND o.edit_id = :edit ORDER BY o.version")
LISTED = text(f"""{ENTRY} AND o.version > :base
   AND (CAST(:community AS uuid) IS NULL OR o.community_id = :community) ORDER BY o.version LIMIT :most""")
LINES = text("""
SELECT o.version, o.verb, o.about, o.account_id
  FROM plan_operation o JOIN plan_sheet s ON s.plan_id = o.plan_id AND s.community_id = o.community_id
 WHERE o.plan_id = :plan AND o.community_id = :community AND o.version > s.since ORDER BY o.version
""")
ROOTS = text("""
SELECT version, delta FROM plan_operation
 WHERE plan_id = :plan AND community_id = :community AND version = ANY(CAST(:versions AS integer[]))
""")
ADD = text("""
INSERT INTO plan_operation
  (plan_id, version, community_id, edit_id, client, verb, arguments, about, delta, touched, account_id, who)
SELECT :plan, a.version, :community, :edit, CAST(:client AS uuid), a.verb, CAST(a.arguments AS jsonb), a.about,
       CAST(a.delta AS jsonb), ARRAY(SELECT jsonb_array_elements_text(CAST(a.touched AS jsonb))), me('account'),
       coalesce((SELECT name FROM person WHERE id = me('person')), '')
  FROM unnest(CAST(:versions AS integer[]), CAST(:verbs AS text[]), CAST(:arguments AS text[]),
              CAST(:abouts AS integer[]), CAST(:deltas AS text[]), CAST(:touched AS text[]))
    AS a(version, verb, arguments, about, delta, touched)
RETURNING who, at
""")
BEGIN = text("""
INSERT INTO plan_sheet (plan_id, community_id, lon, lat, since, version, state_version, state)
VALUES (:plan, :community, :lon, :lat, :version, :version, :version, :state)
""")
STRAY_GRIDS = text("""
DELETE FROM micro_grid WHERE plan_id = :plan AND community_id = :community AND id <> ALL(CAST(:ids AS uuid[]))
""")
GO_ON = text("""
WITH told AS (
  INSERT INTO plan_event (plan_id, number, community_id, kind, data)
  VALUES (:plan, :number, :community, 'edit', CAST(:data AS jsonb))
), moved AS (SELECT plan_advance(:plan, :community, :operations, 1) FROM (SELECT 1) AS one)
UPDATE plan_sheet SET version = :version FROM moved
 WHERE plan_id = :plan AND community_id = :community RETURNING state_version
""")
KEEP = text("""
UPDATE plan_sheet SET state = :state, state_version = :version WHERE plan_id = :plan AND community_id = :community
""")


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


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit's answer, and the number of the event that tells others; no number: a repetition."""

    read: EditRead
    event: int | None


def _told(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}


async def edit(session: AsyncSession, shelf: Shelf, asker: Asker, plan_id: UUID, said: EditSaid) -> Edited:
    """Do operations on one community of a draft, all or none.

    Raises:
        NotFoundError: there is no such plan or community, or it is not the asker's to change.
        FrozenError: the plan is no draft.
        RefusedOperationError: a verb says why not.
        StaleError: somebody changed the same since ``base_version``.
        InvalidError: an operation makes no sense.
    """
    where = {"plan": plan_id, "community": said.community_id}
    head = (await session.execute(TAKE, {**where, "edit": said.id})).mappings().one()
    if head["state"] is None:
        raise NotFoundError(
            "没有这个方案或社区,或您无权修改。", "There is no such plan or community, or it is not yours."
        )
    sheet = await take_up(session, shelf, plan_id, said.community_id)
    asked = [Asked(one.verb, as_heard(one.values().model_dump(mode="json"))) for one in said.operations]
    if head["known"]:
        return Edited(await _again(session, asker, sheet, said, asked), None)
    _refuse_the_impossible(head, said)
    since = (await session.execute(SINCE, {**where, "base": said.base_version})).mappings().all()
    if not sheet.kept:
        sheet = await _begun(session, sheet, head["version"])
    past = await _past(session, asker, where, asked)
    others = _others(since, said)
    try:
        plan, made = await asyncio.to_thread(do_all, sheet.plan, asked, past, head["version"] + 1)
    except OperationRefusedError as refused:
        if others:
            raise _stale(asker, sheet, said, since, refusal=refused.refusal) from refused
        raise RefusedOperationError(refused.refusal, refused.place) from refused
    except (InvalidInputError, InvalidGeometryError, ValueError) as error:
        raise InvalidError(f"操作无法理解:{error}", f"The operation makes no sense: {error}") from error
    marks = {mark for one in made for mark in one.touched()}
    conflicts = marks & {mark for row in others for mark in row["touched"]}
    if conflicts:
        raise _stale(asker, sheet, said, since, conflicts=sorted(conflicts))
    after = replace(sheet, plan=plan, version=head["version"] + len(made), kept=True)
    entries = await _write(session, sheet, after, said, made, event=int(head["events"]) + 1)
    once_committed(session, lambda: shelf.put(after, mark_of(after)))
    touched = marks | {mark for row in since for mark in row["touched"]}
    patch = patch_of(after.plan, touched)
    read = EditRead(
        id=said.id,
        community_id=said.community_id,
        version=after.version,
        rebased=bool(since),
        entries=entries,
        patch=patch,
    )
    return Edited(read, int(head["events"]) + 1)


def _others(since: Sequence[RowMapping], said: EditSaid) -> list[RowMapping]:
    """Operations that did not come from the same tab."""
    return [row for row in since if said.client is None or row["client"] != said.client]


def _refuse_the_impossible(head: RowMapping, said: EditSaid) -> None:
    if head["state"] != "draft":
        raise FrozenError(head["state"])
    if head["drawn"]:
        raise ConflictError("系统正在划分这个方案。", "The machine is drawing this plan.")
    if said.base_version > head["version"]:
        raise InvalidError(
            f"方案只有 {head['version']} 版,没有第 {said.base_version} 版。",
            f"The plan is at version {head['version']}: there is no version {said.base_version}.",
        )


async def _begun(session: AsyncSession, sheet: Sheet, version: int) -> Sheet:
    """The sheet, kept in the store from now on; grids and members written as it has them."""
    plan = sheet.plan
    where = {"plan": sheet.plan_id, "community": sheet.community_id}
    await session.execute(STRAY_GRIDS, {**where, "ids": sorted(plan.grids)})
    await project(session, sheet, plan.grids, plan.units)
    lon, lat = sheet.plane.origin
    state = await asyncio.to_thread(packed, plan)
    await session.execute(BEGIN, {**where, "lon": lon, "lat": lat, "version": version, "state": state})
    return replace(sheet, kept=True)


async def _past(session: AsyncSession, asker: Asker, where: dict[str, Any], asked: Sequence[Asked]) -> Past:
    """What undo, redo and take-back need of the log; nothing where none is asked for."""
    back = sum(one.verb in {UNDO, REDO, TAKE_BACK} for one in asked)
    if not back:
        return Past((), {}, asker.account_id)
    lines = await _lines(session, where)
    roots = targets(asked, lines, asker.account_id)
    rows = (await session.execute(ROOTS, {**where, "versions": sorted(roots)})).all()
    return Past(tuple(lines), {version: _delta(delta) for version, delta in rows}, asker.account_id)


async def _lines(session: AsyncSession, where: dict[str, Any]) -> list[Line]:
    return [Line(*row) for row in (await session.execute(LINES, where)).all()]


def _delta(value: Any) -> Delta:
    return delta_from(json.loads(value) if isinstance(value, str) else value)


async def _write(
    session: AsyncSession, before: Sheet, after: Sheet, said: EditSaid, made: Sequence[Made], *, event: int
) -> list[EntryRead]:
    """Write grids, members, log and event; the entries of the log."""
    where = {"plan": after.plan_id, "community": after.community_id}
    whole = _summed(made)
    units = {key for part in ("bands", "units") for key in whole.get(part, ())}
    grids = grids_of(before.plan, after.plan, whole)
    await project(session, after, grids, units)
    first = after.version - len(made) + 1
    columns = {
        "versions": [first + place for place in range(len(made))],
        "verbs": [one.asked.verb for one in made],
        "arguments": [_dumped(one.asked.arguments) for one in made],
        "abouts": [one.about for one in made],
        "deltas": [_dumped(one.delta.as_data()) for one in made],
        "touched": [_dumped(one.touched()) for one in made],
    }
    rows = (await session.execute(ADD, {**where, "edit": said.id, "client": said.client, **columns})).all()
    data = _dumped({"version": after.version, "base": before.version, "client": str(said.client or "")})
    step = {"version": after.version, "operations": len(made), "number": event, "data": data}
    kept = (await session.execute(GO_ON, {**where, **step})).scalar_one()
    if after.version - kept >= STATE_EVERY:
        state = await asyncio.to_thread(packed, after.plan)
        await session.execute(KEEP, {**where, "state": state, "version": after.version})
    who, at = rows[0]
    return [
        EntryRead(
            version=first + place,
            verb=one.asked.verb,
            arguments=as_told(one.asked.arguments),
            of=one.about,
            who=who,
            mine=True,
            client=said.client,
            at=at,
            community_id=after.community_id,
            in_effect=one.asked.verb not in {UNDO, REDO},
        )
        for place, one in enumerate(made)
    ]


def _summed(made: Sequence[Made]) -> dict[str, set[str]]:
    """Parts and keys that any of the operations changed."""
    whole: dict[str, set[str]] = {}
    for one in made:
        for part, changes in one.delta.changes.items():
            whole.setdefault(part, set()).update(changes)
    return whole


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _stale(
    asker: Asker,
    sheet: Sheet,
    said: EditSaid,
    since: Sequence[RowMapping],
    *,
    conflicts: Sequence[str] = (),
    refusal: Refusal | None = None,
) -> StaleError:
    """What to tell the loser."""
    others = _others(since, said)
    marks = {mark for row in since for mark in row["touched"]}
    guilty = [row for row in others if set(conflicts) & set(row["touched"])] or others
    return StaleError(
        [row["who"] for row in guilty],
        {
            "version": sheet.version,
            "since": [entry_of(row, asker).model_dump(mode="json") for row in since[-LISTED_AT_CONFLICT:]],
            "patch": patch_of(sheet.plan, marks).model_dump(mode="json"),
            "conflicts": [mark.split(":", 1) for mark in conflicts],
            "operations": [one.model_dump(mode="json") for one in said.operations],
            "refusal": None if refusal is None else _told(refusal),
        },
    )


async def _again(session: AsyncSession, asker: Asker, sheet: Sheet, said: EditSaid, asked: Sequence[Asked]) -> EditRead:
    """The answer to an edit that was kept before."""
    rows = (await session.execute(OF_EDIT, {"plan": sheet.plan_id, "edit": said.id})).mappings().all()
    same = [(row["verb"], _plain(row["arguments"])) for row in rows] == [
        (one.verb, dict(one.arguments)) for one in asked
    ]
    if not same or rows[0]["community_id"] != said.community_id:
        raise InvalidError(
            "这个编号的修改已经保存过,内容不同。", "An edit of this id was kept before, and it was another one."
        )
    marks = await _marks_since(session, sheet, said.base_version)
    return EditRead(
        id=said.id,
        community_id=said.community_id,
        version=sheet.version,
        rebased=rows[0]["version"] != said.base_version + 1,
        entries=[entry_of(row, asker) for row in rows],
        patch=patch_of(sheet.plan, marks),
    )


async def _marks_since(session: AsyncSession, sheet: Sheet, version: int) -> set[str]:
    where = {"plan": sheet.plan_id, "community": sheet.community_id, "base": version}
    rows = (await session.execute(SINCE, where)).mappings().all()
    return {mark for row in rows for mark in row["touched"]}


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def entry_of(row: RowMapping, asker: Asker, effective: frozenset[int] | None = None) -> EntryRead:
    """A line of the log as it is told."""
    version, verb = row["version"], row["verb"]
    return EntryRead(
        version=version,
        verb=verb,
        arguments=as_told(_plain(row["arguments"])),
        of=row["about"],
        who=row["who"],
        mine=asker.account_id is not None and row["account_id"] == asker.account_id,
        client=row["client"],
        at=row["at"],
        community_id=row["community_id"],
        in_effect=version in effective if effective is not None else verb not in {UNDO, REDO},
    )


async def since_version(session: AsyncSession, shelf: Shelf, place: tuple[UUID, UUID], since: int) -> LogRead:
    """The newest operations of one community since a version, for a live stream; ``place``: plan, community."""
    plan_id, community_id = place
    sheet = await take_up(session, shelf, plan_id, community_id)
    where = {"plan": plan_id, "community": community_id, "base": since}
    rows = (await session.execute(SINCE, where)).mappings().all()
    marks = {mark for row in rows for mark in row["touched"]}
    asker: Asker = session.info["asker"]
    entries = [entry_of(row, asker) for row in rows[-LISTED_AT_CONFLICT:]]
    return LogRead(version=sheet.version, entries=entries, patch=patch_of(sheet.plan, marks), more=False)


async def read_log(
    session: AsyncSession, shelf: Shelf, asker: Asker, place: tuple[UUID, UUID], *, since: int, limit: int
) -> LogRead:
    """The log of one community from a version on, oldest first, and the patch since then; ``place``: plan, community.

    Raises:
        NotFoundError: there is no such plan or community, or it is not the asker's to see.
    """
    plan_id, community_id = place
    sheet = await take_up(session, shelf, plan_id, community_id)
    where = {"plan": plan_id, "community": community_id}
    rows = (await session.execute(LISTED, {**where, "base": since, "most": limit + 1})).mappings().all()
    effective = in_effect(await _lines(session, where))
    patch: PatchRead = patch_of(sheet.plan, await _marks_since(session, sheet, since))
    return LogRead(
        version=sheet.version,
        entries=[entry_of(row, asker, effective) for row in rows[:limit]],
        patch=patch,
        more=len(rows) > limit,
    )

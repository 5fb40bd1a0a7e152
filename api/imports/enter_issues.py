"""Enters another system's list of reports as issues: no reporter, its own number, where it stood there.

A case is known again by its number and the moment it was opened, whatever the file is called, so the same list brought
twice adds nothing. What somebody here has worked on since is theirs: a later list moves it no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import numpy as np
import shapely

from api.imports.addresses import Register
from api.imports.ground import Ground
from api.issues.matter import SETTLED, STAGE_OF, Status
from api.issues.report import code_of
from geo.crs.datum import Datum
from geo.exchange import casework, times
from geo.exchange.faults import Kind
from geo.exchange.placing import NONE, placed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from api.imports.book import Book
    from api.imports.outcome import Outcome
    from api.imports.work import Looked
    from geo.exchange.delivery import Delivery

NUMBERS = UUID("6f2f6f0e-6d3c-5b57-9a42-2f0f1f6a9d11")
"""The space in which the numbers of other systems become keys of ours."""
SETTLED_WORDS = frozenset(str(status) for status in SETTLED)
STORED = frozenset({Datum.WGS84, Datum.CGCS2000, Datum.GCJ02, Datum.BD09})
LONGEST = {"title": 100, "description": 2000, "address": 200}
COLUMNS = (
    "id",
    "code",
    "kind",
    "top",
    "category",
    "severity",
    "title",
    "description",
    "address",
    "geometry",
    "located",
    "datum",
    "raw_x",
    "raw_y",
    "community_id",
    "source",
    "reported_at",
    "occurred_at",
    "wants_proof",
    "status",
    "version",
    "is_open",
    "stage",
    "stage_since",
    "due_at",
    "changed_at",
    "closed_at",
)
HERE = "ST_Covers(p.geometry, a.geometry) AND p.geometry && a.geometry"
TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
THEN = "(a.reported_at AT TIME ZONE 'Asia/Shanghai')::date"
# The grid that was there on the day of the report; of older days than any plan, today's.
IN_FORCE = f"""
(SELECT p.id FROM micro_grid p JOIN plan_reign n ON n.plan_id = p.plan_id AND n.community_id = p.community_id
    AND upper_inf(n.recorded) AND (n.effective @> {THEN} OR n.effective @> {TODAY})
  WHERE p.community_id = a.community_id AND {HERE} ORDER BY n.effective @> {THEN} DESC, p.id LIMIT 1)
"""  # noqa: S608 - our own words
_HERE = f"p.community_id = a.community_id AND {HERE} ORDER BY p.id LIMIT 1"
LOOKED_UP = {
    "subdistrict_id": "(SELECT p.subdistrict_id FROM community p WHERE p.id = a.community_id)",
    "compound_id": f"(SELECT p.id FROM compound p WHERE {_HERE})",  # noqa: S608 - our own words
    "building_id": f"(SELECT p.id FROM building p WHERE {_HERE})",  # noqa: S608 - our own words
    "micro_grid_id": IN_FORCE,
}
KNOWN = """
SELECT i.id, i.version, i.status, i.category, i.title, i.description, i.address, i.closed_at,
       ST_X(i.geometry) AS lon, ST_Y(i.geometry) AS lat,
       EXISTS (SELECT FROM issue_event e WHERE e.issue_id = i.id AND e.action <> 'import') AS worked_on
  FROM issue i WHERE i.id = ANY(%s)
"""
BEGIN = """
INSERT INTO issue_event (issue_id, seq, at, action, account_id, party, status, payload)
SELECT i.id, 1, now(), 'import', me('account'), 'import', i.status, CAST(n.payload AS jsonb)
  FROM unnest(%s::uuid[], %s::text[]) AS n(id, payload) JOIN issue i ON i.id = n.id
"""
MOVE = """
INSERT INTO issue_event (issue_id, seq, at, action, account_id, party, status) VALUES (%s, %s, now(), 'import',
  me('account'), 'import', %s)
"""
CATEGORIES = "SELECT code, kind, severity, proof FROM issue_category ORDER BY code"


@dataclass(frozen=True, slots=True)
class Category:
    """One of our categories, as far as an issue takes after it."""

    code: str
    kind: str
    severity: int
    proof: bool

    @property
    def top(self) -> str:
        """The category above it, or itself."""
        return self.code.partition(".")[0]


def theirs(delivery: Delivery) -> tuple[str, ...]:
    """What the list itself calls the category of each row: both columns where it has two."""
    pairs = zip(delivery.field("category"), delivery.field("subcategory"), strict=True)
    return tuple(" / ".join(part for part in pair if part)[:200] for pair in pairs)


def enter_issues(book: Book, parts: Iterable[Delivery], outcome: Outcome, looked: Looked) -> None:
    """Enter issues, move those that an earlier list brought.

    Args:
        book: what writes; its transaction.
        parts: points, degrees WGS-84, some at a time.
        outcome: told what became of each row.
        looked: the categories as they were translated, and the numbers as they came.
    """
    categories = {row[0]: Category(*row) for row in book.connection.execute(CATEGORIES).fetchall()}
    ours = {word.theirs: categories[word.ours] for word in looked.translated}
    seen: set[bytes] = set()
    for part in parts:
        _enter_part(book, part, ours, seen, outcome, looked)


def _enter_part(  # noqa: PLR0917 - what one table of rows is made from
    book: Book,
    delivery: Delivery,
    ours: Mapping[str, Category],
    seen: set[bytes],
    outcome: Outcome,
    looked: Looked,
) -> None:
    shapes, located = _places(book, delivery, outcome)
    opened, closed, due = (times.read_all(delivery.field(name)) for name in ("opened", "closed", "due"))
    told = np.array([moment is not None for moment in opened], dtype=bool)
    for at in np.flatnonzero(~told & ~shapely.is_missing(shapes)):
        outcome.hold(
            delivery, int(at), Kind.NO_TIME, "没有受理时间", "does not say when it was reported", field_="opened"
        )
    keys = keys_of(delivery, opened)
    rows = _once(delivery, keys, np.flatnonzero(told & ~shapely.is_missing(shapes)), seen, outcome)
    if not len(rows):
        return
    said = theirs(delivery)
    known = {row[0]: row for row in book.connection.execute(KNOWN, [[keys[at] for at in rows]]).fetchall()}
    cases = {
        int(at): _case(delivery, int(at), said[at], ours[said[at]], (opened[at], closed[at], due[at])) for at in rows
    }
    fresh = [int(at) for at in rows if keys[at] not in known]
    _add(book, delivery, fresh, (keys, cases, shapes, located, looked), outcome)
    for known_at in sorted(cases.keys() - set(fresh)):
        _move(book, delivery, known_at, known[keys[known_at]], cases[known_at], outcome)
    book.remember("issue", [(keys[at], delivery.keys[at]) for at in rows])


def keys_of(delivery: Delivery, opened: Sequence[datetime | None]) -> tuple[UUID, ...]:
    """The key of each row: from its number and when it was opened; without a number from all that it says."""
    said = theirs(delivery)
    texts = delivery.field("description")
    keys = []
    for at, number in enumerate(delivery.keys):
        moment = opened[at].isoformat() if opened[at] else ""  # type: ignore[union-attr] # asked just before
        what = number or "|".join((said[at], texts[at], delivery.field("address")[at], _spot(delivery.shapes[at])))
        keys.append(uuid5(NUMBERS, f"{what}|{moment}"))
    return tuple(keys)


def _spot(shape: Any) -> str:
    return "" if shape is None or shape.is_empty else f"{shape.x:.6f},{shape.y:.6f}"


def _places(book: Book, delivery: Delivery, outcome: Outcome) -> tuple[NDArray[np.object_], list[str]]:
    """Where each report is: its point, else the building that its address names."""
    shapes = delivery.shapes.copy()
    located = ["pin"] * len(delivery)
    usable = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes) & (shapely.get_type_id(shapes) == 0)
    lost = np.flatnonzero(~usable)
    if not len(lost):
        return shapes, located
    shapes[lost] = None
    addresses = delivery.field("address")
    register = Register.of(book.connection) if any(addresses[at] for at in lost) else None
    for at in (int(at) for at in lost):
        home = register.find(address=addresses[at]) if register is not None and addresses[at] else None
        if home is None:
            outcome.hold(
                delivery,
                at,
                Kind.NO_SHAPE,
                "没有坐标，地址也对不上已知楼栋",
                "has no place, and its address is no known building's",
            )
        else:
            shapes[at], located[at] = home.spot, "address"
    return shapes, located


def _once(
    delivery: Delivery, keys: Sequence[UUID], rows: NDArray[np.intp], seen: set[bytes], outcome: Outcome
) -> NDArray[np.intp]:
    kept = []
    for at in rows:
        if keys[at].bytes in seen:
            outcome.hold(
                delivery, int(at), Kind.DUPLICATE, "与前面某行是同一件", "is the same report as an earlier row"
            )
        else:
            kept.append(at)
        seen.add(keys[at].bytes)
    return np.array(kept, dtype=np.intp)


def _case(
    delivery: Delivery,
    at: int,
    said: str,
    category: Category,
    moments: tuple[datetime | None, datetime | None, datetime | None],
) -> dict[str, Any]:
    """One row in our words."""
    opened, closed, due = moments
    assert opened is not None
    if closed is not None and closed < opened:
        closed = None
    state = casework.status_of(delivery.field("status")[at], closed=closed is not None)
    settled = state in SETTLED_WORDS
    stage = STAGE_OF.get(Status(state))
    title = delivery.field("title")[at] or said
    return {
        "kind": category.kind,
        "top": category.top,
        "category": category.code,
        "severity": category.severity,
        "wants_proof": category.proof,
        "title": title[: LONGEST["title"]],
        "description": delivery.field("description")[at][: LONGEST["description"]],
        "address": delivery.field("address")[at][: LONGEST["address"]],
        "source": "import",
        "reported_at": opened,
        "occurred_at": opened,
        "status": state,
        "version": 1,
        "is_open": not settled,
        "stage": stage.value if stage else None,
        "stage_since": closed or opened,
        "due_at": None if settled else due,
        "changed_at": closed or opened,
        "closed_at": closed if settled else None,
    }


def _add(
    book: Book,
    delivery: Delivery,
    fresh: list[int],
    made: tuple[Sequence[UUID], Mapping[int, dict[str, Any]], NDArray[np.object_], list[str], Looked],
    outcome: Outcome,
) -> None:
    if not fresh:
        return
    keys, cases, shapes, located, looked = made
    communities = _communities(book, shapes[fresh])
    rows = []
    for at, community in zip(fresh, communities, strict=True):
        place = {
            "id": keys[at],
            "code": code_of(keys[at]),
            "geometry": shapes[at],
            "located": located[at],
            "community_id": community,
            **_raw(looked, delivery, at, shapes[at]),
        }
        case = {**cases[at], **place}
        rows.append([case[name] for name in COLUMNS])
        outcome.note(delivery, at, "added", keys[at], category=case["category"], status=case["status"])
    book.add("issue", COLUMNS, rows, looked_up=LOOKED_UP)
    said = theirs(delivery)
    payloads = [
        json.dumps(
            {"source": book.source[:200], "number": delivery.keys[at][:80], "category": said[at]}, ensure_ascii=False
        )
        for at in fresh
    ]
    book.connection.execute(BEGIN, [[keys[at] for at in fresh], payloads])


def _raw(looked: Looked, delivery: Delivery, at: int, shape: shapely.Point) -> dict[str, Any]:
    """The numbers as they came with the datum they were read in; where those were no degrees, what they became."""
    came = looked.came[int(delivery.rows[at]) - 1]
    reading = looked.reading
    if came is None or came.is_empty or not reading.in_degrees or reading.swapped or reading.datum not in STORED:
        return {"datum": Datum.WGS84.value, "raw_x": shape.x, "raw_y": shape.y}
    return {"datum": reading.datum.value, "raw_x": came.x, "raw_y": came.y}


def _communities(book: Book, spots: NDArray[np.object_]) -> list[UUID]:
    """The community of each point; ground that stands in for one where nobody has drawn any."""
    ground = Ground(book, spots)
    communities = ground.of("community")
    where = placed(spots, communities.shapes).parent
    found: list[UUID | None] = [None if at == NONE else communities.rows[at]["id"] for at in where]
    loose = np.flatnonzero(where == NONE)
    if len(loose):
        book.connection.execute("SET CONSTRAINTS ALL DEFERRED")
        holder = ground.hold("community", spots[loose])
        book.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for at in loose:
            found[at] = holder
    return [key for key in found if key is not None]


def _move(  # noqa: PLR0917 - one row, and what it was before
    book: Book, delivery: Delivery, at: int, old: tuple[Any, ...], case: dict[str, Any], outcome: Outcome
) -> None:
    """A case that an earlier list brought: what this list says otherwise, unless somebody here works on it."""
    key, version, status, category, title, description, address, closed_at, lon, lat, worked_on = old
    before = {
        "category": category,
        "title": title,
        "description": description,
        "address": address,
        "closed_at": closed_at,
    }
    if worked_on:
        outcome.note(delivery, at, "same", key, kept=True, zh="已在本系统办理，不再改动", en="is worked on here; kept")
        return
    changes = {
        name: case[name] for name, was in before.items() if case[name] != was and (case[name] or name == "closed_at")
    }
    if "category" in changes:
        changes |= {name: case[name] for name in ("kind", "top", "severity")}
    moved = case["status"] != status
    if moved:
        changes |= {"stage": case["stage"], "stage_since": case["stage_since"]}
    shape = delivery.shapes[at]
    if shape is not None and not shape.is_empty and max(abs(shape.x - lon), abs(shape.y - lat)) > 1e-6:  # noqa: PLR2004 - a decimetre
        changes["geometry"] = shape
    if changes:
        book.change("issue", key, changes)
    if moved:
        book.connection.execute(MOVE, [key, version + 1, case["status"]])
    fields = sorted([*changes, *(["status"] if moved else [])])
    outcome.note(delivery, at, "changed" if fields else "same", key, fields=fields)

"""The filters of the list, one to one with the address: each is a condition on rows, and nothing else decides.

The page after a row is found by the row itself (keyset), so that a list of a million starts as fast as it goes on, and
nothing is shown twice while others write.
"""

from __future__ import annotations

import base64
import json
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.errors import InvalidError
from api.geometry import corners
from api.issues.matter import Kind, Status
from api.issues.workdays import BEIJING

Sort = Literal["new", "old", "due", "changed", "distance"]
METRES = "i.geometry::geography <-> ST_SetSRID(ST_MakePoint(:near_lon, :near_lat), 4326)::geography"
"""How far from the point that was asked about; on the sphere, as the index knows it."""
ORDERS: dict[str, tuple[str, str, str]] = {
    "new": ("i.reported_at", "timestamptz", "DESC"),
    "old": ("i.reported_at", "timestamptz", "ASC"),
    "due": ("i.due_at", "timestamptz", "ASC"),
    "changed": ("i.changed_at", "timestamptz", "DESC"),
    "distance": (METRES, "double precision", "ASC"),
}
"""Each order: its expression, the type of it, its direction. Ties go by id."""


PLACES = ("subdistrict_id", "community_id", "compound_id", "micro_grid_id")
LISTS = ("status", "kind", "severity", "source", *PLACES, "body_id")
"""Filters that name values of a column."""


class Filters(BaseModel):
    """What the list is asked for; everything left open fits everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: list[Status] = Field(default=[], max_length=20)
    category: list[str] = Field(default=[], max_length=60)
    kind: list[Kind] = Field(default=[], max_length=4)
    severity: list[Annotated[int, Field(ge=1, le=4)]] = Field(default=[], max_length=4)
    source: list[Annotated[str, Field(max_length=20)]] = Field(default=[], max_length=10)
    subdistrict_id: list[UUID] = Field(default=[], max_length=100)
    community_id: list[UUID] = Field(default=[], max_length=100)
    compound_id: list[UUID] = Field(default=[], max_length=100)
    micro_grid_id: list[UUID] = Field(default=[], max_length=100)
    body_id: list[UUID] = Field(default=[], max_length=100)
    open: bool | None = None
    late: bool | None = None
    soon: bool | None = None
    """Still in time, and due within the next 24 hours."""
    supervised: bool | None = None
    listed: bool | None = None
    suspended: bool | None = None
    reopened: bool | None = None
    reworked: bool | None = None
    unsatisfied: bool | None = None
    """The reporter gave three of five stars or fewer."""
    whistle: bool | None = None
    """A body that was called (吹哨) has not reported in yet."""
    place_is_open: bool | None = None
    mine: bool | None = None
    """Reported by me."""
    since: date | None = None
    until: date | None = None
    q: Annotated[str, Field(max_length=60)] = ""
    bbox: Annotated[str, Field(max_length=120)] = ""
    """west,south,east,north in WGS 84."""

    @field_validator("bbox")
    @classmethod
    def _four_numbers(cls, value: str) -> str:
        if value:
            corners(value)
        return value


class ListQuery(Filters):
    """Filters, order and page."""

    sort: Sort = "new"
    near: Annotated[str, Field(max_length=60)] = ""
    """lon,lat: for ``sort=distance``, and to be told the metres."""
    cursor: Annotated[str, Field(max_length=300)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def conditions(wanted: Filters) -> tuple[list[str], dict[str, Any]]:
    """The filters as SQL over ``issue i``, and their values."""
    where: list[str] = []
    values: dict[str, Any] = {}
    for column in LISTS:
        chosen = getattr(wanted, column)
        if chosen:
            cast = "uuid[]" if column.endswith("_id") else "smallint[]" if column == "severity" else "text[]"
            one = len(chosen) == 1
            where.append(f"i.{column} = :{column}" if one else f"i.{column} = ANY(CAST(:{column} AS {cast}))")
            values[column] = chosen[0] if one else list(chosen)
    _categories(wanted, where, values)
    for condition, said in _switches(wanted):
        if said is not None:  # unadorned where it is wanted, so that an index may answer it
            where.append(f"({condition})" if said else f"NOT coalesce({condition}, false)")
    if wanted.since:
        where.append("i.reported_at >= :since")
        values["since"] = datetime.combine(wanted.since, time(), BEIJING)
    if wanted.until:
        where.append("i.reported_at < :until")
        values["until"] = datetime.combine(wanted.until + timedelta(days=1), time(), BEIJING)
    if words := wanted.q.strip().lower():
        where.append("pairs(i.words) @> pairs(:q) AND strpos(i.words, :q) > 0")
        values["q"] = words
    if wanted.bbox:
        where.append("i.geometry && ST_MakeEnvelope(:west, :south, :east, :north, 4326)")
        values |= dict(zip(("west", "south", "east", "north"), corners(wanted.bbox), strict=True))
    return where, values


def _categories(wanted: Filters, where: list[str], values: dict[str, Any]) -> None:
    tops = [code for code in wanted.category if "." not in code]
    subs = [code for code in wanted.category if "." in code]
    parts = []
    for column, codes in (("top", tops), ("category", subs)):
        if codes:
            one = len(codes) == 1
            parts.append(f"i.{column} = :{column}" if one else f"i.{column} = ANY(CAST(:{column} AS text[]))")
            values[column] = codes[0] if one else codes
    if parts:
        where.append(f"({' OR '.join(parts)})")


def _switches(wanted: Filters) -> list[tuple[str, bool | None]]:
    return [
        ("i.is_open", wanted.open),
        ("i.is_open AND i.due_at < now()", wanted.late),
        ("i.is_open AND i.due_at >= now() AND i.due_at < now() + interval '24 hours'", wanted.soon),
        ("i.supervised", wanted.supervised),
        ("i.listed", wanted.listed),
        ("i.suspended_until IS NOT NULL", wanted.suspended),
        ("i.reopens > 0", wanted.reopened),
        ("i.reworks > 0", wanted.reworked),
        ("i.satisfaction BETWEEN 1 AND 3", wanted.unsatisfied),
        ("i.is_open AND i.id IN (SELECT c.issue_id FROM issue_call c WHERE c.arrived_at IS NULL)", wanted.whistle),
        ("i.place_is_open", wanted.place_is_open),
        ("i.id IN (SELECT r.issue_id FROM issue_reporter r WHERE r.account_id = (SELECT me('account')))", wanted.mine),
    ]


def after(wanted: ListQuery, values: dict[str, Any]) -> list[str]:
    """The condition that a row comes after the cursor's, and its values.

    Raises:
        InvalidError: the cursor is none of ours.
    """
    if not wanted.cursor:
        return []
    expression, kind, direction = ORDERS[wanted.sort]
    try:
        sort, key, row_id = json.loads(base64.urlsafe_b64decode(wanted.cursor.encode()))
        values["after_id"] = UUID(row_id)
        values["after"] = float(key) if kind == "double precision" else datetime.fromisoformat(key)
    except (ValueError, TypeError, AttributeError):
        sort = None
    if sort != wanted.sort:
        raise InvalidError(
            "翻页标记不对,请从第一页开始。", "The cursor is not one of this list; begin at the first page."
        )
    return [f"({expression}, i.id) {'<' if direction == 'DESC' else '>'} (CAST(:after AS {kind}), :after_id)"]


def cursor_of(sort: str, key: Any, row_id: UUID) -> str:
    """Where the next page begins."""
    plain = key.isoformat() if isinstance(key, datetime) else key
    return base64.urlsafe_b64encode(json.dumps([sort, plain, str(row_id)]).encode()).decode()


FiltersSaid = Annotated[Filters, Query()]
ListSaid = Annotated[ListQuery, Query()]

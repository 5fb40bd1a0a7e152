"""Reads the times that lists write: ISO, 2026/5/3 8:05, 04/12/2018 11:11:26 AM, 2026年5月3日, Excel's day numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BEIJING = timezone(timedelta(hours=8))
"""What a time without a zone is taken for."""
EXCEL_FIRST = datetime(1899, 12, 30, tzinfo=BEIJING)
EXCEL_DAYS = (20_000.0, 80_000.0)  # 1954 to 2119: other numbers are no days
SECONDS_FROM, MILLISECONDS_FROM = 2e8, 2e11
MOST_YEARS_AHEAD = 1
_CLOCK = r"(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp][Mm])?)?"
_YEAR_FIRST = re.compile(rf"^(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{_CLOCK}$")
_YEAR_LAST = re.compile(rf"^(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){_CLOCK}$")


def read(cell: str) -> datetime | None:
    """The moment (aware, UTC) that a cell tells, None when it tells none. Without a zone it is Beijing's.

    Days and months in slashes with the year last are month first, as the systems write that do so.

    >>> read("2026-05-03 08:05").isoformat(), read("04/12/2018 11:11:26 PM").isoformat()
    ('2026-05-03T00:05:00+00:00', '2018-04-12T15:11:26+00:00')
    >>> read("2016-07-13 15:11:07+00:00").isoformat(), read("2026年5月3日").isoformat(), read("昨天")
    ('2016-07-13T15:11:07+00:00', '2026-05-02T16:00:00+00:00', None)
    """
    text = cell.strip()
    if not text:
        return None
    found = _iso(text) or _written(text) or _number(text)
    return None if found is None else found.astimezone(UTC)


def read_all(cells: Iterable[str]) -> tuple[datetime | None, ...]:
    """Each cell; equal ones are read once."""
    known: dict[str, datetime | None] = {}
    return tuple(known[cell] if cell in known else known.setdefault(cell, read(cell)) for cell in cells)


def _iso(text: str) -> datetime | None:
    if not re.match(r"^\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC if text.endswith("UTC") else BEIJING)


def _written(text: str) -> datetime | None:
    text = re.sub(r"(\d)[时点](\d{1,2})分?(?:(\d{1,2})秒)?", r"\1:\2", text).replace("日 ", " ")
    if first := _YEAR_FIRST.match(text):
        year, month, day, *clock = first.groups()
    elif last := _YEAR_LAST.match(text):
        month, day, year, *clock = last.groups()
    else:
        return None
    hour, minute, second = (int(part or 0) for part in clock[:3])
    if clock[3]:
        hour = hour % 12 + 12 * (clock[3].lower() == "pm")
    try:
        return datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=BEIJING)
    except ValueError:
        return None


def _number(text: str) -> datetime | None:
    """Excel's days since 1899, or Unix seconds or milliseconds."""
    try:
        value = float(text)
    except ValueError:
        return None
    if EXCEL_DAYS[0] <= value <= EXCEL_DAYS[1]:
        return EXCEL_FIRST + timedelta(days=value)
    if SECONDS_FROM <= value < MILLISECONDS_FROM / 10:
        return datetime.fromtimestamp(value, UTC)
    if MILLISECONDS_FROM <= value < MILLISECONDS_FROM * 10:
        return datetime.fromtimestamp(value / 1000, UTC)
    return None

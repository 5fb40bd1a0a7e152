"""Every table of the morning page as an Excel sheet, with the formulas that its numbers stand for."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from api.office.bodies import read_bodies
from api.office.figures import read_kpis
from api.office.morning import read_morning
from api.office.period import SHANGHAI
from api.office.ratings import read_ratings
from api.office.schemas import KpiQuestion, Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.office.schemas import KpiRead, MorningRead, RatingsRead, StandingRead, TableQuestion

Table = Literal["figures", "ratings", "bodies", "categories", "trend", "calls"]
Cell = str | int | float | None
HEADS: dict[Table, tuple[tuple[str, str], ...]] = {
    "figures": (
        ("指标", "figure"), ("数值", "value"), ("分子", "good"), ("分母", "base"), ("目标", "target"),
        ("公式", "formula"),
    ),
    "ratings": (
        ("小区", "compound"), ("颜色", "colour"), ("得分", "points"), ("扣:超时", "taken: late"),
        ("扣:超期未结", "taken: open"), ("扣:返工重立", "taken: again"), ("扣:频度", "taken: frequency"),
        ("上报", "reported"), ("催办", "urged"), ("超期未结", "open and overdue"), ("返工重立", "again"),
        ("户数", "households"), ("申辩", "replies"),
    ),
    "bodies": (
        ("单位", "body"), ("处置", "handled"), ("按期", "on time"), ("返工", "sent back"), ("满意", "satisfied"),
        ("得分", "points"), ("榜", "list"),
    ),
    "categories": (("类别", "category"), ("本期", "this period"), ("上期", "before"), ("增减", "change")),
    "trend": (("日期", "day"), ("上报", "reported"), ("结案", "closed")),
    "calls": (
        ("编号", "case"), ("标题", "title"), ("单位", "body"), ("吹哨", "called"), ("应到", "due"), ("超时", "late"),
    ),
}  # fmt: skip
COLOURS = {"red": "红", "yellow": "黄", "blue": "蓝"}
LISTS = {"red": "红榜", "black": "黑榜", "none": ""}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows below their headings, and lines that explain them."""

    name: str
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str]


async def make(session: AsyncSession, table: Table, asked: TableQuestion, today: date) -> bytes:
    """The table as it stands on the page, as a workbook."""
    chinese = asked.language == "zh"
    sheet = await _sheet(session, table, asked, today, chinese=chinese)
    head = [names[0 if chinese else 1] for names in HEADS[table]]
    return await asyncio.to_thread(_written, sheet, head)


async def _sheet(session: AsyncSession, table: Table, asked: TableQuestion, today: date, *, chinese: bool) -> Sheet:
    period = Period(since=asked.since, until=asked.until, place=asked.place)
    if table == "figures":
        return _figures(await read_kpis(session, KpiQuestion(**period.model_dump()), today), chinese=chinese)
    if table == "ratings":
        return _ratings(await read_ratings(session, asked.place, asked.month or today), chinese=chinese)
    if table == "bodies":
        return _bodies(await read_bodies(session, period, today), chinese=chinese)
    morning = await read_morning(session, asked.place, asked.until or today, asked.days)
    return _of_morning(table, morning, chinese=chinese)


def _figures(kpis: list[KpiRead], *, chinese: bool) -> Sheet:
    rows = [
        (k.zh if chinese else k.en, k.value, k.good, k.base, k.target, k.formula_zh if chinese else k.formula_en)
        for k in kpis
    ]
    return Sheet("figures", rows, ())


def _ratings(read: RatingsRead, *, chinese: bool) -> Sheet:
    rows = [
        (
            *(_name(r.name, r.name_en, chinese=chinese), COLOURS[r.colour] if chinese else r.colour, r.points),
            *(r.late, r.open, r.again, r.frequency, r.reported, r.urged, r.overdue, r.reworked, r.households),
            "; ".join(said.words for said in r.replies),
        )
        for r in read.ratings
    ]
    formula = read.formula_zh if chinese else read.formula_en
    return Sheet("ratings", rows, (f"{read.month:%Y-%m} · v{read.version}", formula))


def _bodies(read: list[StandingRead], *, chinese: bool) -> Sheet:
    rows = [
        (
            *(_name(b.name, b.name_en, chinese=chinese), b.handled, b.on_time, b.rework, b.satisfied, b.points),
            LISTS[b.list] if chinese else b.list.replace("none", ""),
        )
        for b in read
    ]
    return Sheet("bodies", rows, [b.formula_zh if chinese else b.formula_en for b in read[:1]])


def _of_morning(table: Table, morning: MorningRead, *, chinese: bool) -> Sheet:
    rows: list[tuple[Cell, ...]]
    if table == "categories":
        rows = [(c.zh if chinese else c.en, c.count, c.before, c.count - c.before) for c in morning.top]
    elif table == "trend":
        rows = [(t.day.isoformat(), t.came, t.went) for t in morning.trend]
    else:
        rows = [
            (c.code, c.title, c.body, _moment(c.called_at), _moment(c.due_at), ("是" if chinese else "yes") * c.late)
            for c in morning.calls
        ]
    return Sheet(table, rows, ())


def _name(zh: str, en: str, *, chinese: bool) -> str:
    return zh if chinese or not en else en


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _written(sheet: Sheet, head: list[str]) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - only who exports pays for it

    out = io.BytesIO()
    # Names and titles come from the store: a text that begins with "=" stays a text.
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(sheet.name)
        page.write_row(0, 0, head, book.add_format({"bold": True}))
        page.set_column(0, 0, 28)
        page.set_column(1, len(head) - 1, 14)
        page.freeze_panes(1, 0)
        for number, row in enumerate(sheet.rows, 1):
            page.write_row(number, 0, row)
        for number, note in enumerate(sheet.notes, len(sheet.rows) + 2):
            page.write_string(number, 0, note)
    return out.getvalue()

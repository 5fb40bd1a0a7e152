"""Issues on paper and in a workbook: the list as Excel, one case as a work order."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.issues.schemas import Read
from api.issues.workdays import BEIJING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.issues.schemas import CaseRead, CategoryRead, IssueRead

MOST_ROWS = 20_000
HEADS = (
    ("code", "编号", "code"),
    ("kind", "类型", "kind"),
    ("category", "类别", "category"),
    ("severity", "等级", "severity"),
    ("status", "状态", "status"),
    ("title", "标题", "title"),
    ("description", "内容", "description"),
    ("address", "地址", "address"),
    ("community", "社区", "community"),
    ("micro_grid", "微网格", "micro-grid"),
    ("body", "承办单位", "body"),
    ("reported_at", "上报时间", "reported"),
    ("due_at", "时限", "due"),
    ("closed_at", "结案时间", "closed"),
    ("late", "超时", "late"),
    ("supervised", "督办", "supervised"),
    ("reopens", "重新立案次数", "reopened"),
    ("satisfaction", "满意度", "satisfaction"),
    ("lon", "经度", "longitude"),
    ("lat", "纬度", "latitude"),
)
STATUS_ZH = {
    "reported": "上报",
    "verified": "核实",
    "accepted": "受理",
    "filed": "立案",
    "dispatched": "派遣",
    "returned": "退单",
    "claimed": "签收",
    "handling": "处置",
    "handled": "反馈",
    "checked": "核查",
    "closed": "结案",
    "surveyed": "回访",
    "reopened": "重新立案",
    "rejected": "不予受理",
    "merged": "并案",
    "split": "分案",
    "void": "作废",
}
KIND_ZH = {"request": "诉求", "event": "事件", "hazard": "隐患", "component": "部件"}


class WorkOrder(Read):
    """Everything that a printed work order (工单) shows; no reporter's name or number stands on it."""

    code: str
    printed_at: datetime
    category_zh: str
    category_en: str
    status_zh: str
    case: dict[str, Any]
    steps: list[dict[str, Any]]


def workbook(issues: Iterable[IssueRead], categories: Mapping[str, CategoryRead], *, english: bool) -> bytes:
    """The issues as one sheet. Words of people are written as text: nothing in a cell is ever a formula."""
    written = io.BytesIO()
    import xlsxwriter  # noqa: PLC0415  # only a list on paper needs it

    book = xlsxwriter.Workbook(
        written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "constant_memory": False}
    )
    sheet = book.add_worksheet("issues" if english else "诉求")
    bold = book.add_format({"bold": True, "bg_color": "#eef2f7"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for column, (_, zh, en) in enumerate(HEADS):
        sheet.write_string(0, column, en if english else zh, bold)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(HEADS), 14)
    row = 0
    for row, issue in enumerate(issues, start=1):  # the last row's number is wanted below
        for column, (name, _, _) in enumerate(HEADS):
            value = _cell(issue, name, categories, english=english)
            if isinstance(value, datetime):
                sheet.write_datetime(row, column, value.astimezone(BEIJING).replace(tzinfo=None), moment)
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                sheet.write_number(row, column, value)
            elif value not in (None, ""):
                sheet.write_string(row, column, str(value))
    sheet.autofilter(0, 0, max(row, 1), len(HEADS) - 1)
    book.close()
    return written.getvalue()


def _cell(issue: IssueRead, name: str, categories: Mapping[str, CategoryRead], *, english: bool) -> Any:
    value = getattr(issue, name)
    if name == "category" and value in categories:
        return categories[value].en if english else categories[value].zh
    if isinstance(value, bool):
        return ("yes" if english else "是") if value else ""
    if english or name not in ("status", "kind"):
        return value
    return (STATUS_ZH if name == "status" else KIND_ZH).get(value, value)


def work_order(case: CaseRead, category: CategoryRead | None, *, now: datetime) -> WorkOrder:
    """One case as a work order."""
    hidden = {"reporter", "events", "messages", "may", "parties", "photo_list"}
    return WorkOrder(
        code=case.code,
        printed_at=now,
        category_zh=category.zh if category else case.category,
        category_en=category.en if category else case.category,
        status_zh=STATUS_ZH[case.status],
        case=case.model_dump(mode="json", exclude=hidden),
        steps=[
            {"at": e.at, "action": e.action, "status_zh": STATUS_ZH[e.status], "body": e.body, "reason": e.reason}
            for e in case.events
            if e.party != "neighbour"
        ],
    )

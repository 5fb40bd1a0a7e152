"""Reads a roster from Excel: one person and post a row; every faulty row is named with what to do.

Columns, in any order, in Chinese or English: 姓名 name · 电话 phone · 党员 party member · 岗位 post · 层级 level ·
编码 code · 至 until (a day, for those who serve for a time). The place is found by its code; a community's staff list
is a few hundred rows.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

from api.access.people_schemas import FaultRead
from api.errors import InvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = {
    "姓名": "name", "name": "name", "电话": "phone", "手机": "phone", "phone": "phone", "党员": "party_member",
    "party member": "party_member", "岗位": "post", "post": "post", "层级": "level", "level": "level",
    "编码": "code", "code": "code", "至": "until", "到期": "until", "until": "until",
}  # fmt: skip
BEIJING = timezone(timedelta(hours=8))
NEEDED = ("name", "post", "level", "code")
LEVELS = {"社区": "community", "小区": "compound", "楼栋": "building", "单元": "unit", "微网格": "micro_grid"}
YES = {"是", "y", "yes", "true", "1", "党员"}
HEADS = ("姓名", "电话", "党员", "岗位", "层级", "编码", "至")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 5000
MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, as words."""

    row: int
    name: str
    phone: str
    party_member: bool
    post: str
    level: str
    code: str
    until: datetime | None


def read(content: bytes) -> tuple[list[Line], list[FaultRead]]:
    """The rows of a workbook's first sheet, and what is wrong with them.

    Raises:
        InvalidError: no workbook, too large, or without the columns that are needed.
    """
    rows = _rows(content)
    head = [str(cell or "").strip().lower() for cell in next(rows, ())]
    places = {COLUMNS[word]: index for index, word in enumerate(head) if word in COLUMNS}
    if missing := [name for name in NEEDED if name not in places]:
        raise InvalidError(
            f"第一行缺少列:{'、'.join(missing)}(需要 姓名、岗位、层级、编码)。",
            f"The first row lacks the columns {', '.join(missing)}.",
        )
    lines: list[Line] = []
    faults: list[FaultRead] = []
    for number, cells in enumerate(rows, 2):
        words = {name: _word(cells, index) for name, index in places.items()}
        if not any(words.values()):
            continue
        if number > MOST_ROWS:
            raise InvalidError(f"最多 {MOST_ROWS} 行。", f"A roster holds {MOST_ROWS} rows at most.")
        lines.append(_line(number, words))
        faults += _faults(lines[-1], words.get("until", ""))
    return lines, faults


def template() -> bytes:
    """An empty workbook with the columns that ``read`` knows."""
    from openpyxl import Workbook  # noqa: PLC0415  # as in ``_rows``

    book, out = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.title = "花名册"
    sheet.append(HEADS)
    sheet.freeze_panes = "A2"
    for letter in "ABCDEFG":
        sheet.column_dimensions[letter].width = 18
        for row in range(2, 500):
            sheet[f"{letter}{row}"].number_format = "@"  # or a code of 15 digits loses its last
    book.save(out)
    return out.getvalue()


def _rows(content: bytes) -> Iterator[tuple[Any, ...]]:
    # Half a second of imports that no start of the service should wait for.
    from openpyxl import load_workbook  # noqa: PLC0415  # see above
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415  # see above

    if len(content) > MOST_BYTES:
        raise InvalidError("文件太大。", "The file is too large.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                raise InvalidError("文件解压后太大。", "The file is too large once unpacked.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return iter(list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2)))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise InvalidError("这不是 Excel(.xlsx)文件。", "This is no Excel workbook (.xlsx).") from error


def _word(cells: tuple[Any, ...], index: int) -> str:
    cell = cells[index] if index < len(cells) else None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _line(row: int, words: dict[str, str]) -> Line:
    level = words["level"]
    return Line(
        row=row,
        name=words["name"],
        phone=words.get("phone", ""),
        party_member=words.get("party_member", "").lower() in YES,
        post=words["post"],
        level=LEVELS.get(level, level),
        code=words["code"],
        until=_end_of(words.get("until", "")),
    )


def _end_of(day: str) -> datetime | None:
    """The end of a day in Beijing, written as 2027-05-31; None for no day and for no day that there is."""
    try:
        return datetime.combine(date.fromisoformat(day[:10].replace("/", "-")), time(23, 59, 59), BEIJING)
    except ValueError:
        return None


def _faults(line: Line, until: str) -> Iterator[FaultRead]:
    if not 1 <= len(line.name) <= 200:  # noqa: PLR2004  # as the store's own check
        yield FaultRead(row=line.row, column="姓名", zh="请填写姓名。", en="Fill in the name.")
    digits = line.phone.replace(" ", "").replace("-", "").lstrip("+")
    if line.phone and not (digits.isdigit() and 6 <= len(digits) <= 20):  # noqa: PLR2004  # E.164 and short numbers
        yield FaultRead(row=line.row, column="电话", zh="电话号码只能是数字。", en="A phone number has digits only.")
    if line.level not in LEVELS.values():
        known = "、".join(LEVELS)
        yield FaultRead(row=line.row, column="层级", zh=f"层级应为:{known}。", en=f"The level is one of {known}.")
    if until and line.until is None:
        yield FaultRead(row=line.row, column="至", zh="日期写成 2027-05-31。", en="Write the day as 2027-05-31.")

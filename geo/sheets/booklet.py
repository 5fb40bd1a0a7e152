"""A booklet for the printer: A3, one compound a page, legible in greyscale, with the grids and who serves them.

Chinese is set in Adobe's standard song face (STSong-Light), which every PDF reader and printer brings; no font file is
needed. Grids are told apart by hatching and by their number, never by colour alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from reportlab.lib.pagesizes import A3, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.sheets.pages import CompoundPage, GridLine

FONT = "STSong-Light"
WIDTH, HEIGHT = landscape(A3)
MARGIN = 36.0
MAP = (MARGIN, MARGIN + 20, WIDTH * 0.6, HEIGHT - 2 * MARGIN - 70)
"""Left, bottom, width and height of the map, in points."""
TABLE_LEFT = MAP[0] + MAP[2] + 24
ROW = 17.0
HATCHES = ((45, 7), (135, 7), (0, 6), (90, 6), (45, 4), (135, 4), (30, 10), (150, 10))
"""Angle in degrees and distance in points of each hatching; the next round of grids is told apart by its number."""
WORDS = {
    "zh": ("编号", "微网格", "户数", "单元", "楼栋", "网格员", "户", "共 {grids} 个微网格，{households} 户",
           "第 {page} 页，共 {pages} 页"),
    "en": ("no.", "micro-grid", "hh", "units", "buildings", "worker", "hh",
           "{grids} micro-grids, {households} households", "page {page} of {pages}"),
}  # fmt: skip
COLUMNS = (0.0, 34.0, 150.0, 184.0, 216.0, 316.0)


@dataclass(frozen=True, slots=True)
class Booklet:
    """What is printed."""

    title: str
    note: str
    pages: tuple[CompoundPage, ...]
    language: str = "zh"


def write_booklet(booklet: Booklet, path: Path) -> None:
    """Write the PDF; the same booklet gives the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), invariant=True)
    canvas.setTitle(booklet.title)
    sheets = [(page, part) for page in booklet.pages for part in _parts(page)]
    for number, (page, lines) in enumerate(sheets, start=1):
        _head(canvas, booklet, page)
        _map(canvas, page)
        _table(canvas, booklet.language, page, lines)
        foot = WORDS[booklet.language][8].format(page=number, pages=len(sheets))
        canvas.setFont(FONT, 9)
        canvas.drawString(MARGIN, MARGIN - 8, booklet.note)
        canvas.drawRightString(WIDTH - MARGIN, MARGIN - 8, foot)
        canvas.showPage()
    canvas.save()


def _parts(page: CompoundPage) -> list[Sequence[tuple[int, GridLine]]]:
    """The lines of the table, so many as stand on a page; a compound of many grids goes on on the next."""
    most = int((HEIGHT - 2 * MARGIN - 90) / ROW)
    lines = list(enumerate(page.grids, start=1))
    return [lines[at : at + most] for at in range(0, len(lines), most)] or [[]]


def _head(canvas: Canvas, booklet: Booklet, page: CompoundPage) -> None:
    canvas.setFillGray(0)
    canvas.setFont(FONT, 24)
    canvas.drawString(MARGIN, HEIGHT - MARGIN - 18, page.name or page.community)
    canvas.setFont(FONT, 12)
    total = WORDS[booklet.language][7].format(grids=len(page.grids), households=page.households)
    canvas.drawString(MARGIN, HEIGHT - MARGIN - 40, f"{page.community}　{total}")
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - MARGIN - 18, booklet.title)


@dataclass(frozen=True, slots=True)
class _Frame:
    """From metres to points of the page."""

    x: float
    y: float
    scale: float

    def points(self, ring: Any) -> list[tuple[float, float]]:
        xy = shapely.get_coordinates(ring)
        return [(self.x + self.scale * x, self.y + self.scale * y) for x, y in xy]

    def point(self, shape: shapely.Geometry) -> tuple[float, float]:
        [place] = self.points(shapely.point_on_surface(shape))
        return place


def _frame(page: CompoundPage) -> _Frame | None:
    shapes = [
        s for s in (page.outline, *(g.shape for g in page.grids), *(b for _, b in page.buildings)) if s is not None
    ]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    left, bottom, width, height = MAP
    scale = min(width / max(east - west, 1.0), height / max(north - south, 1.0)) * 0.96
    return _Frame(
        left + width / 2 - scale * (west + east) / 2, bottom + height / 2 - scale * (south + north) / 2, scale
    )


def _map(canvas: Canvas, page: CompoundPage) -> None:
    frame = _frame(page)
    if frame is None:
        return
    for number, grid in enumerate(page.grids, start=1):
        if grid.shape is not None:
            _hatched(canvas, frame, grid.shape, HATCHES[(number - 1) % len(HATCHES)])
    canvas.setLineWidth(0.6)
    canvas.setStrokeGray(0.25)
    for name, shape in page.buildings:
        _area(canvas, frame, shape, fill=1.0)
        _label(canvas, frame.point(shape), name, 6)
    if page.outline is not None:
        canvas.setLineWidth(2.2)
        canvas.setStrokeGray(0)
        _area(canvas, frame, page.outline)
    for number, grid in enumerate(page.grids, start=1):
        if grid.shape is not None:
            _badge(canvas, frame.point(grid.shape), f"{number}")
    _scale_bar(canvas, frame)


def _path(canvas: Canvas, frame: _Frame, shape: shapely.Geometry) -> Any:
    path = canvas.beginPath()
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            first, *rest = frame.points(ring)
            path.moveTo(*first)
            for point in rest:
                path.lineTo(*point)
            path.close()
    return path


def _area(canvas: Canvas, frame: _Frame, shape: shapely.Geometry, *, fill: float | None = None) -> None:
    if shapely.get_dimensions(shape) == 0:
        canvas.circle(*frame.point(shape), 2.5, fill=1)
        return
    if fill is not None:
        canvas.setFillGray(fill)
    canvas.drawPath(_path(canvas, frame, shape), stroke=1, fill=int(fill is not None), fillMode=0)


def _hatched(canvas: Canvas, frame: _Frame, shape: shapely.Geometry, hatch: tuple[int, int]) -> None:
    angle, step = hatch
    points = frame.points(shape)
    middle_x, middle_y = (sum(p[k] for p in points) / len(points) for k in (0, 1))
    reach = max(math.hypot(x - middle_x, y - middle_y) for x, y in points)
    canvas.saveState()
    canvas.clipPath(_path(canvas, frame, shape), stroke=0, fill=0, fillMode=0)
    canvas.translate(middle_x, middle_y)
    canvas.rotate(angle)
    canvas.setStrokeGray(0.55)
    canvas.setLineWidth(0.5)
    for line in range(-int(reach / step) - 1, int(reach / step) + 2):
        canvas.line(-reach, line * step, reach, line * step)
    canvas.restoreState()
    canvas.setStrokeGray(0)
    canvas.setLineWidth(1.4)
    canvas.drawPath(_path(canvas, frame, shape), stroke=1, fill=0)


def _badge(canvas: Canvas, at: tuple[float, float], text: str) -> None:
    x, y = at
    canvas.setFillGray(1)
    canvas.setStrokeGray(0)
    canvas.setLineWidth(1)
    canvas.circle(x, y, 11, fill=1)
    canvas.setFillGray(0)
    canvas.setFont(FONT, 12)
    canvas.drawCentredString(x, y - 4, text)


def _label(canvas: Canvas, at: tuple[float, float], text: str, size: float) -> None:
    canvas.setFillGray(0)
    canvas.setFont(FONT, size)
    canvas.drawCentredString(at[0], at[1] - size / 3, text[:14])


def _scale_bar(canvas: Canvas, frame: _Frame) -> None:
    rough = 100 / frame.scale
    power = 10 ** math.floor(math.log10(rough))
    metres = next(n * power for n in (5, 2, 1) if n * power <= rough)
    left, bottom = MAP[0], MAP[1] - 14
    canvas.setStrokeGray(0)
    canvas.setLineWidth(1.5)
    canvas.line(left, bottom, left + metres * frame.scale, bottom)
    _label(canvas, (left + metres * frame.scale + 18, bottom), f"{metres:g} m", 9)


def _table(canvas: Canvas, language: str, page: CompoundPage, lines: Sequence[tuple[int, GridLine]]) -> None:
    if not page.grids:
        return
    top = HEIGHT - MARGIN - 66
    canvas.setFillGray(0)
    _line(canvas, top, WORDS[language][:6])
    canvas.setLineWidth(1)
    canvas.line(TABLE_LEFT, top - 5, WIDTH - MARGIN, top - 5)
    canvas.setLineWidth(0.3)
    for at, (number, grid) in enumerate(lines, start=1):
        y = top - at * ROW
        cells = (f"{number}", grid.name, f"{grid.households}", f"{grid.units}", grid.buildings, grid.worker)
        _line(canvas, y, cells)
        canvas.line(TABLE_LEFT, y - 5, WIDTH - MARGIN, y - 5)


def _line(canvas: Canvas, y: float, cells: Sequence[str]) -> None:
    ends = (*COLUMNS[1:], WIDTH - MARGIN - TABLE_LEFT)
    for cell, left, right in zip(cells, COLUMNS, ends, strict=True):
        canvas.setFont(FONT, 10)
        canvas.drawString(TABLE_LEFT + left, y, _fitted(cell, right - left - 4))


def _fitted(text: str, width: float) -> str:
    """As much of a text as fits, with dots where it was cut."""
    if pdfmetrics.stringWidth(text, FONT, 10) <= width:
        return text
    while text and pdfmetrics.stringWidth(text + "…", FONT, 10) > width:
        text = text[:-1]
    return text + "…"

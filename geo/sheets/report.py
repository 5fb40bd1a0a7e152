"""A report on paper: a title, figures in boxes, sections of sentences, a map or a table. Chinese without a font file.

Chinese is set in Adobe's standard song face (STSong-Light), which every PDF reader and printer brings.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from geo.sheets.areas import Drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportlab.pdfgen.canvas import Canvas

    from geo.sheets.areas import Picture

FONT = "STSong-Light"
MARGIN = 42.0
WIDTH = A4[0] - 2 * MARGIN
INK, QUIET, LINE = colors.HexColor("#1f2428"), colors.HexColor("#5b6670"), colors.HexColor("#c9c4b8")
PLAIN = ParagraphStyle("plain", fontName=FONT, fontSize=9.5, leading=14, textColor=INK, wordWrap="CJK")
SMALL = ParagraphStyle("small", parent=PLAIN, fontSize=8, leading=11, textColor=QUIET)
HEADING = ParagraphStyle("heading", parent=PLAIN, fontSize=13, leading=18, spaceBefore=10, spaceAfter=4)
TITLE = ParagraphStyle("title", parent=PLAIN, fontSize=19, leading=26)
BOX = ParagraphStyle("box", parent=PLAIN, fontSize=15, leading=20)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences below it, and a table: its head and rows."""

    title: str
    sentences: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    shares: tuple[float, ...] = ()
    """How wide each column is, as a share of the page; even if left open."""
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What is printed. ``boxes``: a word and a figure each."""

    title: str
    note: str
    boxes: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def write_report(report: Report) -> bytes:
    """The PDF; the same report gives the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, title=report.title, invariant=1, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN,
        bottomMargin=MARGIN,
    )  # fmt: skip
    story: list[Flowable] = [_said(report.title, TITLE), _said(report.note, SMALL), Spacer(1, 8), _boxes(report.boxes)]
    for section in report.sections:
        story.append(_said(section.title, HEADING))
        story += [_said(sentence, PLAIN) for sentence in section.sentences]
        if section.picture is not None and section.picture.areas:
            story.append(Drawing(section.picture, WIDTH, FONT))
        if section.head:
            story.append(_table(section))
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _said(words: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(words), style)


def _boxes(boxes: Sequence[tuple[str, str]]) -> Table:
    wide = 4
    cells = [[_said(word, SMALL), _said(figure, BOX)] for word, figure in boxes]
    cells += [[] for _ in range(-len(cells) % wide)]
    table = Table([cells[at : at + wide] for at in range(0, len(cells), wide)], colWidths=[WIDTH / wide] * wide)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table


def _table(section: Section) -> Table:
    shares = section.shares or (1 / len(section.head),) * len(section.head)
    rows = [[_said(word, SMALL) for word in section.head]]
    rows += [[_said(word, PLAIN) for word in row] for row in section.rows]
    table = Table(rows, colWidths=[WIDTH * share for share in shares], repeatRows=1)
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table


def _foot(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 8)
    canvas.setFillColor(QUIET)
    canvas.drawRightString(A4[0] - MARGIN, MARGIN / 2, str(document.page))

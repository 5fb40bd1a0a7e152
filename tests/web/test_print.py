"""On paper: the map with its title, legend, north, scale and date, on the sheet that was chosen."""

from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING

import pdfplumber
import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Desk = Callable[..., Page]
    Painted = Callable[[Page], None]

POINTS_PER_MM = 72 / 25.4


@pytest.mark.parametrize(("size", "turn", "mm"), [("A4", "横向", (297, 210)), ("A3", "纵向", (297, 420))])
def test_the_sheet_holds_the_map_and_what_explains_it(
    open_desk: Desk, painted: Painted, size: str, turn: str, mm: tuple[int, int]
) -> None:
    width_mm, height_mm = mm
    page = open_desk()
    painted(page)
    page.evaluate("void (window.print = () => document.body.classList.add('handed-to-the-printer'))")
    page.keyboard.press("p")
    page.get_by_label("标题").fill("锦汀街道微网格底图")
    page.get_by_text(size, exact=True).click()
    page.get_by_text(turn, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="打印").click()
    expect(page.locator("body.handed-to-the-printer")).to_have_count(1, timeout=120_000)
    with pdfplumber.open(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))) as sheet:
        assert len(sheet.pages) == 1
        paper = sheet.pages[0]
        assert paper.width / POINTS_PER_MM == pytest.approx(width_mm, abs=1)
        assert paper.height / POINTS_PER_MM == pytest.approx(height_mm, abs=1)
        # A PDF names some letters by their radicals (⽹ for 网); the compatibility form brings them back.
        words = unicodedata.normalize("NFKC", paper.extract_text())
        drawn = max(paper.images, key=lambda image: image["width"] * image["height"])
    for wanted in ("锦汀街道微网格底图", "制图日期", "社区界", "米", "北"):
        assert wanted in words
    assert drawn["width"] / POINTS_PER_MM == pytest.approx(width_mm - 20, abs=2)
    assert drawn["srcsize"][0] / (drawn["width"] / 72) > 150  # dots an inch

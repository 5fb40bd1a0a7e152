"""The morning page: every number leads to a list with exactly so many cases; the wall; the report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from playwright.sync_api import expect

from tests.web.reading import faults, untranslated

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

OFFICE = "demo-street-office"
WALL = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def office(open_page: Callable[..., Page]) -> Callable[..., Page]:
    def open_(query: str = "", **options: Any) -> Page:
        page = open_page(f"office.html{query}", **({"login": OFFICE} | options))
        page.locator(".kpi-list li").first.wait_for()
        page.locator(".rating").first.wait_for()
        return page

    return open_


def listed(page: Page, href: str) -> int:
    """How many cases the list behind a link of the page has, by the service's own count."""
    query = re.sub(r"&?sort=\w+", "", href.partition("?")[2])
    asked = page.context.request.get(f"{page.url.partition('/office')[0]}/api/issues/counts?{query}")
    assert asked.ok, asked.text()
    return int(asked.json()["total"])


def test_every_number_leads_to_as_many_cases(office: Callable[..., Page]) -> None:
    page = office()
    tallies = page.locator(".tally a").all()
    assert len(tallies) == 8
    for tally in tallies:
        href = tally.get_attribute("href") or ""
        number = int(re.sub(r"\D", "", tally.locator("strong").inner_text()))
        assert listed(page, href) == number, href


def test_the_hidden_scandal_is_the_first_sentence_and_two_clicks_from_its_cases(office: Callable[..., Page]) -> None:
    page = office()
    said = page.locator(".signals li")
    expect(said).to_have_count(1)
    expect(said).to_contain_text("恒盛物业")
    denied = said.get_by_role("link", name=re.compile("件"))
    number = int(re.sub(r"\D", "", denied.inner_text()))
    assert listed(page, denied.get_attribute("href") or "") == number > 0
    said.get_by_role("link", name="在地图上看").click()
    expect(page.locator(".total strong")).to_contain_text(re.compile(r"[1-9]"))
    expect(page.get_by_label("承办单位").locator("option:checked")).to_have_text("恒盛物业")


def test_every_figure_stands_beside_its_formula(office: Callable[..., Page]) -> None:
    page = office()
    figures = page.locator(".kpi-list li")
    expect(figures).to_have_count(8)
    for figure in figures.all():
        expect(figure.locator(".formula")).to_contain_text("÷")


def test_the_wall_shows_the_map_and_the_numbers_without_scrolling(office: Callable[..., Page]) -> None:
    page = office("?wall=yes", viewport=WALL)
    for part in (".tallies", ".map", ".kpi-list"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] < WALL["height"]


def test_the_report_is_a_click_away_and_can_be_ordered(office: Callable[..., Page]) -> None:
    page = office()
    href = page.get_by_role("link", name="近七天报告 PDF").get_attribute("href")
    got = page.context.request.get(f"{page.url.partition('/office')[0]}{href}")
    assert got.body().startswith(b"%PDF-")
    page.get_by_label("每周一自动生成").check()
    expect(page.get_by_text("已订阅周报")).to_be_visible()


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_the_morning_page_has_no_barrier(office: Callable[..., Page], viewport: dict[str, int]) -> None:
    page = office(viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []


def test_the_morning_page_reads_in_english(
    office: Callable[..., Page], proper_names: list[str], sample_url: str
) -> None:
    with psycopg.connect(sample_url) as store:
        told = [r[0] for r in store.execute("SELECT title FROM issue UNION SELECT name FROM body").fetchall() if r[0]]
    names = sorted([*told, *proper_names], key=len, reverse=True)
    assert untranslated(office(language="en"), names) == []

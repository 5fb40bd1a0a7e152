"""The morning page as an office uses it: numbers lead to as many cases, the scandal is a click away, rules change."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import openpyxl
import psycopg
import pytest
from playwright.sync_api import expect

from tests.web.conftest import soon
from tests.web.reading import faults, inks, untranslated

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
        page.locator(".ranks .was").first.wait_for()
        return page

    return open_


def number(words: str) -> int:
    return int(re.sub(r"\D", "", words))


def listed(page: Page, href: str) -> int:
    """How many cases the list behind a link of the page has, by the service's own count."""
    query = re.sub(r"&?sort=\w+", "", href.partition("?")[2])
    asked = page.context.request.get(f"{page.url.partition('/office')[0]}/api/issues/counts?{query}")
    assert asked.ok, asked.text()
    return int(asked.json()["total"])


def test_every_number_leads_to_as_many_cases_and_every_table_is_a_file(office: Callable[..., Page]) -> None:
    page = office()
    tallies = page.locator(".tally a").all()
    assert len(tallies) == 8
    for tally in tallies:
        href = tally.get_attribute("href") or ""
        assert listed(page, href) == number(tally.locator("strong").inner_text()), href
    for was in page.locator(".ranks .was").all()[:4]:
        assert listed(page, was.get_attribute("href") or "") == number(was.inner_text())
    for figure in page.locator(".kpi-list li").all():
        expect(figure.locator(".formula")).to_contain_text("÷")
    figure = page.locator(".kpi-list li").first
    others = figure.get_by_role("button", name=re.compile("其余"))
    many = number(others.inner_text())
    others.click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("status")).to_contain_text(f"共 {many:,} 件")
    expect(sheet.locator("li")).to_have_count(min(many, 500))
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    tables = page.get_by_role("link", name="导出 Excel")
    expect(tables).to_have_count(6)
    got = page.context.request.get(page.url.partition("/office")[0] + (tables.last.get_attribute("href") or ""))
    assert list(openpyxl.load_workbook(io.BytesIO(got.body())).worksheets[0].iter_rows())


def test_the_hidden_scandal_is_the_first_sentence_and_one_click_from_its_cases(office: Callable[..., Page]) -> None:
    page = office()
    said = page.locator(".signals li")
    expect(said).to_have_count(1)
    expect(said).to_contain_text("恒盛物业")
    assert (said.bounding_box() or {"y": 9e9})["y"] < 640, "it is seen without scrolling"
    denied = said.get_by_role("link", name=re.compile("件"))
    many = number(denied.inner_text())
    denied.click()
    expect(page.locator(".counts")).to_contain_text(f"共 {many} 件")
    page.go_back()
    page.locator(".signals li").get_by_role("link", name="在地图上看").click()
    expect(page.get_by_label("承办单位").locator("option:checked")).to_have_text("恒盛物业")
    expect(page.locator(".total strong")).to_contain_text(re.compile(r"[1-9]"))


def test_the_wall_shows_the_map_the_numbers_and_the_colours_without_scrolling(office: Callable[..., Page]) -> None:
    page = office("?wall=yes", viewport=WALL)
    for part in (
        ".tallies",
        ".map-box",
        ".kpi-list",
        ".rating >> nth=0",
        ".chart",
        ".body-box tbody tr:visible >> nth=-1",
    ):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= WALL["height"], part
    assert soon(page, lambda: inks(page) > 100), "the map has its colours"


def test_the_morning_reads_in_english_on_a_phone_and_can_have_its_report_ordered(
    office: Callable[..., Page], proper_names: list[str], sample_url: str
) -> None:
    page = office(viewport=PHONE, language="en")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []
    with psycopg.connect(sample_url) as store:
        told = [r[0] for r in store.execute("SELECT title FROM issue UNION SELECT name FROM body").fetchall() if r[0]]
    assert untranslated(page, sorted([*told, *proper_names], key=len, reverse=True)) == []
    page.get_by_label("Make one every Monday").check()
    expect(page.get_by_text("Reports will be made.").last).to_be_visible()


def test_a_rule_is_tried_on_a_month_and_published_from_the_next_on(open_page: Callable[..., Page]) -> None:
    page = open_page("casework.html?tab=assessment", login=OFFICE)
    page.get_by_role("button", name="以此为底修订").click()
    late = page.get_by_label("超时最多扣")
    late.fill("60")
    expect(page.get_by_text("各项之和须为 100,现为 120。")).to_be_visible()
    expect(page.get_by_role("button", name="公布新的一版")).to_be_disabled()
    page.get_by_label("超期未结最多扣").fill("10")
    page.get_by_role("button", name="试算(不保存)").click()
    expect(page.get_by_role("heading", name="试算结果")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("修订说明").fill("超时从严")
    page.get_by_role("button", name="公布新的一版").click()
    expect(page.get_by_text("第 2 版考核规则已公布。").last).to_be_visible()
    expect(page.locator(".formulas")).to_contain_text("最多 60")
    expect(page.locator("option", has_text="现行")).to_contain_text("第 1 版")

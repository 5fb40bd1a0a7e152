"""The residents page: report without an account, keep the private link, follow it elsewhere, see what is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}
SOMEWHERE = (
    "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geometry) AS p FROM building ORDER BY code LIMIT 1) b"
)


@pytest.fixture
def here(sample_url: str) -> dict[str, float]:
    with psycopg.connect(sample_url) as connection:
        row = connection.execute(SOMEWHERE).fetchone()
    assert row is not None
    return {"longitude": row[0], "latitude": row[1], "accuracy": 12}


def test_a_resident_reports_and_follows_by_the_private_link(
    open_page: Callable[..., Page], here: dict[str, float]
) -> None:
    page = open_page("report.html", viewport=PHONE, geolocation=here, permissions=["geolocation"])
    page.locator(".here").click()
    page.locator(".tile").first.click()
    page.locator(".tile").first.click()
    page.fill("#words", "楼下油烟大")
    page.locator("input[type=tel]").fill("13800001234")
    page.locator(".send").click()
    link = page.locator(".followed code")
    expect(link).to_contain_text("#follow=")
    elsewhere = open_page(link.inner_text().partition("://")[2].partition("/")[2], viewport=PHONE)
    expect(elsewhere.locator(".followed")).to_contain_text("已上报")
    assert "13800001234" not in elsewhere.content()


def test_a_broken_link_says_so(open_page: Callable[..., Page]) -> None:
    page = open_page("report.html#follow=nothing-of-ours", viewport=PHONE)
    expect(page.locator(".followed")).to_contain_text("失效")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_public_list_names_nobody_and_axe_finds_no_fault(open_page: Callable[..., Page], language: str) -> None:
    page = open_page("report.html", language=language, viewport={"width": 360, "height": 640})
    page.locator("#tab-public").click()
    page.locator(".rows li").first.wait_for()
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

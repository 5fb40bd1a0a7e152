"""The desk of issues as an office uses it: one address for list and map, cases moved on, and reasons why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.web.conftest import soon

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

WIDE = {"width": 1280, "height": 800}
SPOT = """
SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geometry) AS p FROM building ORDER BY code LIMIT 1) b
"""
NEXT = "SELECT id::text FROM issue WHERE status = %s ORDER BY reported_at DESC LIMIT 1"


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Callable[..., Page]:
    def open_(query: str = "", **options: Any) -> Page:
        page = open_page(f"issues.html{query}", **({"login": "demo-street-office", "viewport": WIDE} | options))
        page.locator(".table tbody tr, .case h2").first.wait_for()
        return page

    return open_


def standing(sample_url: str, status: str) -> str:
    """The newest case of a status."""
    with psycopg.connect(sample_url) as connection:
        row = connection.execute(NEXT, [status]).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture
def brought(open_page: Callable[..., Page], sample: str, sample_url: str) -> Callable[..., str]:
    """Reports a case anew and takes it through some steps: where those of its year stand is the sample's affair."""

    def bring(*actions: str) -> str:
        api = open_page("issues.html", login="demo-street-office", viewport=WIDE).context.request
        headers = {"X-Minqing-CSRF": api.get(f"{sample}/api/me").json()["csrf"]}
        with psycopg.connect(sample_url) as connection:
            lon, lat = connection.execute(SPOT).fetchone() or (0.0, 0.0)
        case, place = str(uuid4()), {"lon": lon, "lat": lat, "accuracy_m": 5}
        said = {"category": "environment.garbage", "place": place}
        assert api.put(f"{sample}/api/issues/{case}", data=said, headers=headers).status == 201
        for action in actions:
            done = api.post(f"{sample}/api/issues/{case}/acts", data={"action": action}, headers=headers)
            assert done.ok, done.text()
        return case

    return bring


def test_a_filter_stands_in_the_address_and_in_every_figure(desk: Callable[..., Page], sample_url: str) -> None:
    page = desk()
    page.get_by_role("button", name="督办中").click()
    expect(page).to_have_url(re.compile("supervised=true"))
    with psycopg.connect(sample_url) as connection:
        row = connection.execute("SELECT count(*) FROM issue WHERE is_open AND supervised").fetchone()
    assert row is not None
    expect(page.locator(".counts")).to_contain_text(f"共 {row[0]} 件")
    page.reload()
    expect(page.get_by_role("button", name="督办中")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".counts")).to_contain_text(f"共 {row[0]} 件")


def test_the_list_can_hold_to_what_the_map_shows(desk: Callable[..., Page]) -> None:
    page = desk("?open=true")
    page.locator(".issue-map .maplibregl-canvas").wait_for()  # hidden until there is something on it
    whole = page.locator(".counts p").inner_text()
    page.get_by_label("只列地图里的").check()
    expect(page).to_have_url(re.compile("bbox="))
    page.locator(".issue-map").hover()
    page.mouse.wheel(0, -1500)
    assert soon(page, lambda: page.locator(".counts p").inner_text() != whole), "fewer are in view"
    near = page.locator(".counts p").inner_text()
    page.reload()
    expect(page.get_by_label("只列地图里的")).to_be_checked()
    expect(page.locator(".counts p")).to_have_text(near)
    page.get_by_label("只列地图里的").uncheck()
    expect(page.locator(".counts p")).to_have_text(whole)


def test_an_office_moves_a_case_on_and_is_told_why_another_step_may_not_be(
    desk: Callable[..., Page], brought: Callable[..., str]
) -> None:
    page = desk(f"?case={brought('verify')}")
    page.locator(".why summary").click()
    expect(page.locator(".why dd").first).not_to_be_empty()
    page.locator(".buttons").get_by_role("button", name="受理", exact=True).click()
    page.locator(".act-form").get_by_role("button", name="受理").click()
    expect(page.locator(".facts")).to_contain_text("已受理")


def test_a_case_that_moved_on_meanwhile_is_shown_and_nothing_is_done(
    desk: Callable[..., Page], brought: Callable[..., str]
) -> None:
    case = brought("verify", "accept")
    first, second = desk(f"?case={case}"), desk(f"?case={case}")
    for page in (first, second):
        page.locator(".buttons").get_by_role("button", name="立案", exact=True).click()
    first.locator(".act-form").get_by_role("button", name="立案").click()
    expect(first.locator(".facts")).to_contain_text("已立案")
    second.locator(".act-form").get_by_role("button", name="立案").click()
    expect(second.get_by_role("alert")).to_contain_text("已重新读取")
    expect(second.locator(".facts")).to_contain_text("已立案")


def test_several_cases_are_urged_at_once(desk: Callable[..., Page]) -> None:
    page = desk("?open=true&status=handling&sort=old")
    boxes = page.locator("tbody input[type=checkbox]")
    for n in range(2):
        boxes.nth(n).check()
    page.get_by_role("combobox", name="批量办理").select_option("urge")
    page.locator(".act-form").get_by_role("button", name="催办").click()
    expect(page.locator(".notice").filter(has_text="2 件中办成 2 件")).to_be_visible()


def test_the_work_order_names_no_reporter(desk: Callable[..., Page], sample_url: str) -> None:
    page = desk(f"?case={standing(sample_url, 'handling')}")
    page.emulate_media(media="print")
    expect(page.locator(".work-order table")).to_be_visible()
    expect(page.locator(".talk")).to_be_hidden()
    assert "报告人" not in page.locator(".work-order").inner_text()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_axe_finds_no_fault_and_a_phone_shows_everything(
    desk: Callable[..., Page], sample_url: str, language: str
) -> None:
    page = desk(language=language)
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == []
    page.goto(page.url.partition("?")[0] + f"?case={standing(sample_url, 'handling')}")
    page.locator(".case > h2").wait_for()
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == []
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

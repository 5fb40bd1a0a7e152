"""A planner at work in a real browser: by keyboard alone, beside a colleague, and with the plug pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.web.reading import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Opened = Callable[..., Page]

PLANNER = "demo-planner"


@pytest.fixture
def plan(open_page: Opened, sample: str) -> str:
    """A draft in which nobody belongs to a grid yet."""
    page = open_page("planner.html", login=PLANNER)
    api = page.context.request
    me: dict[str, Any] = api.get(f"{sample}/api/me").json()
    street = me["posts"][0]["place_id"]
    communities = api.get(f"{sample}/api/places/subdistrict/{street}").json()["children"]["items"]
    said = {"name": "试画", "community_id": communities[0]["id"], "source": "empty"}
    made = api.post(f"{sample}/api/plans", data=said, headers={"X-Minqing-CSRF": me["csrf"]})
    assert made.ok, made.text()
    return str(made.json()["id"])


def opened(open_page: Opened, plan: str, **options: Any) -> Page:
    page = open_page(f"planner.html#plan={plan}", login=PLANNER, **options)
    expect(total(page, "households")).to_be_visible()
    skip = page.get_by_role("button", name="跳过")
    if skip.count():
        skip.click()
    return page


def total(page: Page, name: str) -> Any:
    return page.locator(f"[data-total={name}]")


def saved(page: Page) -> None:
    expect(page.locator(".save-state")).to_have_attribute("data-saving", "saved")


def found_a_grid(page: Page, first: int) -> None:
    """Tick a stairwell in the table and make a grid of it, touching nothing but keys."""
    page.locator("body").press("g")
    box = page.locator(".unit-box").nth(first)
    box.focus()
    box.press("Space")
    box.press("a")
    make = page.get_by_role("button", name="建成新网格")
    make.focus()
    make.press("Enter")


def test_a_grid_is_made_and_undone_by_keyboard_alone(open_page: Opened, plan: str) -> None:
    page = opened(open_page, plan)
    expect(total(page, "grids")).to_have_text("0")
    found_a_grid(page, 0)
    expect(total(page, "grids")).to_have_text("1")
    saved(page)
    page.locator("body").press("Control+z")
    expect(total(page, "grids")).to_have_text("0")
    saved(page)


def test_the_way_back_is_there_after_the_window_was_shut(open_page: Opened, plan: str) -> None:
    page = opened(open_page, plan)
    found_a_grid(page, 0)
    expect(total(page, "grids")).to_have_text("1")
    saved(page)
    again = opened(open_page, plan)
    expect(total(again, "grids")).to_have_text("1")
    again.get_by_role("button", name="撤销").first.click()
    expect(total(again, "grids")).to_have_text("0")


def test_a_pulled_plug_loses_no_edit(open_page: Opened, plan: str) -> None:
    page = opened(open_page, plan)
    page.context.set_offline(True)
    found_a_grid(page, 0)
    expect(total(page, "grids")).to_have_text("1")
    expect(page.locator(".save-state")).to_have_attribute("data-saving", "away")
    page.context.set_offline(False)
    saved(page)
    assert page.context.request.get(f"{page.url.split('/planner')[0]}/api/plans/{plan}").json()["totals"]["grids"] == 1


def test_a_colleague_sees_the_edit_without_asking(open_page: Opened, plan: str) -> None:
    mine, theirs = opened(open_page, plan), opened(open_page, plan)
    found_a_grid(mine, 0)
    expect(total(theirs, "grids")).to_have_text("1")
    found_a_grid(theirs, 3)
    expect(total(mine, "grids")).to_have_text("2")


def test_a_grey_act_says_why_not(open_page: Opened, plan: str) -> None:
    page = opened(open_page, plan)
    found_a_grid(page, 0)
    rename = page.get_by_role("button", name="改名")
    expect(rename).to_be_disabled()
    expect(page.locator(".act-row", has=rename).locator(".why")).to_have_text("没有变化。")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_axe_finds_nothing_on_the_list_and_the_editor(open_page: Opened, plan: str, language: str) -> None:
    page = open_page("planner.html", login=PLANNER, language=language)
    expect(page.locator(".table tbody tr").first).to_be_visible()
    assert faults(page) == []
    page.goto(page.url + f"#plan={plan}")
    expect(total(page, "households")).to_be_visible()
    assert faults(page) == []


def test_the_register_of_a_building_is_mended_and_undone(open_page: Opened, plan: str) -> None:
    page = opened(open_page, plan)
    before = total(page, "unassigned").inner_text()
    page.locator("body").press("g")
    page.locator(".unit-box").first.click()
    page.locator("body").press("a")
    page.locator(".register summary").click()
    page.get_by_label("户数").first.fill("5000")
    page.get_by_role("button", name="更正").first.click()
    expect(total(page, "unassigned")).not_to_have_text(before)
    saved(page)
    page.locator("body").press("Control+z")
    expect(total(page, "unassigned")).to_have_text(before)


def test_a_house_is_drawn_in_figures_by_keyboard_but_not_over_another_one(open_page: Opened, plan: str) -> None:
    page = opened(open_page, plan)
    before = total(page, "unassigned").inner_text()
    page.locator("body").press("g")
    page.locator(".unit-box").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("a")
    page.locator(".footing summary").press("Enter")
    lay_out = page.get_by_role("button", name="画出轮廓")
    add = page.get_by_role("button", name="新增这栋楼")
    for field in ("长(米)", "宽(米)"):
        page.get_by_label(field).fill("8")
    for side in ("here", "east", "west", "north", "south"):
        page.get_by_label("在这栋楼的").select_option(side)
        lay_out.press("Enter")
        expect(add).to_be_visible()
        if side == "here":
            expect(add).to_be_disabled()
            expect(page.locator(".drawn-box [role=alert]")).to_contain_text("轮廓压在别的楼房上")
        elif add.is_enabled():
            with page.expect_response("**/edits") as answered:
                add.press("Enter")
            if answered.value.ok:  # the service alone knows whether it lies in the compound
                break
        page.get_by_role("button", name="不要这个轮廓").press("Enter")
    expect(total(page, "unassigned")).not_to_have_text(before)
    saved(page)

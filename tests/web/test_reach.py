"""Everybody can use it: by keyboard alone, in either language, on a small phone, with a screen reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.conftest import still, until
from tests.web.reading import faults, untranslated

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Desk = Callable[..., Page]
    Painted = Callable[[Page], None]


def test_no_word_is_left_in_chinese_in_english(open_desk: Desk, painted: Painted, proper_names: list[str]) -> None:
    page = open_desk(language="en")
    painted(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert untranslated(page, proper_names) == []
    page.locator(".place-row").first.click()
    expect(page.locator(".chain")).to_be_visible()
    assert untranslated(page, proper_names) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert untranslated(page, proper_names) == []
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.get_by_role("dialog", name="Print the map")).to_be_visible()
    assert untranslated(page, proper_names) == []


def test_the_language_switches_at_once_and_is_kept(open_desk: Desk) -> None:
    page = open_desk()
    expect(page).to_have_title("民情地图")
    page.get_by_role("button", name="English").click()
    expect(page).to_have_title("Minqing Map")
    expect(page.get_by_role("combobox", name="Search places")).to_be_visible()
    page.reload()
    expect(page).to_have_title("Minqing Map")


def test_everything_can_be_done_by_keyboard_alone(open_desk: Desk, painted: Painted) -> None:
    page = open_desk()
    painted(page)
    page.keyboard.press("l")
    until(page, "document.activeElement.classList.contains('place-row')")
    page.keyboard.press("ArrowDown")
    second = page.locator(".place-row").nth(1)
    name = second.locator(".place-name").inner_text()
    assert second.evaluate("e => e === document.activeElement")
    assert second.evaluate("e => getComputedStyle(e).outlineWidth") == "2px"
    page.keyboard.press("Enter")
    expect(page.locator(".panel h2")).to_have_text(name)
    page.keyboard.press("u")
    expect(page.locator(".panel h2")).not_to_have_text(name)
    expect(page.locator(".subtitle")).to_contain_text(re.compile("社区|街道"))
    page.keyboard.press("Escape")
    expect(page.locator(".chain")).to_have_count(0)
    page.keyboard.press("m")
    expect(page.locator(".cross")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".chain")).to_be_visible()


def test_single_keys_can_be_switched_off(open_desk: Desk) -> None:
    page = open_desk()
    page.keyboard.press("?")
    page.get_by_role("switch", name="启用单键快捷键").press("Space")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("?")
    still(page)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_closed_dialog_gives_the_focus_back(open_desk: Desk) -> None:
    page = open_desk()
    page.get_by_role("button", name="帮助与快捷键").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="帮助与快捷键")).to_be_focused()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_no_fault(open_desk: Desk, light: str, language: str) -> None:
    page = open_desk(color_scheme=light, language=language)
    page.get_by_role("combobox").fill("社区")
    expect(page.locator("[role=option]").first).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".chain")).to_be_visible()
    assert faults(page) == []
    for key in ("?", "p"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        still(page)  # half-faded text has no contrast
        assert faults(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_phone_of_360_pixels_shows_everything(open_desk: Desk) -> None:
    page = open_desk(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    page.locator(".place-row").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for button in page.locator("button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    tools = page.locator(".controls .tool:visible, .bar .tool:visible")
    assert all((tool.bounding_box() or {"height": 0})["height"] >= 24 for tool in tools.all())
    page.locator(".place-row").first.tap()
    expect(page.locator(".chain")).to_be_visible()


def test_a_wall_of_4k_is_read_from_further_away(open_desk: Desk) -> None:
    """Laid out as on the wall, drawn with a sixteenth of its dots: without a graphics card a frame takes seconds."""
    page = open_desk(viewport={"width": 3840, "height": 2160}, device_scale_factor=0.25)
    assert float(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")) > 20

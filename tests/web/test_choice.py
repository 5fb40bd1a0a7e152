"""A planner chooses a target on the chart and sees two plans on the map, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.web.conftest import still
from tests.web.reading import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Opened = Callable[..., Page]

PLANNER = "demo-planner"


@pytest.fixture
def plans(open_page: Opened, sample: str) -> tuple[str, str]:
    """The plan in force in a small community, and an empty draft beside it."""
    api = open_page("planner.html", login=PLANNER).context.request
    me: dict[str, Any] = api.get(f"{sample}/api/me").json()
    (published, *_) = [p for p in api.get(f"{sample}/api/plans").json() if p["community_id"] and p["totals"]["grids"]]
    said = {"name": "另一稿", "community_id": published["community_id"], "source": "empty"}
    made = api.post(f"{sample}/api/plans", data=said, headers={"X-Minqing-CSRF": me["csrf"]})
    assert made.ok, made.text()
    return str(published["id"]), str(made.json()["id"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_target_is_chosen_on_the_chart(open_page: Opened, plans: tuple[str, str], language: str) -> None:
    assert plans
    page = open_page("planner.html", login=PLANNER, language=language)
    page.get_by_role("button", name="另一稿").first.wait_for()
    page.locator("tr", has_text="另一稿").first.get_by_role("button", name="另一稿").first.click()
    chart = page.locator(".frontier svg")
    expect(chart).to_be_visible()
    still(page)  # what is laid out above it may still push it down
    box = chart.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.84 * box["width"], box["y"] + 0.5 * box["height"])
    expect(page.locator("tr.picked input")).to_have_value("100")
    weight = page.locator("input[name=short_walks]")
    weight.press("ArrowRight")
    expect(weight).to_have_attribute("aria-valuetext", "1.25 ×")
    assert faults(page) == []


def test_two_plans_stand_side_by_side_on_the_map(open_page: Opened, plans: tuple[str, str]) -> None:
    before, after = plans
    page = open_page(f"planner.html#compare={before}&with={after}", login=PLANNER)
    expect(page.locator("[data-moved]")).to_contain_text("户换了网格")
    expect(page.locator(".compare-map canvas")).to_have_count(2)
    assert faults(page) == []

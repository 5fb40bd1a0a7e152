"""When there is nothing to show: an empty store, a service that is away, a door that is shut; each in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.conftest import serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    Desk = Callable[..., Page]


@pytest.mark.usefixtures("dist")
def test_an_empty_store_says_what_to_do(open_desk: Desk, empty_store: str) -> None:
    with serving(empty_store) as service:
        page = open_desk(service.address)
        expect(page.get_by_role("heading", name="还没有数据")).to_be_visible()
        expect(page.locator(".empty")).to_contain_text("./minqing up")
        expect(page.locator(".counts")).to_contain_text("0")


@pytest.mark.usefixtures("dist")
def test_a_stranger_is_told_to_log_in(open_desk: Desk, app_database_url: str) -> None:
    with serving(app_database_url) as service:
        page = open_desk(service.address)
        expect(page.locator("main [role=alert]")).to_contain_text("登录")


@pytest.mark.usefixtures("dist")
def test_a_service_that_goes_away_is_announced_and_its_return_too(open_desk: Desk, empty_store: str) -> None:
    with serving(empty_store) as service:
        page = open_desk(service.address)
        expect(page.get_by_role("heading", name="还没有数据")).to_be_visible()
        service.stop()
        page.get_by_role("combobox").fill("福汀社区")
        banner = page.locator(".away")
        expect(banner).to_contain_text("连不上服务")
        service.start()
        banner.get_by_role("button", name="立即重试").click()
        expect(banner).to_be_hidden()


def test_the_shell_is_there_before_any_script(chromium: Browser, sample: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(sample)
    expect(page.get_by_role("heading", name="民情地图")).to_be_visible()
    expect(page.get_by_role("searchbox", name="搜索地点")).to_be_visible()
    context.close()

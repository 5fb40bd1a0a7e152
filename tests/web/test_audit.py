"""The auditor's page in a real browser: sentences, filters, pages that stand still, the chain's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from playwright.sync_api import expect

from tests.web.reading import faults, untranslated

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Opened = Callable[..., Page]

AUDITOR = "demo-auditor"
EVENTS = """
INSERT INTO audit_event (chain, seq, at, hash, action, kind, object_id, place_id, account_id, reason, details)
SELECT 0, 0, now(), '', CASE n % 3 WHEN 0 THEN 'person.revealed' ELSE 'assignment.made' END, 'person',
       'person-' || n, (SELECT id FROM district LIMIT 1), (SELECT id FROM account WHERE login = 'demo-community'),
       '上门回访', '{"field": "phone"}' FROM generate_series(1, 120) n
"""


@pytest.fixture(scope="module")
def events(sample_url: str) -> int:
    """120 events of the community's office, a third of them looks at numbers."""
    with psycopg.connect(sample_url) as store:
        return store.execute(EVENTS).rowcount


@pytest.fixture
def audit(open_page: Opened, events: int) -> Page:
    assert events
    page = open_page("audit.html", login=AUDITOR)
    page.locator(".table tbody tr").first.wait_for()
    return page


def test_events_read_as_sentences_and_lead_to_more_of_the_same(audit: Page) -> None:
    first = audit.locator(".table tbody tr").filter(has_text="demo-community").first
    expect(first).to_contain_text("理由:上门回访")
    audit.get_by_label("动作").select_option(label="查看了号码")
    audit.get_by_role("button", name="查询").click()
    expect(audit.locator(".table tbody tr")).to_have_count(40)
    expect(audit.locator(".table tbody")).not_to_contain_text("安排了岗位")
    audit.locator(".thing").first.click()
    expect(audit.locator(".table tbody tr")).to_have_count(1)
    audit.get_by_role("textbox", name="账号").fill("nobody-here")
    audit.get_by_role("button", name="查询").click()
    expect(audit.locator(".empty-state")).to_contain_text("没有符合条件的事件")


def test_pages_are_turned(audit: Page) -> None:
    expect(audit.locator(".pages")).to_contain_text("第 1 至 50 条")
    before = audit.locator(".thing").all_inner_texts()
    audit.get_by_role("button", name="较早的").click()
    expect(audit.locator(".pages")).to_contain_text("第 51 至 100 条")
    assert set(before).isdisjoint(audit.locator(".thing").all_inner_texts())
    audit.get_by_role("button", name="较新的").click()
    expect(audit.locator(".pages")).to_contain_text("第 1 至 50 条")


def test_the_table_comes_as_a_file(audit: Page) -> None:
    with audit.expect_download() as waiting:
        audit.get_by_role("link", name="导出表格").click()
    content = waiting.value.path().read_text(encoding="utf-8-sig")
    assert content.splitlines()[0].startswith("时间,账号,动作")
    assert len(content.splitlines()) > 120


def test_a_walk_along_the_chain_is_asked_for(audit: Page) -> None:
    chain = audit.get_by_role("region", name="审计链")
    expect(chain).to_contain_text("还没有核对过")
    chain.get_by_role("button", name="现在核对").click()
    expect(chain).to_contain_text("已安排核对")


@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_no_fault(open_page: Opened, events: int, light: str) -> None:
    assert events
    page = open_page("audit.html", login=AUDITOR, color_scheme=light)
    page.locator(".table tbody tr").first.wait_for()
    assert faults(page) == []


def test_no_word_is_left_in_chinese_in_english(open_page: Opened, events: int, proper_names: list[str]) -> None:
    assert events
    page = open_page("audit.html", login=AUDITOR, language="en")
    page.locator(".table tbody tr").first.wait_for()
    assert untranslated(page, ["演示审计员", "上门回访", *proper_names]) == []


def test_a_phone_of_360_pixels_shows_everything(open_page: Opened, events: int) -> None:
    assert events
    page = open_page(
        "audit.html", login=AUDITOR, viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    )
    page.locator(".table tbody tr").first.wait_for()
    assert page.evaluate("document.querySelector('.page-body').scrollWidth") <= 360


def test_whoever_is_no_auditor_is_told_so(open_page: Opened) -> None:
    page = open_page("audit.html", login="demo-administrator")
    expect(page.locator(".page-body")).to_contain_text("不在您的职责内")

"""The roster in a real browser: who is missing is red, and somebody is sent there by clicking the map."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import openpyxl
import psycopg
import pytest
from playwright.sync_api import expect

from tests.web.reading import faults, untranslated

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    Opened = Callable[..., Page]


PLAN = """
INSERT INTO plan (id, subdistrict_id, community_id, name, state, effective)
  SELECT md5('plan' || id)::uuid, subdistrict_id, id, '试点方案', 'published', '[2026-01-01,)'
    FROM community ORDER BY code LIMIT 1;
INSERT INTO micro_grid (id, plan_id, community_id, compound_id, code, name, geometry)
  SELECT md5('grid' || c.id)::uuid, p.id, c.community_id, c.id, c.code, c.name || '网格', c.geometry
    FROM compound c JOIN plan p ON p.community_id = c.community_id AND p.name = '试点方案';
"""
GRIDS = """
SELECT g.code, g.name FROM micro_grid g JOIN plan p ON p.id = g.plan_id WHERE p.name = '试点方案' ORDER BY g.code
"""
NOBODY_YET = """
DELETE FROM assignment a USING micro_grid g, (SELECT id FROM community ORDER BY code LIMIT 1) AS c
 WHERE a.level = 'micro_grid' AND a.place_id = g.id AND g.community_id = c.id
"""
"""The sample's grids have their people; here they are still to be found."""
OFFICE = "demo-community"
STAFF = ("演示社区", "周网格", "吴号码", "郑调岗", "冯导入", "试点方案")
"""Chinese names that are nobody's oversight."""


@pytest.fixture(scope="module")
def plan(sample_url: str) -> list[tuple[str, str]]:
    """A published plan of one grid a compound in the first community; the codes and names of its grids."""
    with psycopg.connect(sample_url) as store:
        for statement in PLAN.strip().split(";\n"):
            store.execute(statement)
        store.execute(NOBODY_YET)
        return store.execute(GRIDS).fetchall()


@pytest.fixture
def roster(open_page: Opened, plan: list[tuple[str, str]]) -> Page:
    assert plan
    page = open_page("people.html", login=OFFICE)
    page.locator(".spot").first.wait_for()
    return page


def grid(page: Page, number: int) -> Locator:
    return page.locator(".spot").nth(number)


def send_somebody_new(page: Page, name: str, phone: str = "") -> None:
    page.get_by_label("谁").fill(name)
    page.locator(".send").get_by_role("button", name="查找").click()
    page.get_by_role("button", name="新建人员并安排到这里").click()
    page.get_by_label("电话").fill(phone)
    page.get_by_label("登记的党员").check()
    page.get_by_role("button", name="保存并安排").click()
    expect(page.locator(".notice")).to_contain_text(f"{name} 已安排到")


def test_a_grid_without_a_worker_is_red_until_somebody_is_sent_by_clicking_it(roster: Page) -> None:
    expect(grid(roster, 0)).to_have_class(re.compile("short"))
    expect(roster.locator(".vacancies tbody tr")).not_to_have_count(0)
    before = roster.locator(".vacancies tbody tr").count()
    grid(roster, 0).click()
    expect(roster.get_by_label("岗位")).to_have_value("grid_worker")
    send_somebody_new(roster, "周网格")
    expect(grid(roster, 0)).to_have_class(re.compile("staffed"))
    expect(roster.locator(".vacancies tbody tr")).to_have_count(before - 2)  # a worker, and a party member


def test_a_number_is_masked_until_one_says_why(roster: Page) -> None:
    grid(roster, 1).click()
    send_somebody_new(roster, "吴号码", "13912345678")
    roster.locator(".place").get_by_role("button", name="吴号码", exact=True).click()
    sheet = roster.get_by_role("dialog", name="吴号码")
    expect(sheet).to_contain_text("•••5678")
    assert "13912345678" not in roster.content()
    sheet.get_by_role("button", name="查看电话").click()
    roster.get_by_label("查看理由").fill("看")
    roster.get_by_role("button", name="查看号码").click()
    expect(roster.get_by_role("alert")).to_contain_text("至少 4 个字")
    roster.get_by_label("查看理由").fill("上门回访")
    roster.get_by_role("button", name="查看号码").click()
    expect(sheet).to_contain_text("13912345678")


def test_somebody_moves_by_clicking_the_map_and_is_dismissed_at_once(roster: Page) -> None:
    grid(roster, 2).click()
    send_somebody_new(roster, "郑调岗")
    roster.get_by_role("button", name="把 郑调岗 调到别处").click()
    grid(roster, 3).click()
    roster.get_by_role("dialog").get_by_role("button", name="调岗", exact=True).click()
    expect(grid(roster, 3)).to_have_class(re.compile("staffed"))
    expect(grid(roster, 2)).to_have_class(re.compile("short"))
    roster.locator(".place").get_by_role("button", name="郑调岗", exact=True).click()
    roster.get_by_role("dialog", name="郑调岗").get_by_role("button", name="离任").click()
    roster.get_by_label("理由").fill("合同到期")
    roster.get_by_role("dialog", name="郑调岗 离任").get_by_role("button", name="离任").click()
    expect(roster.locator(".notice").filter(has_text="已结束 1 个岗位")).to_be_visible()
    roster.keyboard.press("Escape")
    expect(grid(roster, 3)).to_have_class(re.compile("short"))


def test_the_map_is_walked_and_picked_by_keyboard_alone(roster: Page) -> None:
    grid(roster, 0).focus()
    roster.keyboard.press("ArrowRight")
    name = (grid(roster, 1).get_attribute("aria-label") or "").split(",")[0]
    roster.keyboard.press("Enter")
    expect(roster.locator(".place h2")).to_have_text(name)
    expect(grid(roster, 1)).to_have_attribute("aria-pressed", "true")


def workbook(*rows: tuple[str, ...]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (("姓名", "电话", "党员", "岗位", "层级", "编码"), *rows):
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


def test_a_roster_file_is_judged_row_by_row_and_written_once_it_is_sound(
    roster: Page, plan: list[tuple[str, str]]
) -> None:
    code = plan[4][0]
    good = ("冯导入", "13700001111", "是", "楼栋长", "小区", code)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    roster.get_by_role("tab", name="导入花名册").click()
    bad = workbook(good, ("", "", "", "楼栋长", "小区", code), ("褚某", "abc", "", "楼栋长", "星球", code))
    roster.get_by_label("花名册文件").set_input_files({"name": "a.xlsx", "mimeType": kind, "buffer": bad})
    roster.get_by_role("button", name="检查").click()
    expect(roster.locator(".table tbody tr")).to_have_count(3)
    expect(roster.locator(".table tbody")).to_contain_text("请填写姓名")
    expect(roster.get_by_role("button", name="写入")).to_have_count(0)
    roster.get_by_label("花名册文件").set_input_files({"name": "b.xlsx", "mimeType": kind, "buffer": workbook(good)})
    roster.get_by_role("button", name="检查").click()
    roster.get_by_role("button", name="写入").click()
    expect(roster.locator(".notice")).to_contain_text("已写入 1 人")
    roster.get_by_label("花名册文件").set_input_files({"name": "b.xlsx", "mimeType": kind, "buffer": workbook(good)})
    roster.get_by_role("button", name="检查").click()
    expect(roster.locator(".page-body")).to_contain_text("全部已在花名册中")
    expect(roster.get_by_role("button", name="写入")).to_have_count(0)
    roster.get_by_role("tab", name="查找人员").click()
    roster.get_by_label("姓名").fill("冯导入")
    roster.get_by_role("button", name="查找").click()
    expect(roster.locator(".table tbody")).to_contain_text("•••1111")


@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_no_fault_in_any_tab(open_page: Opened, plan: list[tuple[str, str]], light: str) -> None:
    assert plan
    page = open_page("people.html", login="demo-street-office", color_scheme=light)
    page.locator(".spot").first.click()
    expect(page.locator(".place")).to_be_visible()
    assert faults(page) == []
    for tab in ("查找人员", "导入花名册"):
        page.get_by_role("tab", name=tab).click()
        assert faults(page) == []


def test_no_word_is_left_in_chinese_in_english(
    open_page: Opened, plan: list[tuple[str, str]], proper_names: list[str]
) -> None:
    page = open_page("people.html", login=OFFICE, language="en")
    page.locator(".spot").first.click()
    names = sorted([*(name for _, name in plan), *STAFF, *proper_names], key=len, reverse=True)
    assert untranslated(page, names) == []
    page.get_by_role("tab", name="Find people").click()
    assert untranslated(page, names) == []
    page.get_by_role("tab", name="Import a roster").click()
    assert untranslated(page, names) == []


def test_a_phone_of_360_pixels_shows_everything(open_page: Opened, plan: list[tuple[str, str]]) -> None:
    assert plan
    page = open_page(
        "people.html", login=OFFICE, viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    )
    page.locator(".spot").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.querySelector('.page-body').scrollWidth") <= 360


@pytest.mark.parametrize(("login", "words"), [("demo-resident", "不在您的职责内"), ("", "请先登录")])
def test_who_keeps_no_roster_is_told_so(open_page: Opened, login: str, words: str) -> None:
    page = open_page("people.html", login=login)
    expect(page.locator(".page-body")).to_contain_text(words)
    expect(page.locator(".spot")).to_have_count(0)
    assert faults(page) == []


SECOND = "SELECT id FROM community ORDER BY code OFFSET 2 LIMIT 1"


def test_most_grids_of_the_sample_have_their_people(open_page: Opened, sample_url: str) -> None:
    with psycopg.connect(sample_url) as store:
        (community,) = store.execute(SECOND).fetchone() or ("",)
    page = open_page(f"people.html?community={community}", login="demo-street-office")
    page.locator(".spot").first.wait_for()
    assert 0 < page.locator(".spot.short").count() < page.locator(".spot.staffed").count()
    for level in ("楼栋", "单元", "社区"):
        page.get_by_label("显示").select_option(label=level)
        page.locator(".spot.staffed").first.press("Enter")
        expect(page.locator(".place .rows li").first).to_be_visible()
    expect(page.locator(".place")).to_contain_text("社区民警")

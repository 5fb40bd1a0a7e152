"""One's own account in a real browser: second factor, devices, tokens for machines, a password given by others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pyotp
import pytest
from playwright.sync_api import expect

from api.access.passwords import hasher
from tests.web.reading import faults, untranslated

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    Opened = Callable[..., Page]

PASSWORD = "known to its owner 1"  # of these tests' own people
PEOPLE = """
WITH who AS (INSERT INTO person (name) VALUES (%(name)s) RETURNING id), post AS (
  INSERT INTO assignment (person_id, role, post, level, place_id)
  SELECT who.id, 'community', '', 'community', c.id FROM who, (SELECT id FROM community ORDER BY code LIMIT 1) AS c
), door AS (INSERT INTO account (person_id, login) SELECT id, %(login)s FROM who RETURNING id)
INSERT INTO credential (account_id, password_hash, given) SELECT id, %(hash)s, %(given)s FROM door
"""


@pytest.fixture(scope="module")
def people(sample_url: str) -> None:
    """Three who came with passwords of their own, and one who was given it."""
    secret = hasher().hash(PASSWORD)
    with psycopg.connect(sample_url) as store:
        for login, name in (
            ("twofold", "双保险"),
            ("roaming", "多设备"),
            ("english", "韩五页"),
            ("machines", "接大屏"),
            ("newcomer", "许初来"),
        ):
            store.execute(PEOPLE, {"name": name, "login": login, "hash": secret, "given": login == "newcomer"})


@pytest.fixture
def enter(open_page: Opened, people: None) -> Opened:  # noqa: ARG001 - they have to be there
    """Open a page as somebody by typing the name and the password."""

    def open_(login: str, path: str = "people.html", **options: Any) -> Page:
        page = open_page(path, **options)
        show_proof(page, login)
        return page

    return open_


def show_proof(page: Page, login: str) -> None:
    page.get_by_role("button", name=re.compile("登录|Log in")).first.click()
    page.get_by_label(re.compile("用户名|Name")).fill(login)
    page.get_by_label(re.compile("密码|Password")).fill(PASSWORD)
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^(登录|Log in)$")).click()


def mine(page: Page, tab: str) -> Locator:
    page.locator(".who").click()
    page.get_by_role("button", name=re.compile("我的账号|My account")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name=tab).click()
    return dialog


def leave(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator(".who").click()
    page.get_by_role("button", name="退出登录").click()


def another(code: str) -> str:
    return "000000" if code != "000000" else "000001"


def test_a_second_factor_is_scanned_asked_for_and_put_away(enter: Opened) -> None:
    page = enter("twofold")
    sheet = mine(page, "动态口令")
    sheet.get_by_role("button", name="开启").click()
    picture = sheet.get_by_role("img")
    expect(picture).to_have_attribute("src", re.compile("^data:image/svg"))
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") > 0
    factor = pyotp.TOTP(sheet.locator("code").inner_text().replace(" ", ""))
    digits = sheet.get_by_label("应用显示的六位数字")
    assert faults(page) == []
    digits.fill(another(factor.now()))
    sheet.get_by_role("button", name="确认开启").click()
    expect(sheet.get_by_role("alert")).to_contain_text("动态口令不正确")
    digits.fill(factor.now())
    sheet.get_by_role("button", name="确认开启").click()
    expect(sheet.get_by_role("button", name="关闭动态口令")).to_be_visible()
    leave(page)
    show_proof(page, "twofold")
    asked = page.get_by_role("dialog")
    asked.get_by_label("动态口令").fill(another(factor.now()))
    asked.get_by_role("button", name="登录", exact=True).click()
    expect(asked.get_by_role("alert")).to_contain_text("动态口令不正确")
    asked.get_by_label("动态口令").fill(factor.now())
    asked.get_by_role("button", name="登录", exact=True).click()
    sheet = mine(page, "动态口令")
    sheet.get_by_label("当前密码").fill("a guess at it 9")
    sheet.get_by_role("button", name="关闭动态口令").click()
    expect(sheet.get_by_role("alert")).to_contain_text("密码不正确")
    sheet.get_by_label("当前密码").fill(PASSWORD)
    sheet.get_by_role("button", name="关闭动态口令").click()
    expect(sheet.get_by_role("button", name="开启")).to_be_visible()


def test_a_lost_device_is_logged_out_from_another(enter: Opened) -> None:
    lost = enter("roaming", user_agent="Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36")
    expect(lost.locator(".who")).to_contain_text("多设备")
    page = enter("roaming")
    sheet = mine(page, "登录设备")
    expect(sheet.locator(".rows li")).to_have_count(2)
    expect(sheet.locator(".rows li").filter(has_text="本机")).to_have_count(1)
    phone = sheet.locator(".rows li").filter(has_text="Android")
    assert faults(page) == []
    phone.get_by_role("button").click()
    expect(sheet.locator(".rows li")).to_have_count(1)
    expect(sheet).to_contain_text("没有其他设备")
    lost.reload()
    expect(lost.get_by_role("button", name="登录").first).to_be_visible()


def test_a_token_does_what_its_scope_says_until_it_is_revoked(enter: Opened, sample: str) -> None:
    page = enter("machines")
    sheet = mine(page, "接口令牌")
    tokens = {}
    for name, scope in (("数据大屏", "只读"), ("同步程序", "读写")):
        sheet.get_by_label("用途").fill(name)
        sheet.get_by_label("权限").select_option(label=scope)
        sheet.get_by_role("button", name="创建令牌").click()
        expect(sheet.locator(".rows li").filter(has_text=name)).to_contain_text(scope)
        tokens[scope] = {"Authorization": f"Bearer {sheet.locator('.secret').inner_text()}"}
    assert faults(page) == []
    nobody = f"{sample}/api/me/tokens/00000000-0000-0000-0000-000000000000"
    assert httpx.get(f"{sample}/api/places", headers=tokens["只读"]).status_code == 200
    assert httpx.delete(nobody, headers=tokens["只读"]).status_code == 403
    assert httpx.delete(nobody, headers=tokens["读写"]).status_code == 404
    sheet.get_by_role("button", name="吊销令牌“数据大屏”").click()
    expect(sheet.locator(".rows li")).to_have_count(1)
    assert httpx.get(f"{sample}/api/places", headers=tokens["只读"]).status_code == 401
    assert httpx.get(f"{sample}/api/places", headers=tokens["读写"]).status_code == 200


def test_every_tab_is_there_in_english_on_a_phone(enter: Opened, proper_names: list[str]) -> None:
    narrow = {"viewport": {"width": 360, "height": 780}, "has_touch": True, "is_mobile": True}
    page = enter("english", language="en", **narrow)
    for tab in ("My posts", "Devices", "Second factor", "Password", "Tokens"):
        sheet = mine(page, tab)
        expect(sheet.get_by_role("tabpanel")).to_be_visible()
        assert untranslated(page, ["韩五页", *proper_names]) == []
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.keyboard.press("Escape")


def test_whoever_was_given_a_password_chooses_another_before_going_on(enter: Opened) -> None:
    page = enter("newcomer")
    first = page.get_by_role("dialog", name="请设置自己的密码")
    first.get_by_label("现在的密码").fill(PASSWORD)
    first.get_by_label("新密码", exact=True).fill("my very own words 2")
    first.get_by_label("再输一遍新密码").fill("my very own words 2")
    assert faults(page) == []
    page.keyboard.press("Enter")
    page.locator(".spot").first.wait_for()
    expect(page.locator(".who")).to_contain_text("许初来")
    expect(first).to_have_count(0)

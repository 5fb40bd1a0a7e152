"""The whole way once: ten issues from report to survey, one whistle with three bodies, one round with its coverage.

A grid worker's phone, the street office's desk and a department's are used as people use them; nothing is done behind
the pages but to make the department's person a member of two more bodies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
HERE = """
SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geometry) AS p FROM building ORDER BY code LIMIT 1) b
"""
WORDS = "全程走一遍"
MEMBER = """
INSERT INTO body_member SELECT b.id, a.person_id FROM body b, account a
 WHERE b.name IN ('派出所', '消防救援站') AND a.login = 'demo-department' ON CONFLICT DO NOTHING
"""
STANDS = "SELECT status, count(*) FROM issue WHERE description LIKE %s GROUP BY 1"
BODY, TEN = "城管执法队", 10


@pytest.fixture
def place(sample_url: str) -> dict[str, float]:
    with psycopg.connect(sample_url) as store:
        store.execute(MEMBER)
        row = store.execute(HERE).fetchone()
    assert row is not None
    return {"longitude": row[0], "latitude": row[1], "accuracy": 9}


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    path = tmp_path / "after.jpg"
    Image.new("RGB", (320, 240), (40, 140, 60)).save(path)
    return path


def standing(sample_url: str) -> dict[str, int]:
    with psycopg.connect(sample_url) as store:
        return dict(store.execute(STANDS, [f"{WORDS}%"]).fetchall())


def report_ten(page: Page) -> None:
    """The first three without signal, as in a stairwell."""
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.reload()
    page.wait_for_selector(".phone")
    page.context.set_offline(True)
    for number in range(TEN):
        if number == 3:  # noqa: PLR2004  # as above
            page.context.set_offline(False)
        page.locator(".here").click()
        page.locator(".tile").first.click()
        page.locator(".tile").nth(number % 3).click()
        page.fill("#words", f"{WORDS} {number}")
        page.locator(".send").click()
        page.locator(".here").wait_for()
    page.goto(page.url.partition("#")[0] + "#outbox")
    expect(page.locator(".empty-state")).to_be_visible()


def for_all(page: Page, step: str, words: str, **said: str) -> None:
    """One step for every case of the walk that stands in the list."""
    page.goto(f"{page.url.partition('?')[0]}?q={WORDS}&sort=new")
    boxes = page.locator("thead input[type=checkbox]")
    boxes.check()
    page.get_by_role("combobox", name="批量办理").select_option(step)
    if body := said.get("body"):
        page.locator(".act-form select").first.select_option(label=body)
    page.locator(".act-form").get_by_role("button", name=words, exact=True).click()
    expect(page.locator(".notice").filter(has_text="件中办成").last).to_be_visible()


def open_first(page: Page) -> None:
    page.goto(f"{page.url.partition('?')[0]}?q={WORDS} 0")
    page.locator(".table .link").first.click()
    page.locator(".case h2").wait_for()


def do(page: Page, words: str) -> None:
    page.locator(".buttons").get_by_role("button", name=words, exact=True).click()


def confirm(page: Page, words: str) -> None:
    page.locator(".act-form").get_by_role("button", name=words, exact=True).click()
    expect(page.locator(".act-form")).to_have_count(0)


def whistle_and_arrive(office: Page, department: Page) -> None:
    open_first(office)
    do(office, "吹哨")
    for body in (BODY, "派出所", "消防救援站"):
        office.get_by_label(body, exact=True).check()
    confirm(office, "吹哨")
    expect(office.locator(".case .badge.warn").filter(has_text="报到")).to_have_count(3)
    open_first(department)
    do(department, "报到")
    confirm(department, "报到")
    expect(department.locator(".case .badge.good").filter(has_text="报到")).to_have_count(3)


def handle_all(page: Page, proof: Path) -> None:
    """Case by case, each with its photo."""
    page.goto(f"{page.url.partition('?')[0]}?q={WORDS}&status=handling")
    for left in range(TEN, 0, -1):
        expect(page.locator(".table tbody tr")).to_have_count(left)
        page.locator(".table .link").first.click()
        do(page, "反馈处置结果")
        page.locator(".act-form input[type=file]").set_input_files(proof)
        expect(page.locator(".act-form .shot img")).to_be_visible()
        confirm(page, "反馈处置结果")
        page.locator(".case .head .act").first.click()


def test_ten_issues_go_from_report_to_survey_and_three_bodies_answer_a_whistle(
    open_page: Callable[..., Page], sample_url: str, place: dict[str, float], proof: Path
) -> None:
    given = {"geolocation": place, "permissions": ["geolocation"], "viewport": PHONE, "has_touch": True}
    phone = open_page("patrol.html", login="demo-grid-worker", **given)
    report_ten(phone)
    assert standing(sample_url) == {"reported": TEN}
    office = open_page("issues.html", login="demo-street-office", viewport=WIDE)
    for step, words in (("verify", "核实"), ("accept", "受理"), ("file", "立案")):
        for_all(office, step, words)
    for_all(office, "dispatch", "派遣", body=BODY)
    department = open_page("issues.html", login="demo-department", viewport=WIDE)
    for step, words in (("claim", "签收"), ("start", "开始处置")):
        for_all(department, step, words)
    whistle_and_arrive(office, department)
    handle_all(department, proof)
    assert standing(sample_url) == {"handled": TEN}
    for step, words in (("check", "核查通过"), ("close", "结案"), ("survey", "回访")):
        for_all(office, step, words)
    assert standing(sample_url) == {"surveyed": TEN}
    open_first(office)
    expect(office.locator(".shots img")).to_have_count(1)


def test_a_round_reaches_homes_and_the_office_sees_it_on_the_map(
    open_page: Callable[..., Page], place: dict[str, float]
) -> None:
    given = {"geolocation": place, "permissions": ["geolocation"], "viewport": PHONE, "has_touch": True}
    phone = open_page("patrol.html#round", login="demo-grid-worker", **given)
    phone.get_by_role("button", name="开始巡查").click()
    expect(phone.locator(".duty.on")).to_be_visible()
    for step in range(1, 4):
        phone.context.set_geolocation({**place, "latitude": place["latitude"] + step * 0.0002})  # type: ignore[arg-type]  # a Geolocation
        phone.wait_for_timeout(300)  # the phone's own pace
    phone.get_by_role("button", name="结束巡查").click()
    phone.get_by_role("dialog").get_by_role("button", name="结束巡查").click()
    expect(phone.locator(".duty.on")).to_have_count(0)
    phone.locator("a[href='#outbox']").click()
    expect(phone.locator(".empty-state")).to_be_visible()
    office = open_page("rounds.html", login="demo-street-office", viewport=WIDE)
    first = office.locator(".table tbody tr").first
    expect(first).to_contain_text("演示网格员")
    first.locator(".link").click()
    expect(office.locator(".opened")).to_contain_text("演示网格员")
    expect(office.locator(".key")).to_contain_text("轨迹")
    office.get_by_role("tab", name="覆盖").click()
    expect(office.locator(".table tbody tr").first).to_be_visible()
    office.get_by_role("tab", name="排查计划").click()
    expect(office.locator(".table")).to_contain_text("每 7 天")
    office.get_by_role("tab", name="巡查记录").click()
    office.get_by_text("只看有疑点的").click()
    expect(office).to_have_url(re.compile("flagged=true"))
    expect(office.locator(".table tbody tr .badge.bad").first).to_be_visible()
    assert [fault["id"] for fault in Axe().run(office).response["violations"]] == []
    office.set_viewport_size({"width": 360, "height": 640})
    assert office.evaluate("document.documentElement.scrollWidth") <= 360

"""The whole way: issues from report to survey, one whistle with three bodies, one round with its coverage.

A grid worker's phone (part of the time without signal), a resident's, the street office's desk and three bodies' are
used as people use them; nothing is done behind the pages but to hire an officer for a third body. ``MINQING_WALK=10``
walks ten issues instead of the suite's few; ``MINQING_PICTURES`` keeps a picture of every screen (``pictured``).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.web.conftest import pictured, soon

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    Opened = Callable[..., Page]

PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
HERE = """
SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geometry) AS p FROM building ORDER BY code LIMIT 1) b
"""
OFFICER = """
WITH held AS (SELECT s.level, s.place_id, c.password_hash FROM account a JOIN credential c ON c.account_id = a.id
                JOIN assignment s ON s.person_id = a.person_id WHERE a.login = 'demo-department'),
  hired AS (INSERT INTO person (name) VALUES ('民警老周') RETURNING id),
  posted AS (INSERT INTO assignment (person_id, role, level, place_id)
             SELECT hired.id, 'department', level, place_id FROM hired, held),
  known AS (INSERT INTO account (person_id, login, demo) SELECT id, 'demo-police', true FROM hired RETURNING id),
  proved AS (INSERT INTO credential (account_id, password_hash) SELECT known.id, password_hash FROM known, held)
INSERT INTO body_member SELECT b.id, hired.id FROM body b, hired WHERE b.name = '派出所'
"""
WORDS = "全程走一遍"
STANDS = "SELECT status, count(*) FROM issue WHERE description LIKE %s GROUP BY 1"
TOTAL = int(os.environ.get("MINQING_WALK", "3"))
RESIDENTS = max(1, TOTAL // 5)
WITHOUT_SIGNAL = max(1, TOTAL // 4)
KEPT_TILES = "caches.open('patrol-tiles').then((kept) => kept.keys()).then((kept) => kept.length)"
DRAWN = """
() => {
  const canvas = document.querySelector('.coverage-map > canvas:last-of-type')
  const { width, height } = canvas
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
  const inked = Array.from({ length: width * height }, (_, n) => n).filter((n) => data[4 * n + 3] > 0)
  const [xs, ys] = [inked.map((n) => n % width), inked.map((n) => Math.floor(n / width))]
  const ends = (all) => all.reduce(([low, high], at) => [Math.min(low, at), Math.max(high, at)], [Infinity, -Infinity])
  const share = (all, whole) => (ends(all)[1] - ends(all)[0]) / whole
  return Math.max(share(xs, width), share(ys, height))
}
"""
"""How much of the map's width or height the track takes."""
BODY, FIRM, POLICE = "城管执法队", "锦安物业", "派出所"


@pytest.fixture
def spot(sample_url: str) -> dict[str, float]:
    with psycopg.connect(sample_url) as store:
        row = store.execute(HERE).fetchone()
    assert row is not None
    return {"longitude": row[0], "latitude": row[1], "accuracy": 9}


@pytest.fixture
def mobile(open_page: Opened, spot: dict[str, float]) -> Opened:
    """Opens a page on a phone that stands at the first building."""

    def open_(path: str, **options: Any) -> Page:
        given = {"geolocation": spot, "permissions": ["geolocation"], "viewport": PHONE, "has_touch": True}
        return open_page(path, **(given | options))

    return open_


@pytest.fixture
def desk(open_page: Opened) -> Opened:
    """Opens the list of the walk's issues as somebody at a desk."""

    def open_(login: str, path: str = f"issues.html?q={WORDS}", **options: Any) -> Page:
        return open_page(path, login=login, **({"viewport": WIDE} | options))

    return open_


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    path = tmp_path / "after.jpg"
    Image.new("RGB", (320, 240), (40, 140, 60)).save(path)
    return path


def standing(sample_url: str) -> dict[str, int]:
    with psycopg.connect(sample_url) as store:
        return dict(store.execute(STANDS, [f"{WORDS}%"]).fetchall())


def tell(page: Page, number: int, photo: Path) -> None:
    """Fill in one report, each of another kind, and send it."""
    page.locator(".here").click()
    pictured(page, "phone-categories")
    page.locator(".tile").nth(number % 4).click()
    page.locator(".tile").nth(number % 3).click()
    page.fill("#words", f"{WORDS} {number}")
    page.set_input_files("input[type=file]", photo)
    expect(page.locator(".shot img")).to_be_visible()
    pictured(page, "phone-report", whole=True)
    page.locator(".send").click()


def emptied(page: Page) -> None:
    page.goto(page.url.partition("#")[0] + "#outbox")
    expect(page.locator(".empty-state")).to_be_visible()


def report_as_worker(page: Page, photo: Path) -> None:
    """The first without signal, as in a stairwell."""
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.reload()
    page.wait_for_selector(".phone")
    pictured(page, "phone-start")
    page.context.set_offline(True)
    for number in range(TOTAL - RESIDENTS):
        if number == WITHOUT_SIGNAL:
            page.goto(page.url.partition("#")[0] + "#outbox")
            expect(page.locator(".rows li")).to_have_count(2 * WITHOUT_SIGNAL)
            pictured(page, "phone-outbox-offline")
            page.context.set_offline(False)
            page.goto(page.url.partition("#")[0] + "#report")
        tell(page, number, photo)
        page.locator(".here").wait_for()
    emptied(page)
    pictured(page, "phone-outbox-empty")
    assert soon(page, lambda: page.evaluate(KEPT_TILES) > 20), "the map of one's own area is kept for cellars"


def report_as_resident(page: Page, number: int, photo: Path) -> None:
    followed = page.locator(".followed code").filter(has_text="#follow=")
    tell(page, TOTAL - RESIDENTS + number, photo)
    expect(followed).to_have_count(number + 1)
    pictured(page, "resident-followed", whole=True)


def look_at_the_nearest(page: Page) -> None:
    """One of them is opened on the phone, to be verified where it lies."""
    page.goto(page.url.partition("#")[0] + "#tasks")
    page.locator(".task").first.wait_for()
    pictured(page, "phone-tasks")
    page.locator(".task").first.click()
    page.locator(".steps .act").first.wait_for()
    pictured(page, "phone-task", whole=True)


def come_too_late(page: Page) -> None:
    """The office was faster: the phone says so, keeps what was meant, and lets a person decide."""
    page.locator(".steps").get_by_role("button", name="核实", exact=True).click()
    page.goto(page.url.partition("#")[0] + "#outbox")
    expect(page.locator(".why")).to_contain_text("已被他人更新")
    pictured(page, "phone-conflict")
    page.get_by_role("button", name="看最新情况").click()
    expect(page.get_by_role("dialog").locator(".badge").first).to_have_text("已核实")
    pictured(page, "phone-conflict-looked-at")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.locator(".empty-state")).to_be_visible()


def for_all(page: Page, step: str, words: str, **said: str) -> None:
    """One step for every case of the walk that stands in the list."""
    page.goto(f"{page.url.partition('?')[0]}?q={WORDS}&sort=new")
    expect(page.locator(".table tbody tr")).to_have_count(TOTAL)
    page.locator("thead input[type=checkbox]").check()
    page.get_by_role("combobox", name="批量办理").select_option(step)
    if body := said.get("body"):
        page.locator(".act-form select").first.select_option(label=body)
    pictured(page, f"desk-bulk-{step}")
    page.locator(".act-form").get_by_role("button", name=words, exact=True).click()
    expect(page.locator(".notice").filter(has_text=f"{TOTAL} 件中办成 {TOTAL} 件").last).to_be_visible()


def open_first(page: Page) -> None:
    page.goto(f"{page.url.partition('?')[0]}?q={WORDS} 0")
    page.locator(".table .link").first.click()
    page.locator(".case > h2").wait_for()


def do(page: Page, words: str) -> None:
    page.locator(".buttons").get_by_role("button", name=words, exact=True).click()


def confirm(page: Page, words: str) -> None:
    page.locator(".act-form").get_by_role("button", name=words, exact=True).click()
    expect(page.locator(".act-form")).to_have_count(0)


def whistle(office: Page) -> None:
    open_first(office)
    do(office, "吹哨")
    for body in (BODY, FIRM, POLICE):
        office.get_by_label(body, exact=True).check()
    pictured(office, "desk-whistle-form")
    confirm(office, "吹哨")
    expect(office.locator(".case .badge.warn").filter(has_text="报到")).to_have_count(3)
    pictured(office, "desk-whistle-blown", whole=True)


def arrive(page: Page, there: int) -> None:
    open_first(page)
    do(page, "报到")
    confirm(page, "报到")
    expect(page.locator(".case .badge.good").filter(has_text="报到")).to_have_count(there)


def handle_all(page: Page, proof: Path) -> None:
    """Case by case, each with its photo."""
    page.goto(f"{page.url.partition('?')[0]}?q={WORDS}&status=handling")
    for left in range(TOTAL, 0, -1):
        expect(page.locator(".table tbody tr")).to_have_count(left)
        page.locator(".table .link").first.click()
        do(page, "反馈处置结果")
        page.locator(".act-form input[type=file]").set_input_files(proof)
        expect(page.locator(".act-form .shot img")).to_be_visible()
        confirm(page, "反馈处置结果")
        page.locator(".case .head .act").first.click()


def survey_as_resident(page: Page, number: int) -> None:
    """By the private link alone, on another day."""
    page.reload()
    page.locator("#tab-mine").click()
    expect(page.locator(".followed .badge").first).to_have_text("已结案")
    pictured(page, "resident-closed", whole=True)
    for n in range(number):
        page.locator(".followed").nth(n).get_by_role("button", name="5 星").click()
        expect(page.locator(".followed .badge").nth(n)).to_have_text("已回访")
    pictured(page, "resident-surveyed", whole=True)


def test_issues_go_from_report_to_survey_and_three_bodies_answer_a_whistle(
    mobile: Opened, desk: Opened, sample_url: str, proof: Path
) -> None:
    with psycopg.connect(sample_url) as store:
        store.execute(OFFICER)
    worker, resident = mobile("patrol.html", login="demo-grid-worker"), mobile("report.html")
    pictured(resident, "resident-start")
    report_as_worker(worker, proof)
    for number in range(RESIDENTS):
        resident.goto(resident.url.partition("#")[0])
        report_as_resident(resident, number, proof)
    assert standing(sample_url) == {"reported": TOTAL}
    look_at_the_nearest(worker)
    office = desk("demo-street-office")
    for_all(office, "verify", "核实")
    come_too_late(worker)
    for step, words in (("accept", "受理"), ("file", "立案")):
        for_all(office, step, words)
    for_all(office, "dispatch", "派遣", body=BODY)
    whistle(office)
    department = desk("demo-department")
    for step, words in (("claim", "签收"), ("start", "开始处置")):
        for_all(department, step, words)
    for there, login in enumerate(("demo-department", "demo-property-firm", "demo-police"), start=1):
        arrive(department if there == 1 else desk(login), there)
    handle_all(department, proof)
    assert standing(sample_url) == {"handled": TOTAL}
    for step, words in (("check", "核查通过"), ("close", "结案")):
        for_all(office, step, words)
    survey_as_resident(resident, RESIDENTS)
    office.goto(f"{office.url.partition('?')[0]}?q={WORDS}&status=closed")
    expect(office.locator(".table tbody tr")).to_have_count(TOTAL - RESIDENTS)
    office.locator("thead input[type=checkbox]").check()
    office.get_by_role("combobox", name="批量办理").select_option("survey")
    office.locator(".act-form").get_by_role("button", name="回访", exact=True).click()
    expect(office.locator(".notice").filter(has_text="件中办成").last).to_be_visible()
    assert standing(sample_url) == {"surveyed": TOTAL}
    open_first(office)
    expect(office.locator(".shots img")).to_have_count(2)
    pictured(office, "desk-case-surveyed", whole=True)


def test_a_round_reaches_homes_and_the_office_sees_it_on_the_map(
    mobile: Opened, desk: Opened, spot: dict[str, float]
) -> None:
    phone = mobile("patrol.html#round", login="demo-grid-worker")
    phone.get_by_role("button", name="开始巡查").click()
    expect(phone.locator(".duty.on")).to_be_visible()
    for step in range(1, 200):
        phone.context.set_geolocation({**spot, "latitude": spot["latitude"] + step * 0.0002})  # type: ignore[arg-type]  # a Geolocation
        phone.wait_for_timeout(300)  # the phone's own pace
        if step >= 4 and "约 0 米" not in phone.locator(".duty").inner_text():
            break
    pictured(phone, "phone-round-on-duty", whole=True)
    phone.get_by_role("button", name="入户登记").first.click()
    pictured(phone, "phone-visit")
    phone.get_by_role("dialog").get_by_role("button", name="家中无人").click()
    phone.get_by_role("button", name="结束巡查").click()
    phone.get_by_role("dialog").get_by_role("button", name="结束巡查").click()
    expect(phone.locator(".duty.on")).to_have_count(0)
    emptied(phone)
    phone.goto(phone.url.partition("#")[0] + "#round")
    phone.get_by_role("button", name="在地图上看覆盖").click()
    pictured(phone, "phone-coverage", whole=True)
    office = desk("demo-street-office", "rounds.html")
    first = office.locator(".table tbody tr").first
    expect(first).to_contain_text("演示网格员")
    first.locator(".link").click()
    expect(office.locator(".opened")).to_contain_text("演示网格员")
    expect(office.locator(".key")).to_contain_text("轨迹")
    pictured(office, "rounds-track")
    office.get_by_role("tab", name="覆盖").click()
    expect(office.locator(".table tbody tr").first).to_be_visible()
    pictured(office, "rounds-coverage")
    office.get_by_role("tab", name="排查计划").click()
    expect(office.locator(".table")).to_contain_text("每 7 天")
    pictured(office, "rounds-plans")
    office.get_by_role("tab", name="巡查记录").click()
    office.get_by_text("只看有疑点的").click()
    expect(office).to_have_url(re.compile("flagged=true"))
    expect(office.locator(".table tbody tr .badge.bad").first).to_be_visible()
    pictured(office, "rounds-flagged")
    office.locator(".table tbody tr").filter(has_text="模拟定位").first.locator(".link").click()
    assert soon(office, lambda: office.evaluate(DRAWN) > 0.2), "the map goes where the track is"
    pictured(office, "rounds-flagged-track")
    assert [fault["id"] for fault in Axe().run(office).response["violations"]] == []
    office.set_viewport_size({"width": 360, "height": 640})
    assert office.evaluate("document.documentElement.scrollWidth") <= 360

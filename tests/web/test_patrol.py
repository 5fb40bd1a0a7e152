"""The phone page as a grid worker uses it: reports made without signal arrive once, whole, silent about the phone."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import piexif
import psycopg
import pytest
from PIL import Image
from playwright.sync_api import Geolocation, expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}
BUILDING = """
SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geometry) AS p FROM building ORDER BY code LIMIT 1) b
"""


@pytest.fixture
def here(sample_url: str) -> Geolocation:
    """Inside the first building, which is the demo grid worker's."""
    with psycopg.connect(sample_url) as connection:
        row = connection.execute(BUILDING).fetchone()
    assert row is not None
    return {"longitude": row[0], "latitude": row[1], "accuracy": 12}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo that says where and when it was taken."""
    tags = piexif.dump(
        {
            "Exif": {piexif.ExifIFD.DateTimeOriginal: b"2026:03:01 08:30:00"},
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: b"N",
                piexif.GPSIFD.GPSLatitude: ((30, 1), (39, 1), (0, 1)),
                piexif.GPSIFD.GPSLongitudeRef: b"E",
                piexif.GPSIFD.GPSLongitude: ((104, 1), (3, 1), (0, 1)),
            },
        }
    )
    path = tmp_path / "fire-exit.jpg"
    Image.new("RGB", (640, 480), (180, 40, 40)).save(path, exif=tags)
    return path


@pytest.fixture
def phone(open_page: Callable[..., Page], here: Geolocation) -> Callable[..., Page]:
    def open_(**options: Any) -> Page:
        place = {"geolocation": here, "permissions": ["geolocation"], "viewport": PHONE, "has_touch": True}
        page = open_page("patrol.html", login="demo-grid-worker", **(place | options))
        page.wait_for_selector(".phone")
        return page

    return open_


def fill(page: Page, words: str, photo: Path | None = None) -> None:
    """Fill the report in as far as a grid worker in a hurry does."""
    page.locator(".here").click()
    page.locator(".tile").first.click()
    page.locator(".tile").first.click()
    page.fill("#words", words)
    if photo:
        page.set_input_files("input[type=file]", photo)
        expect(page.locator(".shot img")).to_be_visible()


def reported(sample_url: str, words: str) -> list[Any]:
    with psycopg.connect(sample_url) as connection:
        return connection.execute("SELECT id FROM issue WHERE description = %s", [words]).fetchall()


def waits_for_shell(page: Page) -> None:
    """Until the service worker keeps the page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")


def test_a_report_made_without_signal_arrives_once_and_whole(
    phone: Callable[..., Page], sample_url: str, photo: Path
) -> None:
    page = phone()
    waits_for_shell(page)
    page.reload()
    page.wait_for_selector(".phone")
    page.context.set_offline(True)
    fill(page, "消防通道被堵", photo)
    page.locator(".send").click()
    expect(page.locator(".tab .count")).to_contain_text("2")
    assert reported(sample_url, "消防通道被堵") == []
    page.reload()
    page.wait_for_selector(".phone")
    expect(page.locator(".tab .count")).to_contain_text("2")
    page.context.set_offline(False)
    page.goto(page.url.partition("#")[0] + "#outbox")
    expect(page.locator(".empty-state")).to_be_visible()
    assert len(reported(sample_url, "消防通道被堵")) == 1


def test_a_photo_that_arrives_says_nothing_of_the_phone(
    phone: Callable[..., Page], sample_url: str, photo: Path
) -> None:
    page = phone()
    sent: list[bytes] = []
    page.on(
        "request", lambda request: sent.append(request.post_data_buffer or b"") if "/photos/" in request.url else None
    )
    fill(page, "楼道堆物", photo)
    page.locator(".send").click()
    page.goto(page.url.partition("#")[0] + "#outbox")
    expect(page.locator(".empty-state")).to_be_visible()
    assert len(reported(sample_url, "楼道堆物")) == 1
    pictures = [body for body in sent if body[:2] == b"\xff\xd8"]
    assert pictures
    for picture in pictures:
        assert b"Exif" not in picture
        assert Image.open(io.BytesIO(picture)).size == (640, 480)


def test_the_outbox_can_be_carried_away_in_a_file(phone: Callable[..., Page], tmp_path: Path) -> None:
    page = phone()
    page.context.set_offline(True)
    fill(page, "井盖松动")
    page.locator(".send").click()
    page.goto(page.url.partition("#")[0] + "#outbox")
    with page.expect_download() as saved:
        page.get_by_text("导出为文件").click()
    path = tmp_path / "outbox.json"
    saved.value.save_as(path)
    carton = json.loads(path.read_text(encoding="utf-8"))
    assert carton["format"] == "minqing-outbox/1"
    assert [parcel["kind"] for parcel in carton["parcels"]] == ["report"]


def test_without_permission_the_pin_says_where(phone: Callable[..., Page]) -> None:
    page = phone(permissions=[], geolocation=None)
    expect(page.get_by_role("status").filter(has_text="没有定位权限")).to_be_visible()
    page.locator(".here").click()
    page.locator(".pin-frame canvas").click(position={"x": 120, "y": 80})
    expect(page.get_by_role("status").filter(has_text="按图钉的位置上报")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("tab", ["report", "tasks", "round", "outbox"])
def test_nothing_on_the_phone_is_wider_than_the_phone(phone: Callable[..., Page], tab: str, language: str) -> None:
    page = phone(language=language, viewport={"width": 360, "height": 640})
    page.goto(page.url.partition("#")[0] + f"#{tab}")
    page.locator(".tab[aria-current]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_round_is_recorded_between_start_and_stop_and_handed_in(
    phone: Callable[..., Page], here: Geolocation, sample_url: str
) -> None:
    page = phone()
    page.goto(page.url.partition("#")[0] + "#round")
    with psycopg.connect(sample_url) as connection:
        before = {row[0] for row in connection.execute("SELECT id FROM patrol").fetchall()}
    page.get_by_role("button", name="开始巡查").click()
    expect(page.locator(".duty.on")).to_be_visible()
    for step in range(1, 200):  # a crowded machine may hear of the first place after some steps
        page.context.set_geolocation({**here, "latitude": here["latitude"] + step * 0.0002})
        page.wait_for_timeout(300)  # the phone's own pace
        if step >= 3 and "约 0 米" not in page.locator(".duty").inner_text():
            break
    expect(page.locator(".duty")).not_to_contain_text("约 0 米")
    page.get_by_role("button", name="结束巡查").click()
    page.get_by_role("dialog").get_by_role("button", name="结束巡查").click()
    expect(page.locator(".duty.on")).to_have_count(0)
    page.locator("a[href='#outbox']").click()
    expect(page.locator(".empty-state")).to_be_visible()
    with psycopg.connect(sample_url) as connection:
        walked = connection.execute("SELECT id FROM patrol WHERE ended_at IS NOT NULL").fetchall()
    assert len({row[0] for row in walked} - before) == 1


FULL = """
for (const name of ['put', 'add']) {
  IDBObjectStore.prototype[name] = () => { throw new DOMException('full', 'QuotaExceededError') }
}
"""


def test_a_phone_without_room_says_so_and_keeps_the_form(phone: Callable[..., Page], sample_url: str) -> None:
    page = phone()
    page.context.add_init_script(FULL)
    page.reload()
    fill(page, "存不下的一条")
    page.locator(".send").click()
    expect(page.get_by_role("alert")).to_contain_text("手机存储空间不足")
    assert page.input_value("#words") == "存不下的一条"
    assert reported(sample_url, "存不下的一条") == []


def test_what_is_reported_close_by_is_shown_and_joined(phone: Callable[..., Page], sample_url: str) -> None:
    page = phone()
    fill(page, "同一件事")
    page.locator(".send").click()
    outbox = page.url.partition("#")[0] + "#outbox"
    page.goto(outbox)
    expect(page.locator(".empty-state")).to_be_visible()
    page.goto(page.url.partition("#")[0] + "#report")
    fill(page, "又一次")
    page.locator(".near .act").first.click()
    expect(page.locator(".notice").filter(has_text="我也遇到")).to_be_visible()
    page.goto(outbox)
    expect(page.locator(".empty-state")).to_be_visible()
    assert reported(sample_url, "又一次") == []


def test_a_refused_report_is_put_right_and_sent_again(
    phone: Callable[..., Page], here: Geolocation, sample_url: str, photo: Path
) -> None:
    page = phone(geolocation={**here, "latitude": 10.0, "longitude": 10.0})
    fill(page, "人在国外", photo)
    expect(page.get_by_role("alert").filter(has_text="不在任何社区")).to_be_visible()
    page.locator(".send").click()
    page.goto(page.url.partition("#")[0] + "#outbox")
    expect(page.locator(".why")).to_contain_text("不在任何社区")
    page.context.set_geolocation(here)
    page.get_by_role("button", name="修改后重报").click()
    expect(page.locator("#words")).to_have_value("人在国外")
    expect(page.get_by_text("原有 1 张照片已保留")).to_be_visible()
    page.locator(".send").click()
    page.locator(".here").wait_for()
    page.goto(page.url.partition("#")[0] + "#outbox")
    expect(page.locator(".empty-state")).to_be_visible()
    assert len(reported(sample_url, "人在国外")) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("setup.jpg", b"MZ\x90\x00" * 64), ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")],
)
def test_what_is_no_photo_is_not_taken_into_the_report(
    phone: Callable[..., Page], tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    page = phone()
    page.locator(".here").click()
    page.set_input_files("input[type=file]", tmp_path / name)
    expect(page.get_by_role("alert")).to_contain_text(name)
    expect(page.locator(".shot")).to_have_count(0)


def test_a_circle_of_three_kilometres_wants_a_pin(
    phone: Callable[..., Page], here: Geolocation, sample_url: str
) -> None:
    page = phone(geolocation={**here, "accuracy": 3000})
    fill(page, "误差很大")
    page.locator(".send").click()
    expect(page.get_by_role("alert").filter(has_text="误差约 3000 米")).to_be_visible()
    page.locator(".pin-frame canvas").click(position={"x": 120, "y": 80})
    page.locator(".send").click()
    page.locator(".here").wait_for()
    page.goto(page.url.partition("#")[0] + "#outbox")
    expect(page.locator(".empty-state")).to_be_visible()
    assert len(reported(sample_url, "误差很大")) == 1


WET = """
SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(ST_Intersection(a.geometry, c.geometry)) AS p FROM area a
  JOIN community c ON ST_Intersects(a.geometry, c.geometry) WHERE a.kind = 'water' ORDER BY a.id LIMIT 1) w
"""


def test_what_floats_in_the_river_is_reported_where_it_floats(phone: Callable[..., Page], sample_url: str) -> None:
    with psycopg.connect(sample_url) as connection:
        lon, lat = connection.execute(WET).fetchone() or (0.0, 0.0)
    page = phone(geolocation={"longitude": lon, "latitude": lat, "accuracy": 6})
    fill(page, "河面有漂浮物")
    expect(page.get_by_role("alert").filter(has_text="水面上")).to_be_visible()
    page.get_by_label("确实在水面上").check()
    expect(page.get_by_role("alert").filter(has_text="水面上")).to_have_count(0)
    page.locator(".send").click()
    page.locator(".here").wait_for()
    page.goto(page.url.partition("#")[0] + "#outbox")
    expect(page.locator(".empty-state")).to_be_visible()
    assert len(reported(sample_url, "河面有漂浮物")) == 1


def test_without_signal_a_task_shows_what_the_list_knew(phone: Callable[..., Page]) -> None:
    page = phone()
    page.goto(page.url.partition("#")[0] + "#tasks")
    page.locator(".task").first.wait_for()
    page.context.set_offline(True)
    page.locator(".task").last.click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("没有信号")
    expect(page.get_by_role("dialog").locator(".ways .act")).to_have_count(2)
    page.context.set_offline(False)
    page.get_by_role("button", name="再试").click()
    expect(page.get_by_role("dialog").locator(".line li").first).to_be_visible()

"""A planner's day in a real browser: mend by mouse and by keys, redraw, agree with others, publish, look back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from playwright.sync_api import expect

from tests.days import today
from tests.web.conftest import still, until
from tests.web.reading import faults
from tests.web.test_planner import PLANNER, opened, saved, total

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    Opened = Callable[..., Page]

OFFICE = "demo-street-office"
COURTYARDS, TOWERS = "槐荫社区", "云汀社区"
SEEDED = 5


class Desk:
    """A draft over HTTP with the rights of the page's own planner, for what a test prepares behind the page."""

    def __init__(self, page: Page, service: str) -> None:
        self.api, self.service = page.context.request, service
        self.me: dict[str, Any] = self.api.get(f"{service}/api/me").json()
        self.plan = ""

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.api.post(f"{self.service}{path}", data=body, headers={"X-Minqing-CSRF": self.me["csrf"]})

    def draft(self, community: str) -> str:
        """A copy of the plan in force of a community."""
        street = self.me["posts"][0]["place_id"]
        there = self.api.get(f"{self.service}/api/places/subdistrict/{street}").json()["children"]["items"]
        self.community = next(one["id"] for one in there if one["name"] == community)
        made = self.post("/api/plans", {"name": "新一年", "community_id": self.community, "source": "in_force"})
        assert made.ok, made.text()
        self.plan = str(made.json()["id"])
        return self.plan

    def bench(self) -> dict[str, Any]:
        read: dict[str, Any] = self.api.get(f"{self.service}/api/plans/{self.plan}/workbench").json()
        return read

    def edit(self, verb: str, arguments: dict[str, Any], version: int) -> Any:
        body = {"id": str(uuid4()), "community_id": self.community, "base_version": version}
        return self.post(
            f"/api/plans/{self.plan}/edits", {**body, "operations": [{"verb": verb, "arguments": arguments}]}
        )

    def break_rule(self, times: int) -> None:
        """Make grids of single stairwells: each has too few households."""
        bench, done = self.bench(), 0
        grids: dict[int, list[int]] = {}
        for unit, *_, grid in bench["bands"]:
            grids.setdefault(grid, []).append(unit)
        for own in grids.values():
            for unit in own if len(own) > 2 and done < times else []:
                site = bench["units"][unit]
                span = {"unit": site["id"], "floor_lo": site["floor_lo"], "floor_hi": site["floor_hi"]}
                said = {"spans": [span], "key": str(uuid4()), "name": f"太小{done + 1}"}
                if self.edit("found", said, bench["version"] + done).ok:
                    done += 1
                    break
        assert done == times


def mended(page: Page, press: Callable[[Locator], None]) -> None:
    """Take up one suggested mend after the other until the list of problems is empty."""
    for _ in range(3 * SEEDED):
        buttons = page.get_by_role("button", name="建议修补", exact=True)
        left = total(page, "broken").inner_text()
        if left == "0":
            return
        press(buttons.first)
        press(page.get_by_role("button", name="采用"))
        expect(total(page, "broken")).not_to_have_text(left)
        saved(page)


def clicked(button: Locator) -> None:
    button.click()


def pressed(button: Locator) -> None:
    button.focus()
    button.press("Enter")


def test_five_breaches_are_mended_by_mouse_undone_and_mended_again_by_keys(open_page: Opened, sample: str) -> None:
    page = open_page("planner.html", login=PLANNER)
    desk = Desk(page, sample)
    plan = desk.draft(COURTYARDS)
    desk.break_rule(SEEDED)
    page.goto(f"{sample}/planner.html#plan={plan}")
    broken = total(page, "broken")
    expect(broken).to_be_visible()
    page.get_by_role("button", name="跳过").click()
    start = broken.inner_text()
    assert int(start) >= SEEDED
    page.get_by_role("tab", name="问题").click()
    mended(page, clicked)
    expect(page.get_by_text("没有问题")).to_be_visible()
    while (now := broken.inner_text()) != start:
        page.locator("body").press("Control+z")
        expect(broken).not_to_have_text(now)
    saved(page)
    page.locator("body").press("p")
    pressed(page.get_by_role("button", name="建议修补全部"))
    pressed(page.get_by_role("button", name="采用"))
    expect(page.get_by_text("没有问题")).to_be_visible()
    assert faults(page) == []


def test_a_border_is_dragged_a_tower_cut_and_a_lost_edit_done_again(open_page: Opened, sample: str) -> None:
    page = open_page("planner.html", login=PLANNER)
    desk = Desk(page, sample)
    plan = desk.draft(TOWERS)
    page.goto(f"{sample}/planner.html#plan={plan}")
    page.get_by_role("button", name="跳过").click()
    mine = page
    drag_a_border(mine)
    log = desk.api.get(f"{sample}/api/plans/{plan}/operations", params={"community_id": desk.community}).json()
    assert [entry["verb"] for entry in log["entries"]] == ["reshape"]
    cut_a_tower(mine)
    theirs = opened(open_page, plan)
    expect(theirs.locator(".maplibregl-canvas")).to_be_visible()
    theirs.context.set_offline(True)
    rename(theirs, "乙")
    expect(theirs.locator(".save-state")).to_have_attribute("data-saving", "away")
    rename(mine, "甲")
    saved(mine)
    theirs.context.set_offline(False)
    expect(theirs.get_by_text("有的编辑没有成功")).to_be_visible()
    expect(theirs.get_by_role("dialog")).to_contain_text("演示规划员")
    theirs.get_by_role("button", name="在新方案上重做我的编辑").click()
    saved(theirs)
    expect(theirs.get_by_role("tab", name="网格")).to_be_visible()
    until(theirs, "!document.querySelector('dialog[open]')")
    assert "乙" in {grid["name"] for grid in desk.bench()["grids"]}


BORDERS = """(() => {
  const { stage } = document.querySelector('.plan-map')
  const { left, top, width, height } = stage.canvas.getBoundingClientRect()
  const lines = stage.map.querySourceFeatures('borders').flatMap(({ geometry: { type, coordinates } }) =>
    type === 'LineString' ? [coordinates] : type === 'MultiLineString' ? coordinates : [])
  const middles = lines.map((line) => {
    const [a, b] = [line[Math.ceil(line.length / 2) - 1], line[Math.ceil(line.length / 2)]]
    return stage.map.project([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2])
  })
  const inside = middles.filter(({ x, y }) => x > 60 && y > 60 && x < width - 60 && y < height - 60)
  return inside.map(({ x, y }) => [x + left, y + top])
})()"""
"""Where on the screen the middles of the borders that can be dragged are."""


def drag_a_border(page: Page) -> None:
    """Take hold of a border that the map shows, and pull it a little."""
    page.locator("body").press("e")
    expect(page.get_by_role("button", name="拖边界")).to_have_attribute("aria-pressed", "true")
    until(page, f"document.querySelector('.plan-map').stage?.map.getSource('borders') && {BORDERS}.length > 0")
    for x, y in page.evaluate(BORDERS):
        page.mouse.move(x, y)
        if page.evaluate("document.querySelector('.maplibregl-canvas').style.cursor") != "grab":
            continue
        page.mouse.down()
        page.mouse.move(x + 3, y + 3, steps=3)
        still(page)  # a refusal is drawn with the next frame
        fits = not page.locator(".refusal").count()
        if not fits:
            page.mouse.move(x, y)
        page.mouse.up()
        if fits:
            until(page, "document.querySelector('.save-state').dataset.saving === 'saved'")
            page.locator("body").press("v")
            return
    raise AssertionError("no border could be dragged")


def cut_a_tower(page: Page) -> None:
    """Choose the first tower's dwellings in the table and cut their grid below a floor."""
    grids = int(total(page, "grids").inner_text())
    page.locator("body").press("g")
    box = page.locator(".unit-box").first
    box.focus()
    box.press("Space")
    box.press("a")
    for floor in range(4, 30):
        page.get_by_label("从第几层起成为新网格").fill(str(floor))
        cut = page.get_by_role("button", name="按楼层切开")
        if cut.is_enabled():
            cut.click()
            expect(total(page, "grids")).to_have_text(str(grids + 1))
            saved(page)
            return
    raise AssertionError("no tower could be cut")


def rename(page: Page, name: str) -> None:
    """Give the first grid of the table another name."""
    page.get_by_role("tab", name="网格").click()
    page.locator("tbody .link").first.click()
    page.get_by_role("tab", name="操作").click()
    page.get_by_label("新名称", exact=True).fill(name)
    page.get_by_role("button", name="改名").click()


def test_a_plan_is_handed_in_approved_and_published_for_tomorrow_and_yesterday_stays(
    open_page: Opened, sample: str
) -> None:
    page = open_page("planner.html", login=PLANNER)
    desk = Desk(page, sample)
    plan = desk.draft(COURTYARDS)
    page.goto(f"{sample}/planner.html#plan={plan}")
    page.get_by_role("button", name="跳过").click()
    page.get_by_role("tab", name="审核").click()
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator(".head .badge").first).to_have_text("审核中")
    office = open_page(f"planner.html#plan={plan}", login=OFFICE)
    expect(total(office, "households")).to_be_visible()
    skip = office.get_by_role("button", name="跳过")
    if skip.count():
        skip.click()
    office.get_by_role("tab", name="审核").click()
    office.get_by_role("button", name="批准").click()
    tomorrow, yesterday = (today(timedelta(minutes=5)) + timedelta(days=shift) for shift in (1, -1))
    office.get_by_label("生效日期").fill(tomorrow.isoformat())
    office.get_by_role("button", name="发布", exact=True).click()
    confirm = office.get_by_role("dialog").get_by_role("button").last
    if office.get_by_role("dialog").count():
        confirm.click()
    expect(office.locator(".head .badge").first).to_have_text("已发布")
    office.goto(f"{sample}/planner.html#history=")
    office.locator(".history select").select_option(label=COURTYARDS)
    for day, says in ((yesterday, "年度网格方案"), (tomorrow, "新一年")):
        office.get_by_label("日期", exact=True).fill(day.isoformat())
        expect(office.get_by_role("status").filter(has_text=says)).to_be_visible()
    look_back(office)
    assert faults(office) == []


def look_back(page: Page) -> None:
    """On the page of the past, which stands at tomorrow: where a grid comes from, and who serves a building."""
    page.locator(".listed button").first.click()
    life = page.locator("[data-life]")
    expect(life).to_contain_text("新一年")
    name = life.locator("h3").inner_text()
    life.get_by_role("button", name=name).click()  # the grid that it was until then
    expect(life).to_contain_text("年度网格方案")
    page.get_by_role("searchbox", name="查一栋楼由谁负责").fill(f"{name.split('第')[0]}1")
    page.get_by_role("button", name="查找").click()
    page.locator("[data-found] button").first.click()
    expect(page.locator("[data-served]")).to_contain_text("微网格")

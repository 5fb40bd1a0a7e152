"""What a street office sees first: its places on a map, named, and each place's chain at a click."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import numpy as np
import psycopg
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.web.conftest import soon, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from playwright.sync_api import Page

    Desk = Callable[..., Page]
    Painted = Callable[[Page], None]


# As web/src/map/palette.ts has them by day.
COMMUNITY_NAME = (0x58, 0x3F, 0x60)
WATER = (0xB5, 0xD3, 0xE7)
RESIDENTIAL = (0xE3, 0xCF, 0xB2)


def pixels(page: Page) -> NDArray[np.int16]:
    """The map as the reader sees it: red, green and blue of every pixel."""
    shot = page.locator(".map-frame").screenshot(type="png")
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(np.int16)


def like(colour: tuple[int, int, int], seen: NDArray[np.int16], within: int = 6) -> int:
    """How many pixels have about this colour; strokes of letters blend with their halo."""
    return int((abs(seen - colour) <= within).all(axis=-1).sum())


@pytest.fixture(scope="module")
def building(sample_url: str) -> dict[str, str]:
    """A building in the middle of the sample, with the names around it."""
    with psycopg.connect(sample_url) as store:
        row = store.execute(
            """SELECT b.id::text, b.name, p.name, c.name, s.name, b.units::text,
                      ST_X(ST_PointOnSurface(b.geometry)) || ',' || ST_Y(ST_PointOnSurface(b.geometry)), c.id::text
                 FROM building b JOIN compound p ON p.id = b.compound_id JOIN community c ON c.id = b.community_id
                 JOIN subdistrict s ON s.id = c.subdistrict_id
                WHERE b.units > 2 AND GeometryType(b.geometry) = 'POLYGON' ORDER BY b.code LIMIT 1"""
        ).fetchone()
    assert row is not None
    return dict(
        zip(("id", "name", "compound", "community", "subdistrict", "units", "at", "community_id"), row, strict=True)
    )


def chain(page: Page) -> list[str]:
    return [crumb.strip() for crumb in page.locator(".chain li").all_inner_texts()]


def test_the_map_shows_water_buildings_and_the_names_of_communities(open_desk: Desk, painted: Painted) -> None:
    page = open_desk()
    painted(page)
    seen = pixels(page)
    assert like(COMMUNITY_NAME, seen, within=20) > 100
    assert like(WATER, seen) > 2000
    assert like(RESIDENTIAL, seen) > 1000


def test_the_list_beside_the_map_follows_the_zoom(open_desk: Desk, painted: Painted, building: dict[str, str]) -> None:
    page = open_desk(hash_=f"#at={building['at']},13.5,0,0")
    painted(page)
    heading = page.locator(".panel h3")
    expect(heading).to_contain_text("视野内的社区")
    page.goto(page.url.split("#")[0] + f"#at={building['at']},15,0,0")
    expect(heading).to_contain_text("视野内的小区")
    page.goto(page.url.split("#")[0] + f"#at={building['at']},17.5,0,0")
    expect(heading).to_contain_text("视野内的楼栋")
    expect(page.locator(".place-row").filter(has_text=building["compound"]).first).to_be_visible()


def test_a_click_shows_the_chain_and_every_crumb_leads_there(
    open_desk: Desk, painted: Painted, building: dict[str, str]
) -> None:
    page = open_desk(hash_=f"#at={building['at']},17.5,0,0")
    painted(page)
    page.locator(".map-frame").click()
    expect(page.locator(".panel h2")).to_have_text(building["name"])
    expect(page.locator(".chain li")).to_have_count(5)
    assert chain(page)[1:] == [building[level] for level in ("subdistrict", "community", "compound", "name")]
    expect(page.locator(".counts")).to_contain_text(building["units"])
    assert f"place=building/{building['id']}" in page.url
    page.locator(".crumb", has_text=building["community"]).click()
    expect(page.locator(".panel h2")).to_have_text(building["community"])
    page.go_back()
    expect(page.locator(".panel h2")).to_have_text(building["name"])


def test_a_link_opens_the_same_place(open_desk: Desk, building: dict[str, str]) -> None:
    page = open_desk(hash_=f"#place=community/{building['community_id']}")
    expect(page.locator(".panel h2")).to_have_text(building["community"])


def test_a_link_to_a_place_that_is_gone_says_so(open_desk: Desk) -> None:
    page = open_desk(hash_="#place=compound/00000000-0000-7000-8000-000000000000")
    expect(page.locator(".panel [role=alert]")).to_contain_text("找不到这个地点")
    page.get_by_role("button", name="关闭,回到概况").click()
    expect(page.locator(".panel h2")).to_be_visible()


def test_search_leads_to_a_place(open_desk: Desk, painted: Painted, building: dict[str, str]) -> None:
    page = open_desk()
    painted(page)
    page.keyboard.press("/")
    page.keyboard.type(building["compound"])
    options = page.locator("[role=option]")
    expect(options.first).to_contain_text(building["compound"])
    page.keyboard.press("Enter")
    expect(page.locator(".panel h2")).to_have_text(building["compound"])
    until(page, "Number(location.hash.split(',')[2]) > 15.5")


def test_search_finds_codes_and_says_when_it_finds_nothing(open_desk: Desk) -> None:
    page = open_desk()
    box = page.get_by_role("combobox")
    box.fill("510199001001")
    expect(page.locator("[role=option]").first).to_contain_text("社区")
    box.fill("'; DROP TABLE unit; --")
    expect(page.locator(".hits-note")).to_contain_text("没有找到")
    page.keyboard.press("Escape")
    expect(page.locator(".hits")).to_be_hidden()


def test_buildings_stand_up_when_the_map_is_tilted(open_desk: Desk, painted: Painted, building: dict[str, str]) -> None:
    page = open_desk(hash_=f"#at={building['at']},16.5,0,0")
    painted(page)
    flat = like(RESIDENTIAL, pixels(page))
    page.get_by_role("button", name="立体视图").click()
    until(page, "location.hash.split('&')[0].endsWith(',55')")
    expect(page.get_by_role("button", name="平面视图")).to_be_visible()
    # Walls of standing buildings are shaded: less of the flat colour is left.
    assert soon(page, lambda: like(RESIDENTIAL, pixels(page)) < flat / 2)


def test_the_night_is_dark_and_the_day_comes_back(open_desk: Desk, painted: Painted) -> None:
    page = open_desk(color_scheme="dark")
    painted(page)
    assert pixels(page).mean() < 80
    page.get_by_role("button", name="浅色外观").click()
    assert soon(page, lambda: bool(pixels(page).mean() > 180))
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "day")


def test_the_scale_tells_the_truth(open_desk: Desk, painted: Painted, building: dict[str, str]) -> None:
    page = open_desk(hash_=f"#at={building['at']},16,0,0")
    painted(page)
    label = page.locator(".scale").get_attribute("aria-label") or ""
    metres = float(re.findall(r"\d+", label)[0])
    box = page.locator(".scale-bar").bounding_box()
    assert box is not None
    at_16 = 40_075_016.686 * 0.8601 / (512 * 2**16)  # cosine of 30.67° north
    assert metres / box["width"] == pytest.approx(at_16, rel=0.03)

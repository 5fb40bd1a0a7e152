"""The base map that a street office has set is what its page is told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from api.main import create_app
from api.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


async def asked(path: str, headers: dict[str, str] | None = None, **settings: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=create_app(Settings(**settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path, headers=headers)


async def test_without_a_base_map_there_is_none() -> None:
    assert (await asked("/api/settings/map")).json() == {"basemap": None}


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png", "xyz"),
        ("https://t0.tianditu.example/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}", "wmts"),
    ],
)
async def test_tiles_by_address_are_told_with_their_datum_and_key(url: str, kind: str) -> None:
    told = (await asked("/api/settings/map", basemap_url=url, basemap_key="k", basemap_datum="gcj02")).json()
    assert told["basemap"] == {
        "kind": kind,
        "url": url,
        "datum": "gcj02",
        "attribution": "",
        "tile_size": 256,
        "maxzoom": 18,
        "key": "k",
    }


async def test_a_file_is_served_by_ranges_and_its_path_stays_inside(tmp_path: Path) -> None:
    archive = tmp_path / "town.pmtiles"
    archive.write_bytes(bytes(range(200)))
    told = (await asked("/api/settings/map", basemap_url=str(archive))).json()["basemap"]
    assert (told["kind"], str(tmp_path) in told["url"]) == ("pmtiles", False)
    part = await asked(told["url"], {"Range": "bytes=10-19"}, basemap_url=str(archive))
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))


async def test_only_the_file_that_was_set_is_served(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("keep me", encoding="utf-8")
    for url in (None, str(secret), str(tmp_path / "missing.pmtiles")):
        assert (await asked("/api/settings/basemap.pmtiles", basemap_url=url)).status_code == 404

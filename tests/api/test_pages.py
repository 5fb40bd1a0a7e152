"""The pages lie beside the service and never answer in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from backports import zstd
from fastapi import FastAPI

from api import pages, problems

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "index.html").write_text("the desk")
    app = FastAPI()
    problems.install(app)
    pages.install(app, tmp_path)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


async def test_the_desk_is_at_the_root_and_asked_for_again_each_time(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.text, answer.headers["cache-control"]) == ("the desk", "no-cache")


@pytest.mark.parametrize("path", ["/api/nothing", "/api/places/..%2f..%2f"])
async def test_an_address_of_the_service_is_never_answered_with_a_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "identity"])
async def test_a_script_is_packed_kept_and_the_same_after_unpacking(
    client: httpx.AsyncClient, tmp_path: Path, encoding: str
) -> None:
    script = "const 格 = 1;\n" * 500
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "desk-1a2b.js").write_text(script)
    asked = {"Accept-Encoding": encoding}
    first = await client.get("/assets/desk-1a2b.js", headers=asked)
    (tmp_path / "assets" / "desk-1a2b.js").unlink()
    again = await client.get("/assets/desk-1a2b.js", headers=asked)
    for answer in (first, again):
        body = zstd.decompress(answer.content) if encoding == "zstd" else answer.content
        assert body.decode() == script
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
    assert (int(first.headers["content-length"]) < 500) == (encoding != "identity")


async def test_a_part_of_a_script_and_one_that_is_known_go_the_long_way(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "desk.js").write_text("x" * 5000)
    whole = await client.get("/assets/desk.js", headers={"Accept-Encoding": "gzip"})
    part = await client.get("/assets/desk.js", headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (part.status_code, part.text) == (206, "x" * 10)
    known = await client.get("/assets/desk.js", headers={"If-None-Match": whole.headers["etag"]})
    assert known.status_code == 304

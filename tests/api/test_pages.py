"""The pages lie beside the service and never answer in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
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

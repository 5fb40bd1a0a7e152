"""What the store cannot do is told by its own sentence and status, and nothing of the inside leaves."""

from __future__ import annotations

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from api import problems


class RefusedError(Exception):
    """As the driver raises it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("could not extend file base/5/16396")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "status", "sentence"),
    [
        ("53100", 507, "disk is full"),
        ("53300", 503, "away for the moment"),
        ("57P03", 503, "away for the moment"),
        ("58030", 503, "away for the moment"),
        ("08006", 503, "away for the moment"),
        ("23505", 409, "contradicts"),
        ("22P05", 422, "can not be kept"),
        ("42501", 404, "not yours"),
        ("XX000", 500, "on our side"),
    ],
)
async def test_each_refusal_of_the_store_has_its_status_and_sentence(sqlstate: str, status: int, sentence: str) -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def refuse() -> None:
        raise DBAPIError("INSERT INTO secret", None, RefusedError(sqlstate))

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert sentence in answer.json()["detail"]
    assert "secret" not in answer.text
    assert "base/5" not in answer.text


async def test_a_store_that_dies_in_the_middle_of_an_answer_is_away() -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def die() -> None:
        raise asyncpg.InternalClientError("got result for unknown protocol state 0")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
        answer = await client.get("/", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "away for the moment" in answer.json()["detail"]
    assert "protocol" not in answer.text

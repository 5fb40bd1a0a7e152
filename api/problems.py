"""Turns every error into one ``application/problem+json`` sentence (RFC 9457); nothing of the inside leaves."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from api.errors import Sentence, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastapi import FastAPI, Request, Response

    Dialect = Callable[[Request, "Problem"], Response]

log = structlog.get_logger(__name__)

AWAY = Sentence("数据库暂时无法连接,请稍后再试。", "The store is away for the moment; please try again.")
BROKEN = Sentence("服务出错了,我们已记录下来。", "Something went wrong on our side; it has been recorded.")
BY_STATUS = {
    404: Sentence("没有这个地址。", "There is nothing at this address."),
    400: Sentence("请求内容无法读取。", "The request's body can not be read."),
    413: Sentence("请求内容太大。", "The request carries too much."),
    405: Sentence("这里不支持这种操作。", "This address does not take that method."),
}

# What the store refuses by itself; a row outside the asker's jurisdiction looks like one that is not there.
BY_SQLSTATE = {
    "22": (
        422,
        Sentence("请求中有无法保存的字符或数字。", "The request holds a character or a number that can not be kept."),
    ),
    "53100": (
        507,
        Sentence(
            "服务器磁盘已满,这次没有保存;已有数据没有丢失。请联系管理员。",
            "The server's disk is full: this was not saved, and nothing stored was lost. Tell the administrator.",
        ),
    ),
    "23": (409, Sentence("与已有数据冲突。", "This contradicts what is already there.")),
    "42501": (404, Sentence("没有这个对象,或您无权操作。", "There is no such thing, or it is not yours to change.")),
}


class Problem(BaseModel):
    """One refusal, in the reader's language."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def answer(
    request: Request,
    status: int,
    sentence: Sentence,
    headers: Mapping[str, str] | None = None,
    kind: str = "about:blank",
    *,
    members: Mapping[str, Any] | None = None,
) -> Response:
    """A problem as a response, in the language that the request prefers; ``members`` for programs."""
    problem = Problem(
        type=kind,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=sentence.spoken(request.headers.get("accept-language")),
    )
    if (dialect := _dialect(request)) is not None:
        told = dialect(request, problem)
        told.headers.update(headers or {})
        return told
    return JSONResponse(
        {**(members or {}), **problem.model_dump()},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def _dialect(request: Request) -> Dialect | None:
    """How problems are told below this address, where a standard words them differently."""
    dialects: Mapping[str, Dialect] = getattr(getattr(request.scope.get("app"), "state", None), "dialects", {})
    return next((told for start, told in dialects.items() if request.url.path.startswith(start)), None)


async def _on_service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return answer(request, error.status, error.sentence, error.headers, error.kind, members=error.members)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = BY_STATUS.get(error.status_code, Sentence(str(error.detail), str(error.detail)))
    return answer(request, error.status_code, sentence, error.headers)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    where = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:5])
    return answer(request, 422, Sentence(f"请求有误:{where}", f"The request is not valid: {where}"))


async def _on_store_error(request: Request, error: Exception) -> Response:
    log.warning("store away", error=type(error).__name__)
    return answer(request, 503, AWAY, {"Retry-After": "2"})


# A store that dies in the middle of an answer leaves asyncpg without a word for what it was doing.
AWAY_ERRORS = (OperationalError, InterfaceError, asyncpg.InterfaceError, asyncpg.InternalClientError, PoolTimeoutError)
# What a store says while it starts, stops or has no seat left; when the line to it or its disk fails it.
NOT_NOW = ("57P01", "57P02", "57P03", "53300", "08", "58")


async def _on_database_error(request: Request, error: Exception) -> Response:
    """An error of the store, told by SQLAlchemy or (as a transaction begins and ends) by asyncpg itself."""
    code = str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")
    if code.startswith(NOT_NOW) or getattr(error, "connection_invalidated", False):
        return await _on_store_error(request, error)
    for start, (status, sentence) in BY_SQLSTATE.items():
        if code.startswith(start):
            log.info("refused by the store", path=request.url.path, sqlstate=code)
            return answer(request, status, sentence)
    return await _on_anything(request, error)


async def _on_unspeakable(request: Request, _: Exception) -> Response:
    return answer(request, 422, BY_SQLSTATE["22"][1])


async def _on_anything(request: Request, error: Exception) -> Response:
    log.error("unforeseen", path=request.url.path, exc_info=error)
    return answer(request, 500, BROKEN)


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` in a sentence."""
    app.add_exception_handler(ServiceError, _on_service_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    for away in (*AWAY_ERRORS, ConnectionError):
        app.add_exception_handler(away, _on_store_error)
    app.add_exception_handler(DBAPIError, _on_database_error)
    app.add_exception_handler(asyncpg.PostgresError, _on_database_error)
    app.add_exception_handler(UnicodeError, _on_unspeakable)
    app.add_exception_handler(OverflowError, _on_unspeakable)
    app.add_exception_handler(Exception, _on_anything)


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Refused, in a sentence.",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    },
}

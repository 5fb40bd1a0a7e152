"""GeoReport v2 over HTTP, in JSON and XML: reading is public, reporting takes an ``api_key``, our access token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData, MutableHeaders

from api.access.admission import SHOWN, admitted
from api.access.keyring import Keyring
from api.access.routes import the_ring
from api.database import Borrowed
from api.errors import UnauthenticatedError
from api.issues.door import AnySession, anybody, sender
from api.open311 import service
from api.open311.service import RequestQuery
from api.open311.xml import as_xml
from api.problems import Problem

router = APIRouter(prefix="/open311", tags=["open311"])
Form = Annotated[Literal["json", "xml"], Path(description="json or xml.")]
Code = Annotated[str, Path(max_length=81)]
LONGEST_FORM = 64 * 1024


def told(value: Any, root: str, form: str, status: int = 200) -> Response:
    """An answer in the form that was asked for."""
    if form == "xml":
        return Response(as_xml(root, value), status_code=status, media_type="text/xml; charset=utf-8")
    return Response(
        json.dumps(value, ensure_ascii=False), status_code=status, media_type="application/json; charset=utf-8"
    )


def in_georeport(request: Request, problem: Problem) -> Response:
    """A refusal as GeoReport v2 words it: a list of errors; 400 for what is wrong with a request, 403 for its key."""
    status = {401: 403, 422: 400}.get(problem.status, problem.status)
    form = "json" if request.url.path.endswith(".json") else "xml"
    return told([{"code": status, "description": problem.detail}], "errors", form, status)


def shown(request: Request, key: str) -> Request:
    """The request as if its ``api_key`` had come as a token."""
    headers = MutableHeaders(raw=list(request.headers.raw))
    headers["authorization"] = f"Bearer {key}"
    return Request({name: held for name, held in request.scope.items() if name != SHOWN} | {"headers": headers.raw})


async def reader(request: Request, session: Borrowed) -> AsyncIterator[AsyncSession]:
    """The transaction of whoever shows an ``api_key``; without one, of whoever asks."""
    key = request.query_params.get("api_key")
    if key:
        async with admitted(shown(request, key), session):
            yield session
        return
    async for opened in anybody(request, session):
        yield opened


Reading = Annotated[AsyncSession, Depends(reader, scope="function")]


@router.get("/discovery.{form}", response_class=Response)
@router.get("/v2/discovery.{form}", response_class=Response)
async def discover(request: Request, form: Form) -> Response:
    """What is here."""
    return told(service.discovery(str(request.base_url).rstrip("/")), "discovery", form)


@router.get("/v2/services.{form}", response_class=Response)
async def list_services(session: AnySession, form: Form) -> Response:
    """What may be reported."""
    return told(await service.services(session), "services", form)


@router.get("/v2/services/{code}.{form}", response_class=Response)
async def read_service(session: AnySession, code: Code, form: Form) -> Response:
    """What one service wants to know."""
    return told(await service.service(session, code), "service_definition", form)


@router.get("/v2/requests.{form}", response_class=Response)
async def list_requests(session: Reading, form: Form, wanted: Annotated[RequestQuery, Query()]) -> Response:
    """What has been reported, of the public kinds."""
    return told(await service.requests(session, wanted), "service_requests", form)


@router.get("/v2/requests/{code}.{form}", response_class=Response)
async def read_request(
    session: Reading,
    code: Code,
    form: Form,
    extensions: Annotated[bool, Query()] = False,  # noqa: FBT002  # a query's name
) -> Response:
    """One of them."""
    return told([await service.request(session, code, more=extensions)], "service_requests", form)


async def keyed(request: Request, session: Borrowed) -> AsyncIterator[tuple[AsyncSession, FormData]]:
    """The transaction of whoever holds the ``api_key`` of the form, and the form.

    Raises:
        UnauthenticatedError: there is no key, or it is not one of ours.
    """
    form = await request.form(max_files=0, max_fields=50, max_part_size=LONGEST_FORM)
    key = form.get("api_key") or request.query_params.get("api_key")
    if not isinstance(key, str) or not key:
        raise UnauthenticatedError("请提供 api_key(访问令牌)。", "An api_key (an access token) is wanted.")
    async with admitted(shown(request, key), session):
        yield session, form


@router.post("/v2/requests.{form}", response_class=Response, status_code=201)
async def post_request(
    entered: Annotated[tuple[AsyncSession, FormData], Depends(keyed, scope="function")],
    ring: Annotated[Keyring, Depends(the_ring)],
    form: Form,
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Report something; an ``Idempotency-Key`` makes sending it again harmless."""
    session, fields = entered
    said = {name: value for name, value in fields.items() if isinstance(value, str) and value}
    who = await sender(session, ring)
    key = service.key_of(f"{who.asker.account_id} {idempotency_key}") if idempotency_key else uuid4()
    now = datetime.now(UTC).replace(microsecond=0)
    made = await service.post(session, who, said, key=key, now=now)
    return told([made], "service_requests", form, 201)

"""Serves the built pages: hashed assets forever and in the shortest form, the pages themselves always asked again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response

from api.compression import WORTHWHILE, Encoding, choose, compress

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI
    from starlette.types import Scope

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
NOT_BUILT = "The pages have not been built; run ./minqing up."
WORDS = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
"""What gets shorter by packing; pictures and fonts are packed already."""


class Pages(StaticFiles):
    """Static files whose names under ``assets/`` carry a hash of what they hold: these are packed once and kept."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, html=True)
        self.kept: dict[tuple[str, Encoding], Response] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at ``path``, with how long a browser may keep it; never a page where the service was asked."""
        if scope["path"].startswith(("/api/", "/open311/")):
            raise HTTPException(404)
        headers = Headers(scope=scope)
        encoding = choose(headers.get("accept-encoding"))
        plain = scope["method"] == "GET" and "range" not in headers and "if-none-match" not in headers
        whole = path.startswith("assets/") and plain
        if whole and (kept := self.kept.get((path, encoding))) is not None:
            return kept
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOREVER if path.startswith("assets/") else ASK_AGAIN
        if whole and isinstance(response, FileResponse):
            return self.kept.setdefault((path, encoding), await asyncio.to_thread(packed, response, encoding))
        return response


def packed(file: FileResponse, encoding: Encoding) -> Response:
    """A file as bytes to be sent again and again, in that encoding where it gains something."""
    with open(file.path, "rb") as source:  # noqa: PTH123  # Starlette's path may be a string
        body = source.read()
    kind = file.headers["content-type"]
    told = {"Cache-Control": file.headers["cache-control"], "Vary": "Accept-Encoding", "ETag": file.headers["etag"]}
    if encoding != "identity" and len(body) >= WORTHWHILE and kind.startswith(WORDS):
        told["Content-Encoding"] = encoding
        told["ETag"] = f"W/{file.headers['etag']}"
        body = compress(body, encoding, thoroughly=True)
    return Response(body, headers=told, media_type=kind)


def install(app: FastAPI, dist: Path) -> None:
    """Serve the pages in ``dist`` at the root of ``app``; say so where there are none."""
    if (dist / "index.html").is_file():
        app.mount("/", Pages(dist), name="pages")
        return

    @app.get("/", include_in_schema=False)
    async def not_built() -> Response:
        return PlainTextResponse(NOT_BUILT, status_code=503)

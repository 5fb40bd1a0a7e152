"""Serves the built pages: hashed assets forever, the pages themselves always asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI
    from starlette.types import Scope

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
NOT_BUILT = "The pages have not been built; run ./minqing up."


class Pages(StaticFiles):
    """Static files whose names under ``assets/`` carry a hash of what they hold."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at ``path``, with how long a browser may keep it; never a page where the service was asked."""
        if scope["path"].startswith(("/api/", "/open311/")):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOREVER if path.startswith("assets/") else ASK_AGAIN
        return response


def install(app: FastAPI, dist: Path) -> None:
    """Serve the pages in ``dist`` at the root of ``app``; say so where there are none."""
    if (dist / "index.html").is_file():
        app.mount("/", Pages(directory=dist, html=True), name="pages")
        return

    @app.get("/", include_in_schema=False)
    async def not_built() -> Response:
        return PlainTextResponse(NOT_BUILT, status_code=503)

"""The base map behind our places, where a street office has one: 天地图, any XYZ tiles, or a PMTiles file of its own.

Without one the page draws a plain ground from our own layers, and no request leaves the machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict

from api.errors import NotFoundError

if TYPE_CHECKING:
    from api.settings import Settings

router = APIRouter(prefix="/api/settings", tags=["maps"])
ARCHIVE = "/api/settings/basemap.pmtiles"

Kind = Literal["xyz", "wmts", "pmtiles"]
Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


class BasemapRead(BaseModel):
    """Where the tiles of the base map are, and in which datum they were drawn."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    url: str
    datum: Datum
    attribution: str
    tile_size: int
    maxzoom: int
    key: str | None = None


class MapSettingsRead(BaseModel):
    """What the map page has to know before it draws."""

    model_config = ConfigDict(frozen=True)

    basemap: BasemapRead | None


def basemap_of(settings: Settings) -> BasemapRead | None:
    """The base map that the settings name, if any."""
    url = settings.basemap_url
    if not url:
        return None
    archive = _is_file(url)
    return BasemapRead(
        kind="pmtiles" if archive else "wmts" if "wmts" in url.lower() else "xyz",
        url=ARCHIVE if archive else url,
        datum=settings.basemap_datum,
        attribution=settings.basemap_attribution,
        tile_size=settings.basemap_tile_size,
        maxzoom=settings.basemap_maxzoom,
        key=settings.basemap_key,
    )


def origins_of(settings: Settings) -> tuple[str, ...]:
    """The hosts outside that the page may ask for base map tiles: one, or none."""
    url = settings.basemap_url
    if not url or _is_file(url):
        return ()
    host = urlsplit(url)
    return (f"{host.scheme}://{host.netloc.replace('{s}', '*')}",) if host.netloc else ()


def _is_file(url: str) -> bool:
    return url.endswith(".pmtiles") and "://" not in url


@router.get("/map")
async def read_map_settings(request: Request) -> MapSettingsRead:
    """The base map, or none."""
    return MapSettingsRead(basemap=basemap_of(request.app.state.settings))


@router.get("/basemap.pmtiles", response_class=FileResponse)
def read_archive(request: Request) -> FileResponse:
    """The PMTiles file of the base map; browsers read ranges of it."""
    url: str | None = request.app.state.settings.basemap_url
    if not url or not _is_file(url) or not Path(url).is_file():
        raise NotFoundError("没有设置底图文件。", "No base map file has been set.")
    return FileResponse(url, media_type="application/octet-stream")

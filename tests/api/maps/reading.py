"""Reads tiles with a decoder of another make, and says where on a tile a place lies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mapbox_vector_tile

if TYPE_CHECKING:
    import httpx


def decode(tile: bytes) -> dict[str, Any]:
    """Layer name → layer, its y running down as on the wire."""
    decoded: dict[str, Any] = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return decoded


def told(tile: bytes, layer: str) -> dict[str, dict[str, Any]]:
    """Feature id → what the tile says of it."""
    features = decode(tile).get(layer, {"features": []})["features"]
    return {feature["properties"]["id"]: feature["properties"] for feature in features}


def over(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a point."""
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * side), int(y * side)


def address(layer: str, zoom: int, lon: float, lat: float) -> str:
    """Where the tile that holds a point is served."""
    x, y = over(lon, lat, zoom)
    return f"/api/tiles/{layer}/{zoom}/{x}/{y}.mvt"


async def fetch(client: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    """A tile, by underscored header names."""
    return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

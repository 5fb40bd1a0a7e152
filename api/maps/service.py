"""Reads one tile and its version in one statement; nothing older than the last commit ever leaves.

A tile is asked for with the versions its reader already has. If the store's is among them, the tile is not even drawn:
the reader hears "unchanged". Versions are opaque: a digest of who asks, which tile, and the sum of the revisions
of the cells beneath it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

from api.compression import WORTHWHILE, Encoding, compress
from api.errors import InvalidError, NotFoundError, UnauthenticatedError, UnavailableError
from api.maps.connections import Connections
from api.maps.schemas import TileJsonRead, VectorLayerRead
from api.maps.shelf import Kept, Shelf
from api.maps.tables import LAYERS, Layer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from api.access.admission import Credential
    from api.maps.tile import Tile
    from api.places.schemas import Bbox

FORMAT = 1
"""Part of every version: raise it when tiles are drawn differently, so that no browser keeps an old picture."""

WORLD: Bbox = (-180.0, -85.05112877980659, 180.0, 85.05112877980659)

LARGE = 64 * 1024
"""Bytes above which a tile is compressed beside the event loop rather than on it."""

AWAY = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError, TimeoutError)
ANEW = (*AWAY, asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
"""What another try on a new connection may mend: the store was restarted, or its tables have changed."""


@dataclass(frozen=True, slots=True)
class TileStore:
    """The tiles' own connections, free of what an ORM costs a request, and the tiles kept at hand."""

    connections: Connections
    shelf: Shelf


@dataclass(frozen=True, slots=True)
class Picture:
    """The answer to one question for a tile: its version, and its bytes unless the reader has them already."""

    etag: str
    body: bytes | None
    encoding: Encoding = "identity"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one reader asks for: the tile, who is asking, of which plan, and in which form."""

    layer: Layer
    tile: Tile
    asker: Credential
    plan: UUID | None = None
    encoding: Encoding = "identity"


def find_layer(name: str) -> Layer:
    """The layer of that name.

    Raises:
        NotFoundError: there is none.
    """
    layer = LAYERS.get(name)
    if layer is None:
        known = ", ".join(LAYERS)
        raise NotFoundError(
            f"没有图层“{name[:40]}”;可用:{known}。", f'There is no layer "{name[:40]}"; there are {known}.'
        )
    return layer


def check(layer: Layer, tile: Tile) -> int:
    """The band that serves this tile.

    Raises:
        InvalidError: there is no such tile in the world.
        NotFoundError: the layer is not drawn at this zoom.
    """
    if not tile.lies_in_the_world():
        raise InvalidError(
            f"瓦片 {tile.z}/{tile.x}/{tile.y} 不在世界之内。",
            f"Tile {tile.z}/{tile.x}/{tile.y} lies outside the world.",
        )
    band = layer.band(tile.z)
    if band is None:
        raise NotFoundError(
            f"图层“{layer.zh}”只有 {layer.minzoom} 至 {layer.maxzoom} 级瓦片,没有第 {tile.z} 级。",
            f"Layer {layer.name} has tiles from zoom {layer.minzoom} to {layer.maxzoom}, none at {tile.z}.",
        )
    return band


def describe(layer: Layer, address: str, bounds: Bbox | None) -> TileJsonRead:
    """The layer's TileJSON; a store that holds nothing yet lies everywhere."""
    zooms = {"minzoom": layer.minzoom, "maxzoom": layer.maxzoom}
    inside = [VectorLayerRead(id=layer.name, description=layer.zh, fields=layer.fields, **zooms)]
    if layer.labelled_from is not None:
        lowest = max(layer.minzoom, layer.labelled_from)
        label = {"id": f"{layer.name}_label", "description": f"{layer.zh}名称", "fields": layer.fields}
        inside.append(VectorLayerRead(**label, minzoom=lowest, maxzoom=layer.maxzoom))
    return TileJsonRead(
        name=layer.name,
        description=layer.zh,
        tiles=[address],
        bounds=bounds or WORLD,
        vector_layers=inside,
        **zooms,
    )


async def read_tile(store: TileStore, wish: Wish, known: Sequence[str] = ()) -> Picture:
    """A tile as of this moment; its body is None if its version is among ``known``.

    Raises:
        InvalidError: there is no such tile.
        NotFoundError: the layer is not drawn there.
        UnauthenticatedError: nobody one knows is asking.
        UnavailableError: the store is away.
    """
    band = check(wish.layer, wish.tile)
    kept = store.shelf.get(wish)
    row = await _ask(store, wish, band, [*known, kept.etag] if kept else [*known])
    etag = row["etag"]
    if etag is None:
        raise UnauthenticatedError("请先登录。", "Please log in first.")
    if row["tile"] is None:
        body = kept.body if kept is not None and kept.etag == etag and etag not in known else None
        return Picture(etag, body, kept.encoding, kept.note) if kept and body is not None else Picture(etag, None)
    return await _finish(store, wish, row)


async def _finish(store: TileStore, wish: Wish, row: asyncpg.Record) -> Picture:
    tile = row["tile"]
    encoding: Encoding = wish.encoding if len(tile) >= WORTHWHILE else "identity"
    if encoding != "identity":
        tile = await asyncio.to_thread(compress, tile, encoding) if len(tile) > LARGE else compress(tile, encoding)
    note = "" if row["total"] is None else f"{row['kept']}/{row['total']}"
    store.shelf.put(wish, Kept(row["etag"], tile, encoding, note))
    return Picture(row["etag"], tile, encoding, note)


async def _ask(store: TileStore, wish: Wish, band: int, known: Sequence[str]) -> asyncpg.Record:
    layer, tile = wish.layer.name, wish.tile
    query = f"SELECT * FROM tile_{layer}_{band}_read($1, $2, $3, $4, $5, $6, $7, $8, $9)"  # noqa: S608 - both names are our own
    seed = f"{FORMAT} {layer} {tile.z}/{tile.x}/{tile.y} {wish.plan}"
    asker = wish.asker
    values = (asker.way, asker.digest, asker.here, seed, known, wish.plan, tile.z, tile.x, tile.y)
    try:
        return await store.connections.fetch_one(query, values)
    except ANEW:
        store.connections.forget()
        try:
            return await store.connections.fetch_one(query, values)
        except AWAY as error:
            raise UnavailableError("数据库暂时无法连接,请稍后再试。", "The store is away for the moment.") from error


def open_store(url: str, *, connections: int, shelf_bytes: int) -> TileStore:
    """The tiles of the store at ``url``; nothing is connected before the first is asked for."""
    return TileStore(Connections(url, connections), Shelf(shelf_bytes))

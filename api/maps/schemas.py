"""What a map is told of its layers: TileJSON 3.0."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from api.places.schemas import Bbox


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class LayerRead(Read):
    """One layer in the list of layers; ``url`` is the address of its tiles with {z}, {x} and {y} left open."""

    layer: str
    name: str
    minzoom: int
    maxzoom: int
    url: str
    tilejson: str


class VectorLayerRead(Read):
    """One vector layer inside a tile, with the kinds of its attributes."""

    id: str
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]


class TileJsonRead(Read):
    """A layer's TileJSON 3.0 document. ``tiles`` are addresses relative to the service's own host."""

    tilejson: Literal["3.0.0"] = "3.0.0"
    name: str
    description: str
    version: str = "1.0.0"
    scheme: Literal["xyz"] = "xyz"
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: Bbox
    vector_layers: list[VectorLayerRead]

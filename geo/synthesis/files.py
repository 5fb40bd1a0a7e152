"""The sample on disk: one GeoJSON file a layer, one place a line, so that QGIS opens it and a diff can be read.

RFC 7946: WGS 84, longitude first, outer rings counter-clockwise; coordinates with 7 decimals (1 cm).
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

import shapely
from shapely.geometry import shape

from geo.errors import InvalidInputError
from geo.hierarchy import places
from geo.hierarchy.places import City

if TYPE_CHECKING:
    from pathlib import Path

if TYPE_CHECKING:
    from collections.abc import Iterable

LAYERS: dict[str, type] = {
    "districts": places.District,
    "subdistricts": places.Subdistrict,
    "communities": places.Community,
    "compounds": places.Compound,
    "buildings": places.Building,
    "units": places.Unit,
    "barriers": places.Barrier,
    "areas": places.Area,
}
HEAD, TAIL = '{"type":"FeatureCollection","features":[', "]}"
_ENUMS: dict[tuple[str, str], Any] = {
    ("buildings", "use"): places.BuildingUse,
    ("barriers", "kind"): places.BarrierKind,
}


def write_sample(city: City, folder: Path) -> None:
    """Write every layer of the city to ``folder`` as ``<layer>.geojson``; an existing file is replaced."""
    write_parts([city], folder)


def write_parts(parts: Iterable[City], folder: Path) -> None:
    """Write a city part by part, never holding more than one; the files are those of ``write_sample``."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as open_files:
        layers = {
            layer: open_files.enter_context((folder / f"{layer}.geojson").open("w", encoding="utf-8", newline="\n"))
            for layer in LAYERS
        }
        started: set[str] = set()
        for file in layers.values():
            file.write(HEAD)
        for part in parts:
            for layer, file in layers.items():
                for place in getattr(part, layer):
                    text = json.dumps(_feature(place), ensure_ascii=False, separators=(",", ":"))
                    file.write((",\n" if layer in started else "\n") + text)
                    started.add(layer)
        for file in layers.values():
            file.write("\n" + TAIL + "\n")


def read_sample(folder: Path) -> City:
    """Read a city that ``write_sample`` wrote; what comes back equals what went in.

    Raises:
        InvalidInputError: if a layer is missing or is not such a file.
    """
    layers = {}
    for layer, kind in LAYERS.items():
        path = folder / f"{layer}.geojson"
        try:
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            layers[layer] = tuple(_place(layer, kind, feature) for feature in features)
        except FileNotFoundError as missing:
            raise InvalidInputError(
                f"The sample has no {path.name} in {folder}; fetch data/samples again."
            ) from missing
        except (ValueError, KeyError, TypeError) as broken:
            raise InvalidInputError(f"{path.name} is not a layer of a sample: {broken}.") from broken
    return City(**layers)


def _feature(place: Any) -> dict[str, Any]:
    """A place as a GeoJSON feature; its id is the feature's id."""
    properties = {f.name: _plain(getattr(place, f.name)) for f in fields(place) if f.name not in {"id", "geometry"}}
    geometry = shapely.geometry.mapping(place.geometry)
    return {"type": "Feature", "id": str(place.id), "properties": properties, "geometry": geometry}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else list(value) if isinstance(value, tuple) else value


def _place(layer: str, kind: type, feature: dict[str, Any]) -> Any:
    """The inverse of ``_feature``."""
    values = dict(feature["properties"], id=feature["id"])
    for name, value in values.items():
        if name == "id" or name.endswith("_id"):
            values[name] = UUID(value)
        elif isinstance(value, list):
            values[name] = tuple(value)
        elif (layer, name) in _ENUMS:
            values[name] = _ENUMS[layer, name](value)
    return kind(**values, geometry=shape(feature["geometry"]))

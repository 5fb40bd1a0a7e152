"""Shapes as a request may draw them: GeoJSON (RFC 7946) in, shapely out, and GeoJSON again in an answer.

Fields of pydantic models say ``Point``, ``Line``, ``Polygon`` or ``Area`` (a polygon or several). Coordinates are
longitude and latitude in degrees of WGS 84 (equal to CGCS2000 below a decimetre). A shape that no street has is refused
before anything is computed with it: numbers that are no places (NaN, Inf, beyond the globe), more than
``MOST_VERTICES`` corners in all, rings that do not close or cross themselves.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import shapely
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from api.errors import InvalidError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_VERTICES = 20_000
MOST_PARTS = 1_000
RING_LEAST = 4
LINE_LEAST = 2
DEGREES = (180.0, 90.0)
DEPTHS = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}

NOT_A_SHAPE = ("图形不是有效的 GeoJSON。", "The shape is not valid GeoJSON.")
NO_PLACE = (
    "坐标必须是有限的经纬度(经度 −180 至 180,纬度 −90 至 90)。",
    "Coordinates are finite longitudes (-180 to 180) and latitudes (-90 to 90).",
)
TOO_MANY = (
    f"图形的顶点太多,最多 {MOST_VERTICES} 个。请简化后再试。",
    f"The shape has too many corners; {MOST_VERTICES} at most. Simplify it and try again.",
)
OPEN_RING = ("多边形的环必须闭合,至少四个点。", "A ring of a polygon has at least four points and closes.")


def _positions(coordinates: Any, depth: int) -> Iterator[Any]:  # whatever the JSON held
    """Every position, whichever lists it lies in.

    Raises:
        InvalidError: lists that are nested in another way.
    """
    if depth == 0:
        yield coordinates
        return
    if not isinstance(coordinates, list):
        raise InvalidError(*NOT_A_SHAPE)
    if depth > 1 and len(coordinates) > MOST_PARTS:
        raise TooLargeError(*TOO_MANY)
    for part in coordinates:
        yield from _positions(part, depth - 1)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check(position: Any) -> None:  # whatever the JSON held
    """Refuse what is no longitude and latitude (a height may follow).

    Raises:
        InvalidError: see above.
    """
    if not isinstance(position, list) or len(position) not in (2, 3) or not all(map(_is_number, position)):
        raise InvalidError(*NOT_A_SHAPE)
    if not all(abs(value) <= most for value, most in zip(position, DEGREES, strict=False)):  # NaN compares false
        raise InvalidError(*NO_PLACE)
    if not all(math.isfinite(value) for value in position):
        raise InvalidError(*NO_PLACE)


def _rings(kind: str, coordinates: Any) -> Iterator[list[Any]]:  # whatever the JSON held
    if kind == "Polygon":
        yield from coordinates
    elif kind == "MultiPolygon":
        for part in coordinates:
            yield from part


def read(given: Any, *kinds: str) -> BaseGeometry:  # whatever the JSON held
    """A shape from GeoJSON, two-dimensional.

    Args:
        given: the GeoJSON object; a shapely geometry passes as it is.
        kinds: which of its types are wanted ("Point", "LineString", "Polygon", "MultiPolygon").

    Raises:
        InvalidError: another type, or something that is no sound shape on the globe.
        TooLargeError: more than ``MOST_VERTICES`` corners.
    """
    if isinstance(given, BaseGeometry):
        return given
    if not isinstance(given, dict) or not {"type", "coordinates"} <= set(given) <= {"type", "coordinates", "bbox"}:
        raise InvalidError(*NOT_A_SHAPE)
    kind, coordinates = given["type"], given["coordinates"]
    if not isinstance(kind, str) or kind not in kinds:
        wanted = "、".join(kinds)
        raise InvalidError(f"图形应为 {wanted}。", f"The shape should be a {' or '.join(kinds)}.")
    for count, position in enumerate(_positions(coordinates, DEPTHS[kind]), 1):
        if count > MOST_VERTICES:
            raise TooLargeError(*TOO_MANY)
        _check(position)
    return _sound(kind, coordinates)


def _sound(kind: str, coordinates: list[Any]) -> BaseGeometry:
    """The shape itself, of positions that have been checked.

    Raises:
        InvalidError: it is empty, open, or crosses itself.
    """
    rings = list(_rings(kind, coordinates))
    if any(len(ring) < RING_LEAST or ring[0] != ring[-1] for ring in rings):
        raise InvalidError(*OPEN_RING)
    if not coordinates or (kind == "MultiPolygon" and not all(coordinates)):
        raise InvalidError(*NOT_A_SHAPE)
    if kind == "LineString" and len(coordinates) < LINE_LEAST:
        raise InvalidError(*NOT_A_SHAPE)
    shape: BaseGeometry = shapely.force_2d(shapely.geometry.shape({"type": kind, "coordinates": coordinates}))
    if not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        raise InvalidError(f"图形自相交或有重叠:{why}。", f"The shape crosses or overlaps itself: {why}.")
    return shape


def _reader(*kinds: str) -> Callable[[Any], BaseGeometry]:
    return lambda given: read(given, *kinds)


def _schema(depth: int, kinds: tuple[str, ...]) -> WithJsonSchema:
    number: dict[str, Any] = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3}
    for _ in range(depth):
        number = {"type": "array", "items": number, "maxItems": MOST_VERTICES}
    properties = {"type": {"type": "string", "enum": list(kinds)}, "coordinates": number}
    return WithJsonSchema({"type": "object", "required": ["type", "coordinates"], "properties": properties})


def _plain(shape: BaseGeometry) -> dict[str, Any]:
    return dict(mapping(shape))


Point = Annotated[
    shapely.Point, PlainValidator(_reader("Point")), PlainSerializer(_plain, when_used="json"), _schema(0, ("Point",))
]
"""One place."""

Line = Annotated[
    shapely.LineString,
    PlainValidator(_reader("LineString")),
    PlainSerializer(_plain, when_used="json"),
    _schema(1, ("LineString",)),
]
"""A line of two points or more."""

Polygon = Annotated[
    shapely.Polygon,
    PlainValidator(_reader("Polygon")),
    PlainSerializer(_plain, when_used="json"),
    _schema(2, ("Polygon",)),
]
"""One polygon, with or without holes."""

Area = Annotated[
    shapely.Polygon | shapely.MultiPolygon,
    PlainValidator(_reader("Polygon", "MultiPolygon")),
    PlainSerializer(_plain, when_used="json"),
    WithJsonSchema(
        {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"type": "string", "enum": ["Polygon", "MultiPolygon"]},
                "coordinates": {"type": "array", "items": {"type": "array"}, "maxItems": MOST_VERTICES},
            },
        }
    ),
]
"""A polygon or several."""

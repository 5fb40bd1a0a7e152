"""Places and shapes as a request may say them: finite, on the globe, nested as GeoJSON nests, of not too many corners.

A request says points (``lon``, ``lat``, degrees of WGS 84), boxes (``bbox=west,south,east,north``) and, in the edits of
a plan, shapes in whole millimetres of the community's plane; all other shapes come in files, through the sandbox of
``geo.exchange``. What no street has is refused before anything is computed with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from api.errors import InvalidError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_VERTICES = 5_000
DEPTHS = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}
"""How many lists lie around a position."""

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]

NO_BOX = ("bbox 依次为西、南、东、北。", "bbox is west,south,east,north.")
NO_POINT = ("near 应为“经度,纬度”。", "near is longitude,latitude.")
NOT_A_SHAPE = ("图形的坐标嵌套有误。", "The coordinates of the shape are nested wrongly.")
TOO_MANY = (
    f"图形的顶点太多,最多 {MOST_VERTICES} 个。请简化后再试。",
    f"The shape has too many corners; {MOST_VERTICES} at most. Simplify it and try again.",
)


def on_globe(lon: float, lat: float) -> bool:
    """Whether there is such a point (NaN is none)."""
    return -180 <= lon <= 180 and -90 <= lat <= 90  # noqa: PLR2004  # degrees


def corners(value: str) -> tuple[float, float, float, float]:
    """The four numbers of a bounding box.

    Raises:
        InvalidError: they are not four numbers that go round a piece of the globe.

    >>> corners("104,30.6,104.1,30.7")
    (104.0, 30.6, 104.1, 30.7)
    """
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise InvalidError(*NO_BOX) from error
    if not (on_globe(west, south) and on_globe(east, north) and west <= east and south <= north):
        raise InvalidError(*NO_BOX)
    return west, south, east, north


def point(value: str) -> tuple[float, float]:
    """The two numbers of a point, longitude first.

    Raises:
        InvalidError: they are not two numbers on the globe.
    """
    try:
        lon, lat = (float(part) for part in value.split(","))
    except ValueError as error:
        raise InvalidError(*NO_POINT) from error
    if not on_globe(lon, lat):
        raise InvalidError(*NO_POINT)
    return lon, lat


def check(kind: str, coordinates: Any, is_position: Callable[[Any], bool]) -> None:
    """Pass if coordinates (whatever the JSON held) are nested as GeoJSON's ``kind`` nests them, and are not too many.

    Raises:
        InvalidError: nested in another way, empty, or a position that is none.
        TooLargeError: more than ``MOST_VERTICES`` positions; it is not looked further.
    """
    _count(coordinates, DEPTHS[kind], is_position, MOST_VERTICES)


def _count(coordinates: Any, depth: int, is_position: Callable[[Any], bool], left: int) -> int:
    """How many of ``left`` positions remain."""
    if depth == 0:
        if not is_position(coordinates):
            raise InvalidError(*NOT_A_SHAPE)
        if left == 0:
            raise TooLargeError(*TOO_MANY)
        return left - 1
    if not isinstance(coordinates, list) or not coordinates:
        raise InvalidError(*NOT_A_SHAPE)
    for part in coordinates:
        left = _count(part, depth - 1, is_position, left)
    return left

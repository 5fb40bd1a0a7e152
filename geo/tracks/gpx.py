"""Tracks as GPX 1.1, in and out. What a stranger's file holds besides positions and times is not read."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from geo.errors import Refusal, UnreadableFileError
from geo.tracks.clean import Fix

if TYPE_CHECKING:
    from geo.tracks.clean import Track

MOST_FIXES = 200_000
SPACE = "http://www.topografix.com/GPX/1/1"
NO_GPX = Refusal("no-gpx", "这不是可读的 GPX 文件。", "This is no GPX file that can be read.")
NO_TIMES = Refusal("no-times", "GPX 中没有带时间的轨迹点。", "The GPX file holds no track points with times.")
TOO_LONG = Refusal("too-long", "GPX 中轨迹点过多(上限 20 万)。", "The GPX file holds more than 200,000 track points.")


def read(text: bytes) -> list[Fix]:
    """The track points of a GPX file that say when they were taken.

    Raises:
        UnreadableFileError: it is no GPX file, or holds no such point, or too many.
    """
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UnreadableFileError(NO_GPX) from error
    if not root.tag.endswith("gpx"):
        raise UnreadableFileError(NO_GPX)
    points = [element for element in root.iter() if element.tag.rpartition("}")[2] == "trkpt"]
    if len(points) > MOST_FIXES:
        raise UnreadableFileError(TOO_LONG)
    fixes = [fix for point in points if (fix := _fix(point)) is not None]
    if not fixes:
        raise UnreadableFileError(NO_TIMES)
    return fixes


def _fix(point: Element) -> Fix | None:
    said = next((child.text for child in point if child.tag.rpartition("}")[2] == "time"), None)
    try:
        lon, lat = float(point.get("lon", "nan")), float(point.get("lat", "nan"))
        at = datetime.fromisoformat((said or "").strip())
    except ValueError:
        return None
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004  # degrees
        return None
    return Fix(at if at.tzinfo else at.replace(tzinfo=UTC), lon, lat)


def write(track: Track, *, name: str) -> bytes:
    """A track as GPX; each unbroken line is a segment, positions to 7 decimals, times in UTC."""
    root = Element("gpx", {"version": "1.1", "creator": "minqing-map", "xmlns": SPACE})
    drawn = SubElement(root, "trk")
    SubElement(drawn, "name").text = name
    for line in track.lines:
        segment = SubElement(drawn, "trkseg")
        for fix in line:
            point = SubElement(segment, "trkpt", {"lat": f"{fix.lat:.7f}", "lon": f"{fix.lon:.7f}"})
            SubElement(point, "time").text = fix.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    body: bytes = tostring(root, encoding="utf-8")
    return body if body.startswith(b"<?xml") else b'<?xml version="1.0" encoding="UTF-8"?>\n' + body

"""Carries a layer from the coordinates it declares, or is said to have, to a datum."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.crs.datum import Datum, convert
from geo.crs.reading import Reading
from geo.crs.vertices import moved

if TYPE_CHECKING:
    from geo.crs.shift import LonLat
    from geo.exchange.layer import Layer

_PLAIN = {4326: Datum.WGS84, 4979: Datum.WGS84, 4490: Datum.CGCS2000, 4480: Datum.CGCS2000, 3857: Datum.WEB_MERCATOR}
_ZONES = range(4491, 4555)


def declared_reading(layer: Layer) -> Reading:
    """How the file itself says that its numbers are to be read; degrees WGS-84 when it says nothing."""
    if layer.epsg is None or layer.epsg in _PLAIN:
        return Reading(_PLAIN.get(layer.epsg or 4326, Datum.WGS84))
    return Reading(Datum.CGCS2000 if layer.epsg in _ZONES else Datum.WGS84, epsg=layer.epsg)


def said_to_be(layer: Layer, datum: Datum) -> Reading:
    """The declared reading with another datum: GCJ-02 in a file of Web Mercator metres stays metres."""
    declared = declared_reading(layer)
    if datum is Datum.WEB_MERCATOR:
        return Reading(Datum.WEB_MERCATOR)
    if declared.datum is Datum.WEB_MERCATOR:
        return Reading(datum, epsg=3857)
    return replace(declared, datum=datum)


def carried(layer: Layer, reading: Reading, target: Datum) -> Layer:
    """The layer in another datum. Rows without shape stay without."""

    def carry(points: LonLat) -> LonLat:
        return convert(reading.to_wgs84(points), Datum.WGS84, target)

    if reading == Reading(target):
        return layer.with_geometry(layer.geometry, epsg=target.epsg)
    return layer.with_geometry(moved(layer.geometry, carry), epsg=target.epsg)

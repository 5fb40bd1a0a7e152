"""The Gauss-Krüger zones of CGCS2000, in which survey bureaus and CAD firms deliver.

Zones are 3 or 6 degrees wide. An easting either carries the zone number in front (35 412 345.6: zone 35) or
leaves it out (412 345.6); the second form does not say where it is, which is why files without a .prj are a riddle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geo.errors import InvalidInputError

_FIRST = {3: 25, 6: 13}
_COUNT = {3: 21, 6: 11}
_PREFIXED_EPSG = {3: 4513, 6: 4491}
_CENTRAL_EPSG = {3: 4534, 6: 4502}


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone: its width in degrees, its number, and whether eastings carry that number in front.

    >>> Zone(3, 35, prefixed=True).epsg, Zone(3, 35, prefixed=False).central_meridian
    (4523, 105)

    Raises:
        InvalidInputError: for a zone that no part of China lies in.
    """

    width: Literal[3, 6]
    number: int
    prefixed: bool

    def __post_init__(self) -> None:
        first = _FIRST[self.width]
        if not first <= self.number < first + _COUNT[self.width]:
            raise InvalidInputError(
                f"There is no {self.width}-degree zone {self.number} in China: "
                f"use {first} to {first + _COUNT[self.width] - 1}."
            )

    @property
    def epsg(self) -> int:
        """The EPSG code of CGCS2000 in this zone."""
        table = _PREFIXED_EPSG if self.prefixed else _CENTRAL_EPSG
        return table[self.width] + self.number - _FIRST[self.width]

    @property
    def central_meridian(self) -> int:
        """Degrees east."""
        return self.number * 3 if self.width == 3 else self.number * 6 - 3  # noqa: PLR2004 - the width itself

    @property
    def zh(self) -> str:
        """The name on a Chinese page."""
        prefix = "带号" if self.prefixed else "无带号"
        return (
            f"CGCS2000 高斯—克吕格 {self.width}° 带，第 {self.number} 带（中央经线 {self.central_meridian}°，{prefix}）"
        )

    @property
    def en(self) -> str:
        """The name on an English page."""
        prefix = "with" if self.prefixed else "without"
        return (
            f"CGCS2000 Gauss-Krüger {self.width}-degree zone {self.number} "
            f"(central meridian {self.central_meridian}°, {prefix} zone prefix)"
        )


def zone_at(lon: float, *, width: Literal[3, 6] = 3, prefixed: bool = False) -> Zone:
    """The zone of a longitude in degrees.

    >>> zone_at(104.06).number, zone_at(104.06, width=6).number
    (35, 18)

    Raises:
        InvalidInputError: for a longitude outside China.
    """
    number = int((lon + 1.5) // 3) if width == 3 else int(lon // 6) + 1  # noqa: PLR2004 - the width itself
    return Zone(width, number, prefixed)


def zones_reading(easting: float) -> tuple[Zone, ...]:
    """Every zone in which this easting (metres) may have been written, the likely ones first.

    A prefixed easting names its zone; a bare one may lie in any. Empty when no zone can be meant.
    """
    prefix, bare = divmod(easting, 1_000_000)
    if not 100_000 <= bare <= 900_000:  # noqa: PLR2004 - metres; 400 km from the central meridian is out of every zone
        return ()
    if prefix:
        return tuple(
            Zone(width, int(prefix), prefixed=True)
            for width in (3, 6)
            if _FIRST[width] <= prefix < _FIRST[width] + _COUNT[width]
        )
    return tuple(
        Zone(width, number, prefixed=False)
        for width in (3, 6)
        for number in range(_FIRST[width], _FIRST[width] + _COUNT[width])
    )

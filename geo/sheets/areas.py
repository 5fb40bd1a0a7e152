"""Areas in colours on a page, as a report shows them: outlines in WGS 84, a key of what each colour means.

The page is small and the places are near: degrees become points by one scale, east-west shortened by the latitude.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import TYPE_CHECKING

from reportlab.lib import colors
from reportlab.platypus import Flowable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportlab.pdfgen.canvas import Canvas

    Ring = Sequence[tuple[float, float]]

KEY_HEIGHT, KEY_WIDE, GAP = 22.0, 16.0, 4.0


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its outer rings (longitude, latitude), its colour as ``#rrggbb``, and words in its middle, or none."""

    rings: tuple[Ring, ...]
    colour: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Areas and the key of their colours: a colour and its words each."""

    areas: tuple[Area, ...]
    key: tuple[tuple[str, str], ...]


class Drawing(Flowable):  # type: ignore[misc] # reportlab has no types
    """A picture as wide as the page allows, and as high as its shape asks for, up to ``most`` points."""

    def __init__(self, picture: Picture, width: float, font: str, most: float = 300.0) -> None:
        """Lay the picture out; ``width`` and ``most`` in points."""
        super().__init__()
        self.picture, self.font = picture, font
        points = [point for area in picture.areas for ring in area.rings for point in ring]
        self.west, self.south = (min(p[k] for p in points) for k in (0, 1))
        east, north = (max(p[k] for p in points) for k in (0, 1))
        self.squeeze = cos(radians((self.south + north) / 2))
        across, up = max((east - self.west) * self.squeeze, 1e-9), max(north - self.south, 1e-9)
        self.scale = min(width / across, most / up)
        self.width, self.height = width, up * self.scale + KEY_HEIGHT

    def draw(self) -> None:
        """Put everything on the canvas, labels last."""
        canvas: Canvas = self.canv
        canvas.setLineWidth(0.5)
        canvas.setStrokeColor(colors.HexColor("#6f6a5c"))
        for area in self.picture.areas:
            canvas.setFillColor(colors.HexColor(area.colour))
            for ring in area.rings:
                self._trace(canvas, ring)
        canvas.setFont(self.font, 8)
        for area in self.picture.areas:
            if area.label:
                self._label(canvas, area)
        self._draw_key(canvas)

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        lon, lat = point
        return (lon - self.west) * self.squeeze * self.scale, (lat - self.south) * self.scale + KEY_HEIGHT

    def _trace(self, canvas: Canvas, ring: Ring) -> None:
        path = canvas.beginPath()
        path.moveTo(*self._at(ring[0]))
        for point in ring[1:]:
            path.lineTo(*self._at(point))
        path.close()
        canvas.drawPath(path, fill=1, stroke=1)

    def _label(self, canvas: Canvas, area: Area) -> None:
        """Words on a slip of paper: they have to be read on the darkest colour too."""
        spots = [self._at(point) for point in area.rings[0]]
        x, y = (sum(spot[k] for spot in spots) / len(spots) for k in (0, 1))
        wide = canvas.stringWidth(area.label, self.font, 8) + GAP
        x = min(max(x, wide / 2), self.width - wide / 2)
        canvas.setFillColor(colors.white)
        canvas.rect(x - wide / 2, y - 3, wide, 11, fill=1, stroke=0)
        canvas.setFillColor(colors.black)
        canvas.drawCentredString(x, y, area.label)

    def _draw_key(self, canvas: Canvas) -> None:
        x = 0.0
        for colour, words in self.picture.key:
            canvas.setFillColor(colors.HexColor(colour))
            canvas.rect(x, 4, KEY_WIDE, 9, fill=1, stroke=1)
            canvas.setFillColor(colors.black)
            canvas.drawString(x + KEY_WIDE + GAP, 5, words)
            x += KEY_WIDE + 3 * GAP + canvas.stringWidth(words, self.font, 8)

"""A photo from a phone, made harmless: decoded, turned upright, written anew without anything but the picture.

EXIF is read first (when and where it was taken help to judge a report) and does not survive. Only rasters are taken:
what is no photo by its content is refused, whatever its name says; an SVG is a program, not a photo.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from api.errors import TooLargeError, UnsupportedError
from api.issues.workdays import BEIJING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 100_000_000
FULL, THUMB = 2048, 320
GPS_IFD, EXIF_IFD, TAKEN_AT = 0x8825, 0x8769, 0x9003

NO_PHOTO = UnsupportedError(
    "这不是照片(支持 JPEG、PNG、WebP、HEIC)。", "This is no photo; JPEG, PNG, WebP and HEIC are taken."
)
TOO_MANY_PIXELS = TooLargeError("照片像素过多(上限一亿)。", "The photo has too many pixels (100 million at most).")
TOO_MANY_BYTES = TooLargeError("照片超过 20 MB,请压缩后再传。", "The photo is larger than 20 MB; send a smaller one.")


@dataclass(frozen=True, slots=True)
class Developed:
    """A harmless photo, JPEG in two sizes, and what its EXIF said before it was thrown away."""

    full: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None
    taken: tuple[float, float] | None


@lru_cache(1)
def _with_heif() -> bool:
    import pillow_heif  # noqa: PLC0415  # takes a moment; only who develops photos needs it

    pillow_heif.register_heif_opener()
    return True


def develop(raw: bytes) -> Developed:
    """Develop one photo.

    Raises:
        UnsupportedError: it is no photo, or a broken one.
        TooLargeError: it has more pixels than a phone's camera.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415  # only who develops photos needs it

    _with_heif()
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as photo:
            if photo.width * photo.height > MOST_PIXELS:
                raise TOO_MANY_PIXELS
            exif = photo.getexif()
            photo.draft("RGB", (FULL, FULL))
            upright = ImageOps.exif_transpose(photo).convert("RGB")
    except Image.DecompressionBombError as error:
        raise TOO_MANY_PIXELS from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise NO_PHOTO from error
    upright.thumbnail((FULL, FULL))
    full, size = _plain(upright, 82), upright.size
    upright.thumbnail((THUMB, THUMB))
    return Developed(full, _plain(upright, 75), *size, _taken_at(exif), _taken(exif))


def _plain(picture: Image.Image, quality: int) -> bytes:
    """The pixels alone as JPEG: a fresh image carries no comment, profile or EXIF of the old one."""
    from PIL import Image  # noqa: PLC0415  # as above

    fresh = Image.new("RGB", picture.size)
    fresh.paste(picture)
    written = io.BytesIO()
    fresh.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()


def _taken_at(exif: Image.Exif) -> datetime | None:
    try:
        said = str(exif.get_ifd(EXIF_IFD).get(TAKEN_AT) or "")
        return datetime.strptime(said, "%Y:%m:%d %H:%M:%S").replace(tzinfo=BEIJING)
    except (ValueError, TypeError, KeyError, OSError):
        return None


def _taken(exif: Image.Exif) -> tuple[float, float] | None:
    """Longitude and latitude of the camera (WGS 84), None where it did not say, or said nonsense."""
    try:
        gps = exif.get_ifd(GPS_IFD)
        lon, lat = _degrees(gps, 4, "W"), _degrees(gps, 2, "S")
    except (ValueError, TypeError, KeyError, ZeroDivisionError, OSError):
        return None
    inside = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90  # noqa: PLR2004  # degrees
    return (lon, lat) if inside and (lon, lat) != (0, 0) else None


def _degrees(gps: Mapping[int, Any], tag: int, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in gps[tag])
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(gps.get(tag - 1, "")).upper().startswith(negative) else value

"""Sends a tile, a film or a script in the shortest form that its reader understands: zstd, gzip, or as it is."""

from __future__ import annotations

import zlib
from typing import Literal

from backports import zstd

Encoding = Literal["zstd", "gzip", "identity"]

WORTHWHILE = 1024
"""Bytes below which compressing gains nothing: they fit one network packet anyway."""
ZSTD_LEVEL, ZSTD_ONCE = 3, 9
GZIP_LEVEL, GZIP_ONCE = 1, 9
_GZIP_WINDOW = 31


def choose(accept_encoding: str | None) -> Encoding:
    """The best encoding that an ``Accept-Encoding`` header allows (RFC 9110, 12.5.3).

    >>> choose("gzip, deflate, br, zstd"), choose("gzip;q=0.5"), choose("zstd;q=0, gzip"), choose(None)
    ('zstd', 'gzip', 'gzip', 'identity')
    """
    if not accept_encoding:
        return "identity"
    allowed = {_name(item) for item in accept_encoding.lower().split(",") if not _is_refused(item)}
    return "zstd" if "zstd" in allowed else "gzip" if "gzip" in allowed else "identity"


def _name(item: str) -> str:
    return item.partition(";")[0].strip()


def _is_refused(item: str) -> bool:
    weight = item.partition(";")[2].replace(" ", "")
    return weight.startswith("q=0") and not weight.strip("q=0.")


def compress(content: bytes, encoding: Encoding, *, thoroughly: bool = False) -> bytes:
    """The content in that encoding; ``thoroughly`` is for what is packed once and sent often."""
    if encoding == "zstd":
        return zstd.compress(content, ZSTD_ONCE if thoroughly else ZSTD_LEVEL)
    if encoding == "gzip":
        packer = zlib.compressobj(GZIP_ONCE if thoroughly else GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
        return packer.compress(content) + packer.flush()
    return content

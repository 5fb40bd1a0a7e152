"""What a machine's keeper may set: where the data live, which port answers, which store is used.

Every field is an environment variable ``MINQING_<FIELD>`` (``DATABASE_URL`` also goes without the prefix); the
command line sets the same fields. Nothing is read when this module is imported.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def default_data_dir() -> Path:
    """``var`` beside the program; for root in a clone that nobody else may enter (as under /root), ``/var/lib``.

    PostgreSQL refuses to run as root, so its own account has to be able to reach the data.
    """
    reachable = all(place.stat().st_mode & 0o001 for place in (ROOT, *ROOT.parents))
    if os.geteuid() != 0 or reachable:
        return ROOT / "var"
    return Path("/var/lib/minqing-map") / hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:8]


class Settings(BaseSettings):
    """The settings of one running service; frozen, so that nobody changes them under a request."""

    model_config = SettingsConfigDict(
        env_prefix="MINQING_", frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    data_dir: Path = Field(default_factory=default_data_dir)
    """Everything that must survive: the embedded store, uploads, logs."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)

    database_url: str | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_URL", "MINQING_DATABASE_URL")
    )
    """The owner's address (``postgresql://…``): runs migrations, owns every table. The service does not get it."""

    app_database_url: str | None = None
    """The address under which the service itself connects: role ``minqing_app``, which owns nothing."""

    audit_database_url: str | None = None
    """The address under which the worker checks the audit: role ``minqing_audit``, which reads the audit only."""

    pool_size: int = Field(default=16, ge=1, le=200)
    """Connections the service holds at most."""

    tile_connections: int = Field(default=8, ge=1, le=200)
    """Connections kept for tiles alone, besides ``pool_size``."""

    tile_memory_mb: int = Field(default=64, ge=0, le=65_536)
    """MiB of tiles kept at hand; each is checked against the store before it is sent."""

    basemap_url: str | None = None
    """A base map behind our places: an address with {z}, {x}, {y} (and {key}), or the path of a .pmtiles file."""

    basemap_datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] = "cgcs2000"
    """The datum in which the base map was drawn: 天地图 is CGCS2000; AMap and Tencent GCJ-02; Baidu BD-09."""

    basemap_key: str | None = None
    basemap_attribution: str = ""
    basemap_tile_size: int = Field(default=256, ge=64, le=2048)
    basemap_maxzoom: int = Field(default=18, ge=0, le=24)

    oidc_issuer: str | None = None
    """The office's OpenID Connect provider, as its own configuration calls itself; left open, there is none."""

    oidc_client_id: str | None = None
    oidc_client_secret: str | None = Field(default=None, repr=False)
    oidc_label: str = ""
    """What the office calls it; the log-in page says "single sign-on" where nothing is said here."""

    web_dist: Path = ROOT / "web" / "dist"
    """The built pages that the service serves."""

    @property
    def sheets(self) -> Path:
        """Where the pages' build lays out what a map without a network is made of."""
        return self.web_dist / "sheets"

    sample: bool = True
    """Whether an empty store is filled with the sample subdistrict."""

    log_json: bool | None = None
    """Logs as JSON lines; left open, they are when the output is no terminal."""

    log_level: str = "INFO"

    requests_per_s: float = Field(default=500, gt=0)
    """How many requests a second one network may make on the long run; a changing request counts tenfold."""

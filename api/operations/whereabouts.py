"""Where the store of a data directory is, and as whom one gets in. Nothing here speaks with the store.

``up`` starts the service from this alone, so that the service imports while the store's driver is still being loaded.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from api.embedded import binaries
from api.embedded import cluster as clusters
from api.embedded.cluster import APP, AUDIT, Cluster

if TYPE_CHECKING:
    from api.operations.data_dir import DataDir
    from api.settings import Settings


@dataclass(frozen=True, slots=True)
class Store:
    """Where the store is: its owner's address, the service's address, the embedded cluster if it is ours to run."""

    owner_url: str
    app_url: str
    cluster: Cluster | None
    audit_url: str | None = None
    """The address of the auditor's role, which reads the audit only."""

    def program(self, name: str) -> str:
        """The client program of this name that suits the store."""
        return self.cluster.binaries.program(name) if self.cluster else binaries.client(name)


def find(settings: Settings, data: DataDir) -> Store:
    """The store that ``settings`` name. Touches nothing but the service's own password.

    Raises:
        Trouble: PostGIS is missing, or the cluster is somebody else's.
    """
    if settings.database_url is not None:
        app_url = settings.app_database_url or _as_role(settings.database_url, APP, app_password(data))
        audit_url = settings.audit_database_url or _as_role(settings.database_url, AUDIT, audit_password(data))
        return Store(settings.database_url, app_url, None, audit_url)
    cluster = clusters.locate(data.root)
    return Store(cluster.url(), cluster.url(APP), cluster, cluster.url(AUDIT))


def app_password(data: DataDir) -> str:
    """The password of ``minqing_app`` on a server of somebody else's, made once and kept beside the data."""
    return _password(data, "app-password")


def audit_password(data: DataDir) -> str:
    """The same for ``minqing_audit``."""
    return _password(data, "audit-password")


def _password(data: DataDir, name: str) -> str:
    path = data.secrets / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().strip()


def _as_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{place}"))

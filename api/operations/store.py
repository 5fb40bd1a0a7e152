"""Open the store of a data directory: the embedded cluster, or the server that ``DATABASE_URL`` names.

Opening ends with a store of the newest shape: both roles, the extensions, every migration.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg

from api.embedded import cluster as clusters
from api.embedded.cluster import APP, AUDIT, DATABASE
from api.embedded.roles import ensure_database, ensure_roles, renew_marks
from api.operations import data_dir, shape
from api.operations.whereabouts import Store, app_password, audit_password, find
from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.operations.data_dir import DataDir
    from api.settings import Settings

__all__ = ["Store", "awake", "find", "prepare"]


@contextmanager
def awake(settings: Settings, data: DataDir, *, alone: bool = False) -> Iterator[Store]:
    """The store, answering: as it runs now, or woken for the moment where nothing runs on the data directory.

    Raises:
        Trouble: Something runs there and ``alone`` was asked for.
    """
    found = find(settings, data)
    if not alone and data_dir.is_held(data):
        yield found
        return
    with data_dir.held(data):
        if found.cluster is None:
            yield found
            return
        if not clusters.exists(found.cluster):
            clusters.create(found.cluster)
        server = clusters.start(found.cluster)
        try:
            ensure_database(found.cluster.url(database="postgres"), DATABASE)
            yield found
        finally:
            clusters.stop(server)


def prepare(store: Store, data: DataDir) -> None:
    """Bring a store that answers to the newest shape.

    Raises:
        Trouble: It does not answer, has no PostGIS, or was shaped by a newer version.
    """
    try:
        if store.cluster is None:
            _greet(store.owner_url)
        else:
            ensure_database(store.cluster.url(database="postgres"), DATABASE)
        theirs = {} if store.cluster else {"app_password": app_password(data), "audit_password": audit_password(data)}
        ensure_roles(store.owner_url, **theirs)
        shape.bring_up_to_date(store.owner_url, data)
        renew_marks(store.owner_url)
        _greet(store.app_url)
    except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported) as error:
        raise Trouble(
            "数据库服务器上没有 PostGIS。请在该服务器安装：sudo apt-get install -y postgresql-postgis",
            "The database server has no PostGIS. Install it there: sudo apt-get install -y postgresql-postgis",
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise Trouble(
            f"DATABASE_URL 的用户权限不足：{_brief(error)}。"
            f"请数据库管理员先建好扩展 postgis、btree_gist、pg_trgm 和角色 {APP}、{AUDIT}。",
            f"The user in DATABASE_URL may not do this: {_brief(error)}. Ask the server's administrator to create the "
            f"extensions postgis, btree_gist, pg_trgm and the roles {APP} and {AUDIT} first.",
        ) from error


def _greet(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        role = urlsplit(url).username or "?"
        raise Trouble(
            f"连不上数据库（用户 {role}）：{_brief(error)}。请检查 DATABASE_URL / MINQING_APP_DATABASE_URL。",
            f"The store does not let {role} in: {_brief(error)}. Check DATABASE_URL / MINQING_APP_DATABASE_URL.",
        ) from error


def _brief(error: psycopg.Error) -> str:
    """The server's complaint in one line, without any password."""
    line = " ".join(str(error).split())
    return re.sub(r"://[^@\s]*@", "://…@", line)[:200]

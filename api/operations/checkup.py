"""The check-up: each thing the house stands on, whether it is well, and the line that mends it.

A check never raises: what it runs into is its finding.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.embedded import binaries
from api.embedded import cluster as clusters
from api.embedded.account import can_enter
from api.operations import data_dir, service
from api.operations.listening import listen
from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from api.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``well`` None means: missing, but only needed for some things."""

    zh: str
    en: str
    well: bool | None
    mend_zh: str = ""
    mend_en: str = ""


def _of(zh: str, en: str, trouble: Trouble | None) -> Finding:
    if trouble is None:
        return Finding(zh, en, well=True)
    return Finding(zh, en, False, trouble.zh, trouble.en)  # noqa: FBT003  # well, by position like its neighbours


def _caught(step: Callable[[], object]) -> Trouble | None:
    try:
        step()
    except Trouble as trouble:
        return trouble
    except OSError as error:
        return Trouble(str(error), str(error))
    return None


def check(settings: Settings) -> Iterator[Finding]:
    """Look at everything, in the order in which ``up`` needs it."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(f"Python {version}", f"Python {version}", well=sys.version_info >= (3, 11))
    yield _store_programs(settings)
    yield from _data(settings)
    yield _port(settings)
    yield _pages(settings)
    yield _program(
        ("chromium", "google-chrome-stable", "google-chrome"),
        "Chromium（浏览器测试用）",
        "Chromium (for the browser tests)",
        "chromium",
    )
    yield _chinese_font()


def _store_programs(settings: Settings) -> Finding:
    if settings.database_url is not None:
        return Finding("数据库：DATABASE_URL 指定的服务器", "store: the server in DATABASE_URL", well=True)
    found = binaries.installed()
    if not found:
        return _of("带 PostGIS 的 PostgreSQL", "PostgreSQL with PostGIS", _caught(binaries.find))
    newest = found[0]
    return Finding(
        f"PostgreSQL {newest.version} 带 PostGIS（{newest.directory}）",
        f"PostgreSQL {newest.version} with PostGIS ({newest.directory})",
        well=True,
    )


def _data(settings: Settings) -> Iterator[Finding]:
    root = settings.data_dir.absolute()
    yield _of(f"数据目录 {root}", f"data directory {root}", _caught(lambda: data_dir.look(root)))
    place = next(parent for parent in (root, *root.parents) if parent.exists())
    free_mib = shutil.disk_usage(place).free // 2**20
    full = data_dir.no_room(root) if free_mib < data_dir.LEAST_FREE_MIB else None
    yield _of(f"磁盘空余 {free_mib} MB", f"{free_mib} MB of disk free", full)
    if settings.database_url is None:
        yield _of("数据库目录", "the store's directory", _caught(lambda: _reachable(settings, place)))


def _reachable(settings: Settings, place: Path) -> None:
    cluster = clusters.locate(settings.data_dir)
    if not can_enter(cluster.account, place):
        raise Trouble(
            f"用户 {cluster.account.name} 进不了 {place}。请换一个 --data-dir，如 /var/lib/minqing。",
            f"{cluster.account.name} cannot enter {place}. Choose another --data-dir, such as /var/lib/minqing.",
        )
    if cluster.account.is_ours and not os.access(place, os.W_OK):
        raise Trouble(f"没有写 {place} 的权限。", f"No permission to write to {place}.")


def _port(settings: Settings) -> Finding:
    data = _ours(settings)
    running = data_dir.running(data) if data is not None else None
    if running is not None:
        well = service.answers(*running.place)
        return Finding(
            f"正在运行：{running.address}", f"running at {running.address}", well, "./minqing logs", "./minqing logs"
        )
    if data is not None and (refused := service.why_refused(data)):
        return _of("上次启动", "the last start", refused)
    trouble = _caught(lambda: listen(settings.host, settings.port).close())
    return _of(f"端口 {settings.port}", f"port {settings.port}", trouble)


def _ours(settings: Settings) -> data_dir.DataDir | None:
    try:
        return data_dir.look(settings.data_dir.absolute())
    except Trouble:
        return None


def _pages(settings: Settings) -> Finding:
    built = (settings.web_dist / "index.html").is_file()
    return Finding("网页已构建", "the pages are built", built, "运行 ./minqing up", "run ./minqing up")


def _program(names: tuple[str, ...], zh: str, en: str, package: str) -> Finding:
    found = os.environ.get("MINQING_CHROMIUM") or any(map(shutil.which, names))
    line = f"sudo apt-get install -y {package}"
    return Finding(zh, en, True if found else None, line, line)


def _chinese_font() -> Finding:
    line = "sudo apt-get install -y fontconfig fonts-noto-cjk"
    lister = shutil.which("fc-list")
    listed = (
        subprocess.run([lister, ":lang=zh"], capture_output=True, check=False).stdout  # noqa: S603  # fixed words
        if lister
        else b""
    )
    return Finding("中文字体（截图和打印用）", "a Chinese font (for pictures)", True if listed else None, line, line)

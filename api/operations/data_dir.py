"""The data directory: the one place where everything that must survive lives.

    minqing.json   says that the directory is ours, and of which layout
    lock           held by the ``up`` that runs on it
    running.json   who runs on it, and at which address
    postgres/      the embedded store        run/     its socket (mode 0700)
    logs/          what supervisor, service and store say
    secrets/       keys that must not lie in the store (mode 0700)

A directory that is not ours, or that a newer version has laid out, is never touched.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from api.operations.process import Imprint, runs
from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRODUCT = "minqing-map"
LAYOUT = 1
LEAST_FREE_MIB = 300
HARMLESS = {"lost+found", ".gitkeep"}


@dataclass(frozen=True, slots=True)
class DataDir:
    """A data directory that is ours."""

    root: Path

    @property
    def logs(self) -> Path:
        """Where everybody's logs are."""
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        """Keys that must not lie in the store."""
        return self.root / "secrets"


@dataclass(frozen=True, slots=True)
class Running:
    """Who runs on a data directory, and where to reach them."""

    supervisor: Imprint
    address: str
    port: int
    since: str

    @property
    def place(self) -> tuple[str, int]:
        """The host and port of the address."""
        parts = urlsplit(self.address)
        return parts.hostname or "127.0.0.1", parts.port or 80


def look(root: Path) -> DataDir | None:
    """The data directory at ``root``, None where there is nothing yet. Touches nothing.

    Raises:
        Trouble: It is somebody else's, or of a newer layout, or may not be read.
    """
    with readable(root):
        if not root.exists():
            return None
        marker = root / "minqing.json"
        if not marker.exists():
            if any(entry.name not in HARMLESS for entry in root.iterdir()):
                raise _not_ours(root)
            return None
        return _known(root, marker.read_text(encoding="utf-8", errors="replace"))


def _not_ours(root: Path) -> Trouble:
    return Trouble(
        f"{root} 不是民情地图的数据目录（里面有别的文件），没有动它。请换一个 --data-dir。",
        f"{root} is not a data directory of ours (it holds other files) and was left alone. Choose another --data-dir.",
    )


def _known(root: Path, text: str) -> DataDir:
    try:
        marker = json.loads(text)
        product, layout = marker["product"], int(marker["layout"])
    except (ValueError, KeyError, TypeError):
        raise _not_ours(root) from None
    if product != PRODUCT:
        raise _not_ours(root)
    if layout > LAYOUT:
        raise Trouble(
            f"数据目录 {root} 由更新的版本建立（布局 {layout}，本版本只认识 {LAYOUT}），没有动它。请升级本程序。",
            f"The data directory {root} was laid out by a newer version (layout {layout}, this one knows {LAYOUT}) "
            "and was left alone. Upgrade this program.",
        )
    return DataDir(root)


@contextmanager
def readable(root: Path) -> Iterator[None]:
    """Turn what the file system refuses about ``root`` into a sentence."""
    try:
        yield
    except PermissionError as error:
        raise Trouble(
            f"没有权限使用 {error.filename or root}。请以其主人运行，或换一个 --data-dir。",
            f"No permission for {error.filename or root}. Run as its owner or choose another --data-dir.",
        ) from error
    except (NotADirectoryError, FileExistsError) as error:
        raise Trouble(f"{root} 不是目录。", f"{root} is no directory.") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_room(root) from error
        if error.errno == errno.EROFS:
            raise Trouble(f"{root} 所在的文件系统只读。", f"{root} lies on a read-only file system.") from error
        raise


def no_room(root: Path) -> Trouble:
    """What to say when the disk is full."""
    return Trouble(
        f"磁盘空间不足：{root} 所在的磁盘至少要空出 {LEAST_FREE_MIB} MB。已有数据没有改动。",
        f"The disk is full: {root} needs at least {LEAST_FREE_MIB} MB of free space. Nothing stored was changed.",
    )


def claim(root: Path, *, least_free_mib: int = LEAST_FREE_MIB) -> DataDir:
    """The data directory at ``root``, made if there is nothing yet.

    Raises:
        Trouble: It is not ours, newer, not permitted, or the disk is full.
    """
    root = root.absolute()
    known = look(root)
    with readable(root):
        if known is None:
            root.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(root).free < least_free_mib * 1024 * 1024:
            raise no_room(root)
        if known is None:
            write_json(root / "minqing.json", {"product": PRODUCT, "layout": LAYOUT})
        data = DataDir(root)
        data.logs.mkdir(mode=0o700, exist_ok=True)
        data.secrets.mkdir(mode=0o700, exist_ok=True)
        (root / "lock").open("a").close()
        return data


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write ``content`` whole or not at all."""
    half = path.with_name(path.name + ".new")
    with half.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


@contextmanager
def held(data: DataDir) -> Iterator[None]:
    """Hold the directory's lock: one ``up`` at a time; the kernel lets go when we die, however we die.

    Raises:
        Trouble: Somebody else holds it.
    """
    with (data.root / "lock").open("a") as lock:
        if not _lock(lock):
            raise Trouble(
                f"另一个程序正在使用数据目录 {data.root}。先运行：./minqing down --data-dir {data.root}",
                f"Another program uses the data directory {data.root}. First: ./minqing down --data-dir {data.root}",
            )
        try:
            yield
        finally:
            (data.root / "running.json").unlink(missing_ok=True)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(data: DataDir) -> bool:
    """Whether somebody runs on the directory just now."""
    with (data.root / "lock").open("a") as lock:
        return not _lock(lock)


def announce(data: DataDir, running: Running) -> None:
    """Leave word of who runs here."""
    write_json(data.root / "running.json", asdict(running))


def running(data: DataDir) -> Running | None:
    """Who runs on the directory, or None (what a killed process left behind does not count)."""
    try:
        said = json.loads((data.root / "running.json").read_text(encoding="utf-8"))
        found = Running(**{**said, "supervisor": Imprint(**said["supervisor"])})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return found if runs(found.supervisor) else None

"""Find a PostgreSQL that really has PostGIS.

PATH is not trusted: machines carry several PostgreSQLs, and the first on PATH is often one without PostGIS. Each
candidate is asked for its own share directory, and only those holding ``extension/postgis.control`` count.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)
OLDEST_VERSION = 15


@dataclass(frozen=True, slots=True, order=True)
class Binaries:
    """One PostgreSQL installation: its major version and the directory of its programs."""

    version: int
    directory: Path

    def program(self, name: str) -> str:
        """The path of one of its programs (``"postgres"``, ``"initdb"``, ``"pg_dump"``)."""
        return str(self.directory / name)


def candidates() -> Iterator[Path]:
    """Directories that may hold a PostgreSQL that we may run, each once, links resolved.

    PATH may name folders that are closed to us, such as another account's.
    """
    named = os.environ.get("MINQING_PG_BINDIR")
    places = [Path(named)] if named else []
    if not named:
        for pattern in USUAL_PLACES:
            places += sorted(Path("/").glob(pattern.lstrip("/")))
        places += [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    seen: set[Path] = set()
    for place in places:
        server = place / "postgres"
        if os.access(server, os.X_OK) and (home := server.resolve().parent) not in seen:
            seen.add(home)
            yield home


def _answer(program: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # a program found on this machine, no shell
            [program, *arguments], capture_output=True, text=True, check=False, timeout=20
        )
    except OSError:
        return ""
    return done.stdout.strip()


def share_directory(bindir: Path) -> Path | None:
    """The share directory of the PostgreSQL in ``bindir`` by its own word, or None if it does not say."""
    said = _answer(bindir / "pg_config", "--sharedir")
    return Path(said) if said else None


def inspect(bindir: Path) -> Binaries | None:
    """The installation in ``bindir`` if it is whole and has PostGIS, else None."""
    if not (bindir / "initdb").exists():
        return None
    version = re.search(r"\b(\d+)(?:\.\d+|devel|beta\d+|rc\d+)", _answer(bindir / "postgres", "--version"))
    share = share_directory(bindir)
    if version is None or share is None or not (share / "extension" / "postgis.control").exists():
        return None
    return Binaries(int(version[1]), bindir)


def installed() -> list[Binaries]:
    """Every usable PostgreSQL with PostGIS on this machine, newest first."""
    found = (inspect(bindir) for bindir in candidates())
    return sorted((b for b in found if b is not None and b.version >= OLDEST_VERSION), reverse=True)


def find(version: int | None = None) -> Binaries:
    """The newest PostgreSQL with PostGIS, or the one of ``version`` that an existing cluster needs.

    Raises:
        Trouble: No such installation, with the line that installs it.
    """
    choices = installed()
    if version is not None:
        choices = [b for b in choices if b.version == version]
    if choices:
        return choices[0]
    wanted = f"postgresql-{version}-postgis-3" if version else "postgresql postgresql-postgis"
    which = f"PostgreSQL {version}" if version else f"PostgreSQL ≥ {OLDEST_VERSION}"
    raise Trouble(
        f"本机没有带 PostGIS 的 {which}。请安装：sudo apt-get install -y {wanted}",
        f"There is no {which} with PostGIS on this machine. Install it: sudo apt-get install -y {wanted}",
    )


def client(name: str) -> str:
    """The newest ``pg_dump``, ``pg_restore`` or ``psql`` on this machine, PostGIS or not: for a server elsewhere.

    Raises:
        Trouble: There is none, with the line that installs it.
    """

    def version(path: Path) -> int:
        found = re.search(r"(\d+)", _answer(path, "--version"))
        return int(found[1]) if found else 0

    places = [place for pattern in USUAL_PLACES for place in Path("/").glob(pattern.lstrip("/"))]
    paths = [place / name for place in places if (place / name).exists()]
    if paths:
        return str(max(paths, key=version))
    if on_path := shutil.which(name):
        return on_path
    raise Trouble(
        f"找不到 {name}。请安装：sudo apt-get install -y postgresql-client",
        f"{name} was not found. Install it: sudo apt-get install -y postgresql-client",
    )


if __name__ == "__main__":
    try:
        print(find().program("postgres"))  # noqa: T201  # ./minqing asks whether packages are missing
    except Trouble as trouble:
        raise SystemExit(str(trouble)) from None

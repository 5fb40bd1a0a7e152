"""Reads a file that somebody brought, in a process of its own that can harm nothing. The only way in.

    layers = read_file(Path("buildings.zip"))

Guaranteed by the kernel where it has Landlock and seccomp (``Received.confined``): the reading process opens no file
outside its own folder and the libraries, no connection, no program. Guaranteed everywhere: GDAL knows six formats,
memory, processor, clock, size and vertices are capped, and what comes back is Arrow, checked, not pickle.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from geo.errors import Refusal, UnreadableFileError
from geo.exchange import refusals
from geo.exchange.layer import Layer
from geo.exchange.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

VERDICT = "verdict.json"
LOADING_S = 60.0
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it was read.

    Attributes:
        layers: at least one, each with at least one row.
        confined: whether the kernel itself kept the reading process from other files and from the network.
        cpu_s: seconds of processor it took.
        peak_kib: memory it took at most.
    """

    layers: tuple[Layer, ...]
    confined: bool
    cpu_s: float
    peak_kib: int


class Sandbox:
    """Reads files one after the other; its nursery starts with the first and ends with ``close``."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._nursery: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the nursery."""
        if self._line is not None:
            self._line.close()
        if self._nursery is not None:
            self._nursery.wait(timeout=10)
        self._line, self._nursery = None, None

    def read(self, path: Path, *, name: str | None = None) -> Received:
        """Read one file.

        Args:
            path: where it lies.
            name: what the user calls it; the path's name if not given.

        Raises:
            UnreadableFileError: with the sentence for the user.
        """
        called = name or path.name
        size = path.stat().st_size
        if size == 0:
            raise refusals.empty(called)
        if size > self.limits.file_bytes:
            raise refusals.too_large(f"{called} 的字节数", f"Bytes of {called}", size, self.limits.file_bytes)
        with tempfile.TemporaryDirectory(prefix="mq-import-") as scratch:
            folder = Path(scratch)
            file = _laid_in(folder, path)
            with self._lock:
                ended = self._ask({
                    "folder": str(folder), "file": file, "name": called, "limits": asdict(self.limits),
                    "cpu_s": self.limits.cpu_s(size), "wall_s": self.limits.wall_s(size),
                })  # fmt: skip
            return _told(folder, called, ended)

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._line is None or self._nursery is None or self._nursery.poll() is not None:
            self._start()
        assert self._line is not None
        try:
            self._line.settimeout(float(request["wall_s"]) + 10)
            self._line.sendall(json.dumps(request).encode() + b"\n")
            return _line_of(self._line)
        except OSError:
            self._abandon()
            return {"exit": -signal.SIGKILL}

    def _start(self) -> None:
        from geo.exchange.nursery import GDAL_SETTINGS  # noqa: PLC0415  # keeps the nursery's module out of our start

        self._abandon()
        ours, theirs = socket.socketpair()
        with theirs:
            self._nursery = subprocess.Popen(  # noqa: S603  # our own module, no shell, nothing of the user's in it
                [sys.executable, "-m", "geo.exchange.nursery", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=_ROOT,
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(_ROOT), **GDAL_SETTINGS},
                stdin=subprocess.DEVNULL,
            )
        self._line = ours
        ours.settimeout(LOADING_S)
        _line_of(ours)

    def _abandon(self) -> None:
        if self._nursery is not None:
            self._nursery.kill()
            self._nursery.wait()
        if self._line is not None:
            self._line.close()
        self._line, self._nursery = None, None


def read_file(path: Path, *, limits: Limits | None = None) -> Received:
    """Read one file in a sandbox of its own; for several files keep a ``Sandbox``."""
    with Sandbox(limits) as sandbox:
        return sandbox.read(path)


def _laid_in(folder: Path, path: Path) -> str:
    """A copy of the file, under a name of ours; a Shapefile together with its parts beside it, as a zip."""
    parts = [part for part in map(path.with_suffix, SHAPEFILE) if part.is_file()]
    if path.suffix.lower() == SHAPEFILE[0] and len(parts) > 1:
        with zipfile.ZipFile(folder / "file.zip", "w") as archive:
            for part in parts:
                archive.write(part, part.name)
        return "file.zip"
    file = f"file{path.suffix.lower()[:12]}"
    shutil.copyfile(path, folder / file)
    return file


def _line_of(line: socket.socket) -> dict[str, Any]:
    said = b""
    while not said.endswith(b"\n"):
        more = line.recv(65536)
        if not more:
            raise OSError("the nursery has ended")
        said += more
    answer: dict[str, Any] = json.loads(said)
    return answer


def _told(folder: Path, name: str, ended: Mapping[str, Any]) -> Received:
    """What the reading process left behind, or why it left nothing."""
    if ended["exit"] in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise refusals.out_of_means(name, "时间", "time")
    verdict_file = folder / VERDICT
    if ended["exit"] != 0 or not verdict_file.is_file():
        raise refusals.gave_up(name)
    verdict = json.loads(verdict_file.read_text(encoding="utf-8"))
    if "refusal" in verdict:
        raise UnreadableFileError(Refusal(**verdict["refusal"]))
    return Received(
        layers=tuple(Layer.read(folder / Path(file).name) for file in verdict["layers"]),
        confined=bool(verdict["files_confined"] and verdict["network_confined"]),
        cpu_s=float(ended["cpu_s"]),
        peak_kib=int(ended["peak_kib"]),
    )

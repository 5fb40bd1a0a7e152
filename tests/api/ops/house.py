"""A whole house for a test: ``up --detach`` on a data directory of its own, with every process known by its number."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import httpx

from api.embedded.cluster import locate, postmaster
from api.operations import data_dir
from api.operations.data_dir import DataDir
from api.operations.process import imprint
from api.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
ASK_S = 5.0
WITHIN_S = 300.0
"""Patience with a crowded machine; nothing waits this long unless it is broken."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def minqing(*words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    """The command line as a person types it."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *words],
        cwd=ROOT,
        env={**os.environ, "MINQING_LANG": language},
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )


@dataclass(frozen=True, slots=True)
class House:
    """One running house."""

    root: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> subprocess.CompletedProcess[str]:
        return minqing("up", "--detach", "--no-sample", "--port", str(self.port), "--data-dir", str(self.root))

    def down(self) -> subprocess.CompletedProcess[str]:
        return minqing("down", "--data-dir", str(self.root))

    @property
    def supervisor(self) -> int:
        running = data_dir.running(DataDir(self.root))
        assert running is not None
        return running.supervisor.pid

    @property
    def store(self) -> int:
        return until(lambda: postmaster(locate(self.root)))

    @property
    def service(self) -> int:
        return until(lambda: next(iter(children(self.supervisor, "api.serve")), None))

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/api/ready", timeout=ASK_S).status_code == 200
        except httpx.HTTPError:
            return False

    def processes(self) -> list[int]:
        """Whatever still runs that was started for this house."""
        return [pid for pid, words in _processes() if str(self.root) in words]


def until(ask: Callable[[], T | None]) -> T:
    """Ask until there is an answer."""
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.05)
    raise TimeoutError(f"no answer within {WITHIN_S} s")


def kill(pid: int) -> None:
    """End a process without a word of warning, and wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    until(lambda: imprint(pid) is None)


def _processes() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def children(parent: int, word: str) -> list[int]:
    """The children of ``parent`` with ``word`` in their command."""
    return [pid for pid, words in _processes() if word in words and _parent(pid) == parent]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0

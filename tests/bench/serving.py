"""Programs under measurement, each in a process of its own: our service, tipg, or anything else that uvicorn serves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from collections.abc import Iterator

READY_WITHIN_S = 60.0
ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    """A running program, where it answers and which process it is."""

    address: str
    pid: int

    def cpu_s(self) -> float:
        """Seconds of processor it has used so far, its own and the kernel's on its behalf."""
        words = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / TICKS


@contextmanager
def ours(app_url: str, *, memory_mb: int = 0, app: str = "") -> Iterator[Served]:
    """The service as it is run in production; ``app`` another ASGI application over the same store."""
    environment = {"MINQING_APP_DATABASE_URL": app_url, "MINQING_TILE_MEMORY_MB": str(memory_mb)}
    if app:
        with uvicorn(app, environment) as served:
            yield served
        return
    port = _free_port()
    command = [sys.executable, "-m", "api.serve"]
    with _running(command, port, environment | {"MINQING_PORT": str(port)}) as served:
        yield served


@contextmanager
def tipg(url: str) -> Iterator[Served]:
    """The peer: tipg over the tables of the store at ``url``."""
    address = make_url(url)  # tipg wants a host even where it is the folder of a socket
    host = quote(str(address.query["host"]), safe="")
    dsn = f"postgresql://{address.username}@{host}/{address.database}"
    environment = {"DATABASE_URL": dsn, "TIPG_DB_TABLES": '["public.building"]', "TIPG_DB_SPATIAL_EXTENT": "false"}
    with uvicorn("tipg.main:app", environment | {"TIPG_DB_DATETIME_EXTENT": "false"}) as served:
        yield served


@contextmanager
def uvicorn(app: str, environment: dict[str, str]) -> Iterator[Served]:
    """Any ASGI application, one process, without a log of requests."""
    port = _free_port()
    words = ["-m", "uvicorn", app, "--port", str(port), "--log-level", "warning", "--no-access-log"]
    with _running([sys.executable, *words], port, environment) as served:
        yield served


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Served]:
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment | {"PYTHONPATH": str(ROOT)})
    try:
        _wait(process, port)
        yield Served(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(READY_WITHIN_S)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not come up.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""How long a planner waits for ``up``: with an empty data directory and the sample, and on any later morning.

The floor beside it is what nobody can save: PostgreSQL's own ``initdb`` and start, measured in the same run.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from api.embedded import cluster as clusters
from tests.api.ops.house import free_port, minqing
from tests.bench.report import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.report import Report

COLD_BAR_S = 30.0
WARM_BAR_S = 5.0


@contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="mq-bench-", dir="/tmp"))
    home.chmod(0o755)
    try:
        yield home / "data"
    finally:
        minqing("down", "--data-dir", str(home / "data"))
        shutil.rmtree(home, ignore_errors=True)


def _up(root: Path, port: int) -> float:
    began = time.perf_counter()
    came_up = minqing("up", "--detach", "--port", str(port), "--data-dir", str(root))
    seconds = time.perf_counter() - began
    assert came_up.returncode == 0, came_up.stderr
    return seconds


def _floor() -> tuple[float, float]:
    with _home() as root:
        root.mkdir()
        root.chmod(0o711)
        cluster = clusters.locate(root)
        began = time.perf_counter()
        clusters.create(cluster)
        server = clusters.start(cluster)
        cold = time.perf_counter() - began
        clusters.stop(server)
        began = time.perf_counter()
        clusters.stop(clusters.start(cluster))
        return cold, time.perf_counter() - began


def bench(report: Report, *, quick: bool) -> None:
    """Cold start with the sample, and warm starts, each beside PostgreSQL's own."""
    cold_floor, warm_floor = _floor()
    with _home() as root:
        port = free_port()
        cold = _up(root, port)
        warm = []
        for _ in range(1 if quick else 5):
            minqing("down", "--data-dir", str(root))
            warm.append(_up(root, port))
    figures = (
        ("cold start, empty data directory, sample included", cold, cold_floor, COLD_BAR_S),
        ("warm start (median)", median(warm), warm_floor, WARM_BAR_S),
        ("warm start (slowest)", max(warm), warm_floor, WARM_BAR_S),
    )
    for name, seconds, floor, bar in figures:
        beside = f"PostgreSQL alone {floor:.2f} s ({seconds / floor:.1f} ×)"
        report.add(Figure(name, seconds, "s", beside, f"≤ {bar:g} s", seconds <= bar))

"""The loops of partitions and films, compiled once for sources and environment: ``python -m api.operations.loops``.

A mark beside the compiled code says for what it was made. While it holds, a start leaves the compiler alone, which
would otherwise take the processor from the very service that is coming up.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

from api.settings import ROOT

SOURCES = ROOT / "geo" / "partition"
BESIDE = tuple(ROOT / path for path in ("geo/compiled.py", "geo/heat/reel.py", "api/heat/squares.py"))


def compiled() -> bool:
    """Whether the loops lie there as they are to be today."""
    try:
        return _mark().read_text(encoding="utf-8") == _made_for()
    except OSError:
        return False


def compile_all() -> None:
    """Compile them, and leave the mark; where nothing may be written, the next start does it again."""
    from api.heat import squares  # noqa: PLC0415  # seconds, which the question above must not cost
    from geo.heat import reel  # noqa: PLC0415  # the same
    from geo.partition.warm import warm  # noqa: PLC0415  # the same

    squares.warm()
    reel.warm()
    warm()
    with contextlib.suppress(OSError):
        _mark().write_text(_made_for(), encoding="utf-8")


def _mark() -> Path:
    return Path(os.environ.get("NUMBA_CACHE_DIR") or SOURCES / "__pycache__") / "made-for"


def _made_for() -> str:
    digest = hashlib.sha256(f"{sys.version} numba {version('numba')}".encode())
    for path in (*sorted(SOURCES.glob("*.py")), *BESIDE):
        digest.update(f"{path} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    compile_all()

"""Asks the store itself for tiles, as a floor below any service: ``python -m tests.bench.asking``."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import asyncpg
import uvloop

from tests.bench.knocking import LONGEST_S, Answers

if TYPE_CHECKING:
    from collections.abc import Sequence

Statement = tuple[str, tuple[Any, ...]]


def ask(url: str, statements: Sequence[Statement], *, at_once: int) -> Answers:
    """Run every statement once, ``at_once`` at a time, from another process."""
    asked = {"url": url, "statements": [(sql, list(values)) for sql, values in statements], "at_once": at_once}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.asking"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST_S,
    )
    said = json.loads(done.stdout)
    return Answers(said["seconds"], said["sizes"], {200: len(said["sizes"])}, said["whole_s"])


async def work(url: str, left: list[Statement], kept: dict[str, list[Any]]) -> None:
    """One connection: the next statement, until none is left."""
    connection = await asyncpg.connect(url)
    while left:
        query, values = left.pop()
        began = time.perf_counter()
        tile = await connection.fetchval(query, *values, column=1)
        kept["seconds"].append(time.perf_counter() - began)
        kept["sizes"].append(len(tile or b""))
    await connection.close()


async def main(asked: dict[str, Any]) -> dict[str, Any]:
    """All statements, over ``at_once`` connections."""
    left = [(query, tuple(values)) for query, values in reversed(asked["statements"])]
    kept: dict[str, list[Any]] = {"seconds": [], "sizes": []}
    began = time.perf_counter()
    await asyncio.gather(*(work(asked["url"], left, kept) for _ in range(asked["at_once"])))
    return {**kept, "whole_s": time.perf_counter() - began}


if __name__ == "__main__":
    json.dump(uvloop.run(main(json.load(sys.stdin))), sys.stdout)

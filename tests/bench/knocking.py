"""Asks a server for many pages over a few connections that stay open, and keeps how long each answer took.

Run as a process of its own (``python -m tests.bench.knocking``), so that the one who asks does not slow down the one
who answers. A bare protocol rather than an HTTP library: at 20 µs a request the client is not what is measured.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import uvloop

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_S = 600
Question = tuple[str, dict[str, str]]
"""A path and the headers to ask it with."""
END_OF_HEADERS = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back: seconds and bytes of each answer, by status, and the seconds of the whole."""

    seconds: list[float]
    sizes: list[int]
    statuses: dict[int, int]
    whole_s: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.whole_s

    def percentile_ms(self, share: float) -> float:
        """The time within which this share of the answers came, in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def knock(address: str, questions: Sequence[Question], *, at_once: int) -> Answers:
    """Ask every question once, ``at_once`` at a time, from another process."""
    asked = {"address": address, "questions": list(questions), "at_once": at_once}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.knocking"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST_S,
    )
    said = json.loads(done.stdout)
    return Answers(said["seconds"], said["sizes"], {int(k): n for k, n in said["statuses"].items()}, said["whole_s"])


class Visitor(asyncio.Protocol):
    """One connection: sends a request, waits for the whole answer, sends the next."""

    def __init__(self, requests: list[bytes], done: asyncio.Future[None], kept: dict[str, Any]) -> None:
        self.requests, self.done, self.kept = requests, done, kept
        self.buffer = bytearray()
        self.expected = -1
        self.asked_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.ask()

    def ask(self) -> None:
        """The next request, or good-bye."""
        if not self.requests:
            self.transport.close()
            self.done.set_result(None)
            return
        self.buffer.clear()
        self.expected = -1
        self.asked_at = time.perf_counter()
        self.transport.write(self.requests.pop())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.expected < 0:
            end = self.buffer.find(END_OF_HEADERS)
            if end < 0:
                return
            self.status = int(self.buffer[9:12])
            self.expected = end + 4 + length_of(bytes(self.buffer[:end]).lower())
        if len(self.buffer) >= self.expected:
            self.kept["seconds"].append(time.perf_counter() - self.asked_at)
            self.kept["sizes"].append(len(self.buffer))
            self.kept["statuses"][self.status] = self.kept["statuses"].get(self.status, 0) + 1
            self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))


def length_of(headers: bytes) -> int:
    """The length of the body that these headers announce."""
    _, _, rest = headers.partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if rest else 0


def written(path: str, headers: dict[str, str]) -> bytes:
    """A request as it goes over the wire."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()


async def visit(asked: dict[str, Any]) -> dict[str, Any]:
    """All the requests, over ``at_once`` connections."""
    where = urlsplit(asked["address"])
    requests = [written(path, {"Host": where.netloc, **headers}) for path, headers in reversed(asked["questions"])]
    kept: dict[str, Any] = {"seconds": [], "sizes": [], "statuses": {}}
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    ends = [loop.create_future() for _ in range(asked["at_once"])]
    for end in ends:
        await loop.create_connection(partial(Visitor, requests, end, kept), where.hostname, where.port)
    await asyncio.gather(*ends)
    return kept | {"whole_s": time.perf_counter() - began}


if __name__ == "__main__":
    json.dump(uvloop.run(visit(json.load(sys.stdin))), sys.stdout)

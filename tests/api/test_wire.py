"""Whatever a stranger sends down the wire is answered in a sentence."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
import uvicorn
from uvicorn.server import ServerState

from api.wire import Wire

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class Line(asyncio.Transport):
    """A transport that remembers what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Remember."""
        self.written += bytes(data)

    def close(self) -> None:
        """Hang up."""
        self.closed = True

    def is_closing(self) -> bool:
        """Whether it was hung up."""
        return self.closed


async def nobody(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """An application that must not be asked."""
    pytest.fail("The parser let it through.")


async def said(data: bytes) -> tuple[bytes, dict[str, object], bool]:
    """The status line and the problem that these bytes earn, and whether the line was closed."""
    config = uvicorn.Config(nobody, http=Wire, lifespan="off")
    config.load()
    wire, line = Wire(config, ServerState(), {}), Line()
    wire.connection_made(line)
    wire.data_received(data)
    wire.connection_lost(None)
    head, _, body = line.written.partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0], json.loads(body), line.closed


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /api/search?q=" + b"%E4%B8%AD" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"\x16\x03\x01 a browser that speaks TLS\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
    ],
    ids=["a search of ten thousand characters", "TLS", "no address"],
)
async def test_what_cannot_be_read_is_answered_in_both_languages(data: bytes, status: int) -> None:
    first, problem, closed = await said(data)
    assert first.startswith(f"HTTP/1.1 {status} ".encode())
    assert problem["status"] == status
    assert "。" in str(problem["detail"])
    assert str(problem["detail"]).isascii() is False
    assert closed

"""What is no request at all, or one with an endless address, is answered in a sentence as well.

The application never sees these: the parser refuses them, and its own answer is one line of English for programmers.
"""

from __future__ import annotations

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.errors import Sentence

LONGEST_ADDRESS = 65_535
"""Bytes; the parser counts them in two."""
NO_REQUEST = Sentence("这不是有效的 HTTP 请求。", "This is no valid HTTP request.")
TOO_LONG = Sentence("网址太长。搜索内容最多 100 个字。", "The address is too long; a search takes 100 characters.")


class Wire(HttpToolsProtocol):
    """One connection."""

    def send_400_response(self, msg: str) -> None:
        """Say in both languages why this cannot be read (its headers are not known), and hang up."""
        del msg
        too_long = len(getattr(self, "url", None) or b"") > LONGEST_ADDRESS
        self.transport.write(
            _answer(414, "URI Too Long", TOO_LONG) if too_long else _answer(400, "Bad Request", NO_REQUEST)
        )
        self.transport.close()


def _answer(status: int, title: str, sentence: Sentence) -> bytes:
    told = {"type": "about:blank", "title": title, "status": status, "detail": f"{sentence.zh} {sentence.en}"}
    body = orjson.dumps(told)
    head = (
        f"HTTP/1.1 {status} {title}",
        "content-type: application/problem+json",
        f"content-length: {len(body)}",
        "x-content-type-options: nosniff",
        "connection: close",
    )
    return "\r\n".join((*head, "", "")).encode() + body

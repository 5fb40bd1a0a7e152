"""Take the port once and keep it, whoever serves behind it.

The supervisor holds the listening socket and hands it to each service it starts: while a killed service is being
replaced, callers wait a moment instead of being refused.
"""

from __future__ import annotations

import errno
import socket

from api.trouble import Trouble


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on ``host`` and ``port``.

    Raises:
        Trouble: The port is in use or not permitted, or the host is none of ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        opened = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _trouble(host, port, error) from error
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind(address)
        opened.listen(2048)
    except OSError as error:
        opened.close()
        raise _trouble(host, port, error) from error
    return opened


def _trouble(host: str, port: int, error: OSError) -> Trouble:
    if error.errno == errno.EADDRINUSE:
        return Trouble(
            f"端口 {port} 已被占用。请换一个：./minqing up --port {port + 1}，或先停掉占用它的程序。",
            f"Port {port} is in use. Choose another: ./minqing up --port {port + 1}, or stop whoever uses it.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return Trouble(
            f"没有权限监听端口 {port}。请用 1024 以上的端口：./minqing up --port 8000",
            f"No permission to listen on port {port}. Use one above 1024: ./minqing up --port 8000",
        )
    return Trouble(f"无法监听 {host}:{port}：{error.strerror}", f"Cannot listen on {host}:{port}: {error.strerror}")

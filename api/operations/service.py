"""Start, await and stop the service as a child of the supervisor."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from api.embedded.account import as_account, ourselves
from api.settings import ROOT
from api.trouble import REFUSED, Trouble

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from api.operations.data_dir import DataDir
    from api.operations.store import Store
    from api.settings import Settings

LOGS = {"api.serve": "service.log", "api.worker": "worker.log"}
READY_WITHIN_S = 180.0
"""Patience with a crowded machine; a service that has died is noticed at once."""
STOP_WITHIN_S = 30.0
LONGEST_QUOTE = 300
LONGEST_END = 1 << 20
"""Bytes at the end of a log in which the last start is looked for."""


def start(
    settings: Settings, data: DataDir, store: Store, listening: socket.socket, go: int | None = None
) -> subprocess.Popen[bytes]:
    """Start the service on ``listening``.

    With ``go``, the reading end of a pipe, it gets itself ready but serves nobody before a byte has come.
    """
    handed = {"MINQING_LISTEN_FD": listening.fileno()} | ({} if go is None else {"MINQING_GO_FD": go})
    return _child("api.serve", settings, data, store, handed)


def start_worker(settings: Settings, data: DataDir, store: Store) -> subprocess.Popen[bytes]:
    """Start the worker, which does what takes longer than a request."""
    return _child("api.worker", settings, data, store, {})


def _child(
    module: str, settings: Settings, data: DataDir, store: Store, handed: dict[str, int]
) -> subprocess.Popen[bytes]:
    """A program of ours with the service's address of the store; it never gets the owner's."""
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "PGPASSWORD")}
    environment |= {
        "MINQING_DATABASE_URL": "",
        "MINQING_APP_DATABASE_URL": store.app_url,
        "MINQING_AUDIT_DATABASE_URL": store.audit_url or "" if module == "api.worker" else "",
        "MINQING_DATA_DIR": str(data.root),
        "MINQING_HOST": settings.host,
        "MINQING_PORT": str(settings.port),
        "PYTHONPATH": str(ROOT),
        **{key: str(number) for key, number in handed.items()},
    }
    with (data.logs / LOGS[module]).open("ab") as log:
        return subprocess.Popen(  # noqa: S603  # fixed words
            as_account(ourselves(), [sys.executable, "-m", module], on_our_death="TERM"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            pass_fds=list(handed.values()),
            start_new_session=True,
        )


def wait_until_ready(process: subprocess.Popen[bytes], listening: socket.socket, data: DataDir) -> None:
    """Wait until the service answers from its store.

    Raises:
        Trouble: It died or stayed silent; its log says why.
    """
    until = time.monotonic() + READY_WITHIN_S
    while process.poll() is None and time.monotonic() < until:
        if answers(*here(listening)):
            return
        time.sleep(0.02)
    ended = process.poll()
    stop(process)
    how = f"静默 {READY_WITHIN_S:.0f} 秒" if ended is None else f"退出码 {ended}"
    said = f"silent for {READY_WITHIN_S:.0f} s" if ended is None else f"ended with {ended}"
    log = data.logs / LOGS["api.serve"]
    refused = why_refused(data) or Trouble(f"最后一行：{_last_line(log)}", f"Its last line: {_last_line(log)}")
    raise Trouble(
        f"服务没有启动（{how}），原因见 {log}（./minqing logs）。{refused.zh}",
        f"The service did not start ({said}); {log} says why (./minqing logs). {refused.en}",
    )


def why_refused(data: DataDir) -> Trouble | None:
    """Why the service would not start the last time it was started, in its own words; none if it did not say."""
    for line in reversed(_lines(data.logs / LOGS["api.serve"])):
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if said.get("event", "").startswith("Started server process"):
            return None
        if said.get("event") == REFUSED:
            return Trouble(said["zh"], said["en"])
    return None


def _last_line(log: Path) -> str:
    """The last words of a log, as far as one reads them in a sentence."""
    return next((line.strip()[-LONGEST_QUOTE:] for line in reversed(_lines(log)) if line.strip()), "—")


def _lines(log: Path) -> list[str]:
    """The end of a log."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LONGEST_END))
        return file.read().decode(errors="replace").split("\n")


def here(listening: socket.socket) -> tuple[str, int]:
    """The host and port at which this machine reaches ``listening``."""
    host, port = listening.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104  # compared, not bound


def answers(host: str, port: int) -> bool:
    """Whether a service at ``host`` and ``port`` says that it is ready."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/api/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the service: what is in flight is finished, nothing new is taken."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

"""``./minqing down``: finish what is in flight, write everything, stop."""

from __future__ import annotations

import os
import signal
import time

from api.commands.options import DataDirOption, chosen
from api.commands.speech import say
from api.operations import data_dir
from api.operations.process import runs
from api.trouble import Trouble

STOP_WITHIN_S = 120.0


def command(data_directory: DataDirOption = None) -> None:
    """Stop what runs on the data directory."""
    root = chosen(data_dir=data_directory).data_dir
    data = data_dir.look(root)
    running = data_dir.running(data) if data is not None else None
    if data is None or running is None:
        say(f"没有在运行（数据目录 {root}）。", f"Nothing runs on {root}.")
        return
    try:
        os.kill(running.supervisor.pid, signal.SIGTERM)
    except PermissionError as error:
        raise Trouble(
            "它由另一个用户启动。请以该用户或 root 运行。", "Another user started it. Run as that user or as root."
        ) from error
    until = time.monotonic() + STOP_WITHIN_S
    while runs(running.supervisor) or data_dir.is_held(data):
        if time.monotonic() > until:
            raise Trouble(
                f"进程 {running.supervisor.pid} 仍未结束，见 ./minqing logs。",
                f"Process {running.supervisor.pid} has not ended yet; see ./minqing logs.",
            )
        time.sleep(0.05)
    say("已停止。", "Stopped.")

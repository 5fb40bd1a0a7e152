"""Run the supervisor in the background, and wait in the foreground until it says how it went.

The background process is a fork, so that nothing is imported twice; it writes JSON lines to a pipe: what it is doing,
then either that it is ready or what is wrong.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

from api.operations import data_dir, supervisor
from api.trouble import Trouble

if TYPE_CHECKING:
    from api.operations.data_dir import DataDir, Running
    from api.operations.supervisor import Announce
    from api.settings import Settings


def start(settings: Settings, announce: Announce) -> str:
    """Start the supervisor in a session of its own; return the address once it answers.

    Raises:
        Trouble: It could not come up, in its own words.
    """
    data = data_dir.claim(settings.data_dir)
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        _background(settings, data, writer)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as said:
        for line in said:
            word = json.loads(line)
            if word["kind"] == "ready":
                return str(word["address"])
            if word["kind"] == "trouble":
                raise Trouble(word["zh"], word["en"])
            announce(word["zh"], word["en"])
    where = data.logs / "supervisor.log"
    raise Trouble(f"后台程序意外结束，原因见 {where}。", f"The background program ended; {where} says why.")


def _background(settings: Settings, data: DataDir, pipe: int) -> NoReturn:
    os.setsid()
    os.chdir("/")
    log = os.open(data.logs / "supervisor.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for target, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(source, target)
    try:
        report(settings, pipe)
    except Trouble:
        os._exit(1)
    except BaseException:  # noqa: BLE001  # the outermost door of this process: its log is the only listener left
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def report(settings: Settings, pipe: int) -> None:
    """Supervise, telling the waiting foreground through ``pipe`` how it goes."""

    def tell(kind: str, **words: str) -> None:
        try:
            os.write(pipe, (json.dumps({"kind": kind, **words}) + "\n").encode())
        except OSError:
            return  # nobody waits any more

    def ready(running: Running) -> None:
        tell("ready", address=running.address)
        os.close(pipe)

    try:
        supervisor.run(settings, lambda zh, en: tell("doing", zh=zh, en=en), ready)
    except Trouble as trouble:
        tell("trouble", zh=trouble.zh, en=trouble.en)
        raise

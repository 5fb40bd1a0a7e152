"""The command line behind ``./minqing``: one file a command in ``api/commands``, loaded only when it is called.

Whatever goes wrong is said in one sentence here, in the language of the terminal; a defect of ours is written to a
file that can be sent to us.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from api.trouble import Trouble, terminal_language

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "up": "启动 / start",
    "down": "停止 / stop",
    "status": "状态 / what runs",
    "doctor": "体检 / what is wrong and how to mend it",
    "logs": "日志 / logs",
    "convert": "转换文件格式与坐标系 / convert files between formats and datums",
    "load": "导入文件 / load a file",
    "export": "导出 / take a layer or a plan out",
    "backup": "备份 / back up",
    "restore": "恢复 / restore",
    "partition": "划网格：文件进，文件出 / draw micro-grids, from file to file",
    "user": "账号 / accounts",
    "token": "令牌 / a token for a machine",
    "keys": "密钥 / keys for personal data",
    "audit": "审计 / check the audit",
}


class Lazy(TyperGroup):
    """A group that imports a command's file when the command is called, so that ``down`` does not load a solver."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """The commands in the order in which they are told of."""
        return list(COMMANDS)

    def get_command(self, _ctx: Any, name: str) -> Any:
        """The command of this name, or None."""
        if name not in COMMANDS:
            return None
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(name=name, help=COMMANDS[name])(import_module(f"api.commands.{name}").command)
        return get_command(single)


app = typer.Typer(cls=Lazy, add_completion=False, rich_markup_mode=None, help="民情地图 minqing-map", name="minqing")


@app.callback()
def _root() -> None:
    """民情地图 minqing-map."""


def main() -> None:
    """Run one command; leave with 1 and one sentence when it could not be done."""
    try:
        app(prog_name="./minqing")
    except Trouble as trouble:
        _leave(trouble.sentence(terminal_language()))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        _leave(("磁盘已满：" if full else "系统拒绝：") + what)
    except Exception:  # noqa: BLE001  # the outermost door: a defect becomes a sentence and a file, never a trace
        _leave(_defect())


def _leave(sentence: str) -> None:
    print(f"✗ {sentence}", file=sys.stderr)  # noqa: T201  # the sentence for the person at the terminal
    raise SystemExit(1)


def _defect() -> str:
    handle, name = tempfile.mkstemp(prefix="minqing-defect-", suffix=".txt")
    os.close(handle)
    Path(name).write_text(traceback.format_exc(), encoding="utf-8")
    if terminal_language() == "zh":
        return f"程序出错（这是我们的缺陷）。详情在 {name}，请发给我们；数据没有丢失。"
    return f"Something broke, which is our defect. {name} has the details; please send it to us. No data were lost."


if __name__ == "__main__":
    main()

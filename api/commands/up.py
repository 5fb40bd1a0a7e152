"""``./minqing up``: bring everything up and print the address."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import Annotated
from urllib.parse import urlsplit

import typer

from api.commands.options import DataDirOption, PortOption, chosen
from api.commands.speech import say
from api.operations import data_dir, detach, supervisor
from api.operations.data_dir import Running
from api.settings import Settings
from api.trouble import Trouble


def command(
    port: PortOption = None,
    data_directory: DataDirOption = None,
    host: Annotated[str | None, typer.Option(help="监听地址 / address to listen on, 127.0.0.1")] = None,
    *,
    sample: Annotated[bool | None, typer.Option("--sample/--no-sample", help="装入示例 / load the sample")] = None,
    detached: Annotated[bool, typer.Option("--detach", help="后台运行 / run in the background")] = False,
) -> None:
    """Start the store and the service and keep them running."""
    settings = chosen(port=port, data_dir=data_directory, host=host, sample=sample)
    if already_up(settings, asked_port=port):
        return
    if detached:
        address = detach.start(settings, say)
        say(f"民情地图已就绪：{address}", f"minqing-map is ready: {address}")
        stop = f"./minqing down --data-dir {settings.data_dir}"
        say(f"停止：{stop}", f"stop it: {stop}")
        tell_demo(address)
    else:
        supervisor.run(settings, say, greet)


def greet(running: Running) -> None:
    """Say where it is, once it answers."""
    say(
        f"民情地图已就绪：{running.address}（Ctrl-C 停止）",
        f"minqing-map is ready: {running.address} (Ctrl-C stops it)",
    )
    tell_demo(running.address)


def tell_demo(address: str) -> None:
    """Name the sample's accounts, one a role; on any other store there are none."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=5)
    with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
        connection.request("GET", "/api/demo")
        accounts = json.loads(connection.getresponse().read())
        if accounts:
            logins = "  ".join(account["login"] for account in accounts)
            password = accounts[0]["password"]
            say(f"演示账号（仅限本机，密码 {password}）：", f"Demo accounts (this machine only, password {password}):")
            say(f"  {logins}", f"  {logins}")
    connection.close()


def already_up(settings: Settings, *, asked_port: int | None) -> bool:
    """Whether it runs on this data directory already, and says so.

    Raises:
        Trouble: It runs, but at another port than the one asked for.
    """
    data = data_dir.look(settings.data_dir)
    running = data_dir.running(data) if data is not None else None
    if running is None:
        return False
    if asked_port not in (None, running.port):
        raise Trouble(
            f"这个数据目录已在 {running.address} 运行。请先停止：./minqing down --data-dir {settings.data_dir}",
            f"This data directory already runs at {running.address}. "
            f"First: ./minqing down --data-dir {settings.data_dir}",
        )
    say(f"民情地图已在运行：{running.address}", f"minqing-map already runs: {running.address}")
    return True

"""Under whose name the embedded store runs.

PostgreSQL refuses to run as root, so root hands it to another account; everybody else runs it as themselves.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.trouble import Trouble

if TYPE_CHECKING:
    from pathlib import Path

PREFERRED = ("minqing", "postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process already runs under it."""
        return self.uid == os.geteuid()


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def ourselves() -> Account:
    """The account of this process."""
    return _by_uid(os.geteuid())


def _by_uid(uid: int) -> Account:
    try:
        return _account(pwd.getpwuid(uid))
    except KeyError:
        return Account(str(uid), uid, os.getegid() if uid == os.geteuid() else uid)


def choose(cluster_directory: Path) -> Account:
    """The account that owns the cluster in ``cluster_directory``, or that will own it.

    Raises:
        Trouble: The cluster belongs to somebody whose name this process cannot take.
    """
    me = os.geteuid()
    if cluster_directory.exists():
        owner = cluster_directory.stat().st_uid
        if owner != 0 and me in (0, owner):
            return _by_uid(owner)
        if owner != me:
            name = _by_uid(owner).name
            raise Trouble(
                f"数据目录 {cluster_directory.parent} 属于用户 {name}。请以该用户或 root 运行，或换用 --data-dir。",
                f"The data directory {cluster_directory.parent} belongs to {name}. "
                "Run as that user or as root, or choose another --data-dir.",
            )
    if me != 0:
        return ourselves()
    for name in PREFERRED:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise Trouble(
        "PostgreSQL 不能以 root 运行，本机也没有可用的普通用户。请先执行：useradd --system minqing",
        "PostgreSQL refuses root and this machine has no other account for it. Run: useradd --system minqing",
    )


def as_account(account: Account, command: list[str], *, on_our_death: str | None = None) -> list[str]:
    """``command`` so that it runs under ``account``; when we die, however we die, it gets the signal ``on_our_death``.

    ``setpriv`` (util-linux, on every Debian and Ubuntu) does both in one step, in the right order.
    """
    options: list[str] = []
    if not account.is_ours:
        options += ["--reuid", str(account.uid), "--regid", str(account.gid), "--clear-groups"]
    if on_our_death:
        options += ["--pdeathsig", on_our_death]
    setpriv = shutil.which("setpriv")
    if not options or (setpriv is None and account.is_ours):
        return command
    if setpriv is None:
        raise Trouble(
            "找不到 setpriv（util-linux）。请安装：sudo apt-get install -y util-linux",
            "setpriv (util-linux) is missing. Install it: sudo apt-get install -y util-linux",
        )
    return [setpriv, *options, "--", *command]


def can_enter(account: Account, directory: Path) -> bool:
    """Whether ``account`` may pass through ``directory`` and all its parents."""
    if account.is_ours:
        return os.access(directory, os.X_OK)
    probe = as_account(account, ["test", "-x", str(directory)])
    return subprocess.run(probe, check=False, capture_output=True, cwd="/").returncode == 0  # noqa: S603  # fixed words

"""Make, start and stop the private cluster of one data directory.

It listens on a unix socket in a directory of mode 0700 and nowhere else; the operating system says who is at the
other end (``peer``), so there is no password to lose. Two roles: ``minqing`` owns everything and runs migrations;
``minqing_app`` owns nothing, is bound by row-level security, and is the one the service connects as.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import resource
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from api.embedded import binaries
from api.embedded.account import Account, as_account, can_enter, choose
from api.trouble import Trouble

if TYPE_CHECKING:
    from api.embedded.binaries import Binaries

OWNER = "minqing"
APP = "minqing_app"
AUDIT = "minqing_audit"
DATABASE = "minqing"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 99  # bytes; the kernel takes 107, some clients fewer
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 60.0
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cluster:
    """One private cluster: its programs, its directory, its socket's directory and the account it runs under."""

    binaries: Binaries
    directory: Path
    sockets: Path
    account: Account

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """The address for libpq, psycopg, asyncpg and SQLAlchemy alike."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='/')}"

    @property
    def log(self) -> Path:
        """Where the server says what it does."""
        return self.directory.parent / "logs" / "store.log"


def locate(data_dir: Path) -> Cluster:
    """The cluster that lives, or will live, in ``data_dir``. Touches nothing.

    Raises:
        Trouble: PostGIS is missing, or the cluster belongs to somebody else.
    """
    directory = data_dir.resolve() / "postgres"
    account = choose(directory)
    version = directory / "PG_VERSION"
    try:
        major = int(version.read_text()) if version.exists() else None
    except PermissionError as error:
        raise Trouble(
            f"无权读取 {version}。", f"No permission to read {version}: run as the owner of the data directory."
        ) from error
    return Cluster(binaries.find(major), directory, socket_directory(data_dir, account), account)


def socket_directory(data_dir: Path, account: Account) -> Path:
    """``run`` in the data directory, or a short private directory where that path is too long for a socket."""
    near = data_dir.resolve() / "run"
    if len(os.fsencode(near / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return near
    name = f"minqing-{account.uid}-{hashlib.sha256(os.fsencode(near)).hexdigest()[:12]}"
    return Path("/tmp") / name  # noqa: S108  # made 0700 and checked for its owner before use


def exists(cluster: Cluster) -> bool:
    """Whether the cluster has been made to the end (``initdb`` killed half-way does not count)."""
    return (cluster.directory / "minqing-ready").exists()


def create(cluster: Cluster, *, durable: bool = True) -> None:
    """Make the cluster: UTF-8, checksums, C.UTF-8 (so that trigrams see Chinese characters as letters).

    ``durable=False``, for throw-away test clusters only, does not wait for the disk.

    Raises:
        Trouble: The account cannot reach the directory, or ``initdb`` failed (its last sentence is quoted).
    """
    parent = cluster.directory.parent
    if not can_enter(cluster.account, parent):
        raise Trouble(
            f"PostgreSQL 将以用户 {cluster.account.name} 运行，但它进不了 {parent}。"
            "请换一个 --data-dir（如 /var/lib/minqing），或放开上级目录的 x 权限。",
            f"PostgreSQL will run as {cluster.account.name}, who cannot enter {parent}. "
            "Choose another --data-dir (such as /var/lib/minqing) or give its parents the x permission.",
        )
    shutil.rmtree(cluster.directory, ignore_errors=True)
    _private_directory(cluster.directory, cluster.account)
    initdb = [
        cluster.binaries.program("initdb"),
        *("--pgdata", str(cluster.directory), "--username", OWNER, "--data-checksums", "--encoding", "UTF8"),
        *("--locale", "C.UTF-8", "--auth-local", "peer", "--auth-host", "reject", "--no-sync", "--no-instructions"),
    ]
    done = subprocess.run(  # noqa: S603  # fixed words
        as_account(cluster.account, initdb), capture_output=True, text=True, check=False, cwd="/", env=_environment()
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise Trouble(
            f"无法在 {cluster.directory} 建立数据库：{last}", f"No store could be made in {cluster.directory}: {last}"
        )
    if durable:
        os.sync()
    (cluster.directory / "minqing-ready").touch()


def _private_directory(directory: Path, account: Account) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not account.is_ours and directory.stat().st_uid != account.uid:
        os.chown(directory, account.uid, account.gid)
    if directory.is_symlink() or directory.stat().st_uid != account.uid:
        raise Trouble(f"{directory} 属于别人。", f"{directory} belongs to somebody else; remove it.")
    directory.chmod(0o700)


def _environment() -> dict[str, str]:
    """The server's own environment: none of ours, so that no secret and no PG* variable reaches it."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def memory_mib() -> int:
    """The machine's memory in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBIBYTE


def configuration(cluster: Cluster, *, durable: bool) -> dict[str, str]:
    """The server's settings by this machine's memory; ``durable=False`` is for throw-away test clusters only."""
    memory = memory_mib()
    chosen = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{cluster.sockets}'",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(1024, max(64, memory // 8))}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(512, max(64, memory // 16))}MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        # Small containers have a /dev/shm of 64 MB, which parallel plans overrun; our queries are short anyway.
        "max_parallel_workers_per_gather": "0",
        "max_parallel_maintenance_workers": "0",
        "temp_file_limit": "4GB",
        "idle_in_transaction_session_timeout": "'5min'",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "log_min_duration_statement": "2000",
    }
    if not durable:
        chosen |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
    return chosen


def configure(cluster: Cluster, *, durable: bool = True) -> None:
    """Write the settings and the rules of entry. Done at every start: the machine or the user may have changed."""
    mine = pwd.getpwuid(os.geteuid()).pw_name
    lines = [f"{name} = {value}" for name, value in configuration(cluster, durable=durable).items()]
    names = sorted({mine, cluster.account.name})
    idents = [f"minqing {name} {role}" for name in names for role in (OWNER, APP, AUDIT)]
    files = {
        "minqing.conf": "# Written at every start by api/embedded/cluster.py.\n" + "\n".join(lines) + "\n",
        "pg_ident.conf": "\n".join(idents) + "\n",
        "pg_hba.conf": "local all all peer map=minqing\n",
    }
    for name, text in files.items():
        _write(cluster.directory / name, text, cluster.account)
    main = cluster.directory / "postgresql.conf"
    if "minqing.conf" not in main.read_text():
        _write(main, main.read_text() + "\ninclude 'minqing.conf'\n", cluster.account)


def _write(path: Path, text: str, account: Account) -> None:
    path.write_text(text)
    if not account.is_ours:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o600)


def postmaster(cluster: Cluster) -> int | None:
    """The process id of this cluster's running server, or None (a stale pid file does not count)."""
    try:
        pid = int((cluster.directory / "postmaster.pid").read_text().split("\n", 1)[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(cluster.directory) in words else None


def start(cluster: Cluster, *, durable: bool = True) -> subprocess.Popen[bytes]:
    """Start the server as our child and wait until it answers. It stops by itself (cleanly) when we die.

    Raises:
        Trouble: It did not come up; its last words are quoted.
    """
    if (running := postmaster(cluster)) is not None:
        _end(running)
    (cluster.directory / "postmaster.pid").unlink(missing_ok=True)
    _private_directory(cluster.sockets, cluster.account)
    configure(cluster, durable=durable)
    for attempt in range(20):
        server = _spawn(cluster)
        if _ready(cluster, server):
            return server
        if "shared memory block" not in last_words(cluster):
            break
        time.sleep(0.1 * (attempt + 1))  # the processes of a server killed with -9 need a moment to notice
    said = last_words(cluster)
    raise Trouble(
        f"数据库没有启动：{said}（日志：{cluster.log}）", f"The store did not start: {said} (log: {cluster.log})"
    )


def _spawn(cluster: Cluster) -> subprocess.Popen[bytes]:
    command = [cluster.binaries.program("postgres"), "-D", str(cluster.directory)]
    cluster.log.parent.mkdir(mode=0o700, exist_ok=True)
    with cluster.log.open("ab") as log:
        server = subprocess.Popen(  # noqa: S603  # fixed words
            as_account(cluster.account, command, on_our_death="INT"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            start_new_session=True,
        )
    guard = 4 * 1024 * MEBIBYTE + min(1024, memory_mib() // 8) * MEBIBYTE
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # A single geometry call may want 20 GB; with this guard it fails alone instead of taking the server along.
        resource.prlimit(server.pid, resource.RLIMIT_AS, (guard, guard))
    return server


def _ready(cluster: Cluster, server: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + READY_WITHIN_S
    status = cluster.directory / "postmaster.pid"
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(FileNotFoundError):
            if status.read_text().rstrip().endswith("ready"):
                return True
        time.sleep(0.01)
    if server.poll() is None:
        stop(server)
    return False


def last_words(cluster: Cluster) -> str:
    """The last complaint in the server's log."""
    try:
        lines = cluster.log.read_text(errors="replace").splitlines()[-20:]
    except OSError:
        return "?"
    loud = [line for line in lines if "FATAL" in line or "PANIC" in line or "ERROR" in line]
    return (loud or lines or ["?"])[-1]


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server: sessions are ended, everything is written. After a minute it is stopped the hard way."""
    if server.poll() is not None:
        return
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def _end(pid: int) -> None:
    """End a server that an earlier, killed supervisor left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
        until = time.monotonic() + STOP_WITHIN_S
        while time.monotonic() < until:
            os.kill(pid, 0)
            time.sleep(0.02)

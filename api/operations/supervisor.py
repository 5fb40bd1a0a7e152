"""Keeps the house running: store and service are its children, and whichever dies is started again.

The order is store, migrations, sample, service; the way down is the same backwards, so that a request in flight
still finds its store. Children get a signal from the kernel when the supervisor itself is killed, so nothing is
orphaned and the next ``up`` finds a clean place.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, NoReturn, Protocol

from api.embedded import cluster as clusters
from api.operations import data_dir, loops, service, whereabouts
from api.operations.data_dir import Running
from api.operations.listening import listen
from api.operations.process import imprint
from api.settings import ROOT
from api.trouble import Trouble

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from api.embedded.cluster import Cluster
    from api.operations.data_dir import DataDir
    from api.settings import Settings

HOUSEKEEPING_EVERY_S = 60.0
LARGEST_LOG = 50 * 1024 * 1024
QUICK_DEATH_S = 5.0
LONGEST_PAUSE_S = 15.0


class Announce(Protocol):
    """Somebody who wants to hear how it goes, in both languages."""

    def __call__(self, zh: str, en: str) -> None:
        """Say it."""


@dataclass(slots=True)
class Charge:
    """A process in the supervisor's care: how it is started, how it is stopped, and how often it died young."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop: Callable[[subprocess.Popen[bytes]], None]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    young_deaths: int = 0
    due: float = field(default=0.0)

    def revive(self, now: float) -> None:
        """Start it; a failure is not the end, since a full disk may be cleared and a port come free."""
        self.began = now
        try:
            self.process = self.start()
        except Trouble as trouble:
            _say(f"{self.name}: {trouble}")
            self.lost(now)

    def lost(self, now: float) -> None:
        """It died: start it at once, or after a growing pause if it keeps dying young."""
        self.process = None
        self.young_deaths = self.young_deaths + 1 if now - self.began < QUICK_DEATH_S else 0
        self.due = now + (min(LONGEST_PAUSE_S, 0.25 * 2**self.young_deaths) if self.young_deaths else 0.0)

    def close(self) -> None:
        """Stop it if it runs."""
        if self.process is not None:
            self.stop(self.process)


def _say(line: str) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}", file=sys.stderr, flush=True)  # noqa: T201  # its log


def run(settings: Settings, announce: Announce, ready: Callable[[Running], None]) -> None:
    """Bring everything up, say so, and keep it up until SIGTERM, SIGINT or SIGHUP.

    Raises:
        Trouble: Something is in the way of coming up; what was started is stopped again.
    """
    data = data_dir.claim(settings.data_dir)
    with ExitStack() as house:
        house.enter_context(data_dir.held(data))
        listening = house.enter_context(listen(settings.host, settings.port))
        _stop_on_signals()
        house.callback(_ignore_signals)
        try:
            charges = _bring_up(settings, data, listening, announce, house)
            running = _announce_running(settings, data, listening)
            ready(running)
            _warm_up()
            _watch(charges, data)
        except KeyboardInterrupt:
            _ignore_signals()
            announce("正在停止……", "stopping …")


def _stop_on_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def _ignore_signals() -> None:
    """Once the way down has begun, nothing hurries it: it ends by itself within its own limits."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _bring_up(
    settings: Settings, data: DataDir, listening: socket.socket, announce: Announce, house: ExitStack
) -> list[Charge]:
    found = whereabouts.find(settings, data)
    serve = partial(service.start, settings, data, found, listening)
    serving = Charge("service", serve, service.stop)
    charges = [serving]
    with _starting_line() as (wait_here, go):
        # The service imports while the store wakes, and serves nobody before the store has its newest shape.
        early = serve(go=wait_here)
        house.callback(service.stop, early)
        if found.cluster is not None:
            charges.insert(0, _wake(found.cluster, announce, house))
        # The store's driver is imported beside the service, not before it: that is half a second of every start.
        from api import loading  # noqa: PLC0415  # see above
        from api.operations import store  # noqa: PLC0415  # see above

        store.prepare(found, data)
        if settings.sample and loading.is_empty(found.owner_url):
            announce("装入示例街道", "loading the sample subdistrict")
            loading.load_sample(found.owner_url, data_dir=settings.data_dir)
        os.write(go, b"!")
    service.wait_until_ready(early, listening, data)
    serving.process, serving.began = early, time.monotonic()
    house.callback(serving.close)
    if find_spec("api.worker") is not None:
        charges.append(_employ_worker(partial(service.start_worker, settings, data, found), house))
    return charges


def _employ_worker(start: Callable[[], subprocess.Popen[bytes]], house: ExitStack) -> Charge:
    charge = Charge("worker", start, service.stop, began=time.monotonic())
    charge.process = start()
    house.callback(charge.close)
    return charge


def _wake(cluster: Cluster, announce: Announce, house: ExitStack) -> Charge:
    """The embedded store, made if need be, awake and in our care."""
    if not clusters.exists(cluster):
        announce("建立数据库", "making the store")
        clusters.create(cluster)
    charge = Charge("store", partial(clusters.start, cluster), clusters.stop, began=time.monotonic())
    charge.process = charge.start()
    house.callback(charge.close)
    return charge


@contextmanager
def _starting_line() -> Iterator[tuple[int, int]]:
    """A pipe's two ends: where to wait, and where to give the word."""
    wait_here, go = os.pipe()
    try:
        yield wait_here, go
    finally:
        os.close(wait_here)
        os.close(go)


def _announce_running(settings: Settings, data: DataDir, listening: socket.socket) -> Running:
    host, port = service.here(listening)
    myself = imprint(os.getpid())
    assert myself is not None
    shown = f"[{host}]" if ":" in host else host
    running = Running(myself, f"http://{shown}:{port}/", settings.port, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    data_dir.announce(data, running)
    return running


def _warm_up() -> None:
    """Compile the partition's loops in the background, once an environment, so that the first plan is quick."""
    if not loops.compiled():
        subprocess.Popen(  # fixed words
            ["/usr/bin/nice", "-n", "15", sys.executable, "-m", "api.operations.loops"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            start_new_session=True,
        )


def _watch(charges: list[Charge], data: DataDir) -> NoReturn:
    while True:
        now = time.monotonic()
        for charge in charges:
            if charge.process is None and charge.due <= now:
                _say(f"{charge.name}: starting again")
                charge.revive(now)
        _trim_logs(data)
        _wait_for_a_death(charges, min([c.due - now for c in charges if c.process is None], default=None))
        for charge in charges:
            if charge.process is not None and charge.process.poll() is not None:
                _say(f"{charge.name}: ended with {charge.process.returncode}")
                charge.lost(time.monotonic())


def _wait_for_a_death(charges: list[Charge], at_most_s: float | None) -> None:
    """Sleep until one of the processes ends; the kernel wakes us, we do not ask."""
    waiting = select.poll()
    with ExitStack() as handles:
        for charge in charges:
            if charge.process is not None and charge.process.poll() is None:
                handle = os.pidfd_open(charge.process.pid)
                handles.callback(os.close, handle)
                waiting.register(handle, select.POLLIN)
        wait_s = HOUSEKEEPING_EVERY_S if at_most_s is None else max(0.0, min(at_most_s, HOUSEKEEPING_EVERY_S))
        if not any(charge.process is not None and charge.process.poll() is not None for charge in charges):
            waiting.poll(wait_s * 1000)


def _trim_logs(data: DataDir) -> None:
    """Keep one older part of each log that has grown large; writers append, so they go on in the emptied file."""
    for path in data.logs.glob("*.log"):
        if path.stat().st_size > LARGEST_LOG:
            path.with_suffix(".log.1").write_bytes(path.read_bytes())
            os.truncate(path, 0)

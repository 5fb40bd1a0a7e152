"""Does the work that no request waits for: draws plans from the queue in the store, rings what is due, keeps the night.

A process of its own beside the service (``python -m api.worker``), kept alive by the supervisor. A job whose worker was
killed is taken up again when its heartbeat has been missing for half a minute.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from multiprocessing import get_context
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from procrastinate import App, PsycopgConnector
from psycopg import AsyncConnection, OperationalError

from api.access import night
from api.imports import jobs
from api.imports import tidy as imports_tidy
from api.imports.service import WORK
from api.issues import alarms
from api.office import report
from api.plans.drawing import carry_out
from api.plans.service import DRAW
from api.settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path

log = structlog.get_logger(__name__)
QUEUES = ["plans", "imports", night.QUEUE]
"""A list: psycopg would send a tuple as a row, which is no array of names."""
TAKE_UP_EVERY_S = 10.0
TURN_EVERY_S = 60.0
STALLED_AFTER_S = 30.0
RING_EVERY_S = 5.0
TIDY_EVERY = timedelta(hours=1)
TOLD_FOR = timedelta(days=1)
"""How long the outbox of live updates keeps what has been told."""


def make_queue(url: str, pool: Executor, audit_url: str | None = None, *, data_dir: Path | None = None) -> App:
    """The queue at ``url`` with everything that may be asked of it; files that came in lie in ``data_dir``."""
    queue = App(connector=PsycopgConnector(conninfo=url))

    @queue.task(name=DRAW)
    async def draw_plan(run_id: str) -> None:
        await asyncio.to_thread(carry_out, url, UUID(run_id), pool)

    @queue.task(name=WORK)
    async def work_on_import(import_id: str, step: str) -> None:
        assert data_dir is not None
        key = UUID(import_id)
        await asyncio.to_thread(jobs.carry_out, jobs.Job(url, key, data_dir / "imports" / str(key)), step)

    # What the clock begins is also asked for by hand; a timestamp comes with it only from the clock.
    @queue.periodic(cron=night.FORGET_AT)
    @queue.task(name=night.FORGET, queue=night.QUEUE, queueing_lock=night.FORGET)
    async def forget(timestamp: int = 0) -> None:  # noqa: ARG001  # the clock's own argument
        await asyncio.to_thread(night.forget, url)

    @queue.periodic(cron=night.CHECK_AT)
    @queue.task(name=night.CHECK, queue=night.QUEUE, queueing_lock=night.CHECK)
    async def check(timestamp: int = 0) -> None:  # noqa: ARG001  # the clock's own argument
        if audit_url is None:
            log.warning("no address of the auditor's role was given, so the audit is not checked")
            return
        await asyncio.to_thread(night.check, audit_url, url)

    @queue.periodic(cron=imports_tidy.TIDY_AT)
    @queue.task(name=imports_tidy.TIDY, queue=night.QUEUE, queueing_lock=imports_tidy.TIDY)
    async def tidy_imports(timestamp: int = 0) -> None:  # noqa: ARG001  # the clock's own argument
        if data_dir is not None:
            await asyncio.to_thread(imports_tidy.tidy, data_dir / "imports", datetime.now(UTC))

    @queue.periodic(cron=report.MAKE_AT)
    @queue.task(name=report.MAKE, queue=night.QUEUE, queueing_lock=report.MAKE)
    async def make_reports(timestamp: int = 0) -> None:  # noqa: ARG001  # the clock's own argument
        if made := await report.make_due(url, datetime.now(UTC)):
            log.info("made the weekly reports", reports=made)

    return queue


async def take_up_the_stalled(queue: App) -> None:
    """Give jobs of dead workers back to the queue, for as long as this worker lives."""
    while True:
        for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
            log.warning("taking up a job whose worker died", job=job.id)
            await queue.job_manager.retry_job(job)
        await asyncio.sleep(TAKE_UP_EVERY_S)


async def ring_what_is_due(url: str) -> None:
    """Remind, warn, urge and tidy up, for as long as this worker lives; a store that is away is tried again."""
    tidied = datetime.min.replace(tzinfo=UTC)
    while True:
        try:
            now = datetime.now(UTC)
            await asyncio.to_thread(alarms.end_pauses, url, now)
            await asyncio.to_thread(alarms.ring, url, now)
            if now - tidied > TIDY_EVERY:
                await asyncio.to_thread(alarms.reckon_again, url)
                await asyncio.to_thread(alarms.tidy, url, now, TOLD_FOR)
                tidied = now
        except OperationalError as error:
            log.warning("store away, reminders wait", error=type(error).__name__)
        await asyncio.sleep(RING_EVERY_S)


async def turn_the_day(url: str) -> None:
    """Let plans begin and end when the day turns in Shanghai, for as long as this worker lives."""
    while True:
        try:
            async with await AsyncConnection.connect(url) as store:
                await store.execute("SELECT plan_turn(NULL)")
        except OperationalError:
            log.warning("store away; the day will be turned later")
        await asyncio.sleep(TURN_EVERY_S)


async def work(settings: Settings) -> None:
    """Answer to the queue until told to stop; the job in hand is finished first."""
    assert settings.app_database_url is not None
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        queue = make_queue(settings.app_database_url, pool, settings.audit_database_url, data_dir=settings.data_dir)
        async with queue.open_async():
            caretakers = [
                asyncio.create_task(take_up_the_stalled(queue)),
                asyncio.create_task(ring_what_is_due(settings.app_database_url)),
                asyncio.create_task(turn_the_day(settings.app_database_url)),
            ]
            try:
                await queue.run_worker_async(
                    queues=QUEUES,
                    concurrency=1,
                    fetch_job_polling_interval=1.0,
                    stalled_worker_timeout=STALLED_AFTER_S,
                    delete_jobs="successful",
                )
            finally:
                for caretaker in caretakers:
                    caretaker.cancel()


def main() -> None:
    """Work with the settings of the environment."""
    asyncio.run(work(Settings()))


if __name__ == "__main__":
    # By its own name: the queue writes down where its tasks are found, and "__main__" is found by nobody else.
    import_module("api.worker").main()

"""The queue's tasks and their schedule. A job names a client by its id and says nothing else: its table is global.

The queue only wakes somebody. What is to be done is found in the client's own rows each time, so that a job that is
lost, or runs twice, does no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status

from curbledger.clients.client import Client
from curbledger.database.actor import Actor, acting
from curbledger.importing.steps import TASK
from curbledger.importing.turns import files_wait
from curbledger.work import rounds

if TYPE_CHECKING:
    from procrastinate.tasks import Task

_KEPT_HOURS = 7 * 24


@app.task(name="accrue")
def accrue(*, client_id: int) -> None:
    """Late fees of one client."""
    with acting(Actor.QUEUE, rounds.WORKER):
        rounds.accrue(Client.objects.get(pk=client_id))


@app.task(name="plan")
def plan(*, client_id: int) -> None:
    """Notices of one client that are due."""
    with acting(Actor.QUEUE, rounds.WORKER):
        rounds.plan(Client.objects.get(pk=client_id))


@app.task(name="send")
def send(*, client_id: int) -> None:
    """Mails of one client."""
    with acting(Actor.QUEUE, rounds.WORKER):
        rounds.send(Client.objects.get(pk=client_id))


@app.task(name=TASK)
def bring_in(*, client_id: int) -> None:
    """Files of one client that wait to be imported. In the name of whoever asked, not of the queue."""
    with acting(Actor.QUEUE, rounds.WORKER):
        rounds.bring(Client.objects.get(pk=client_id))


@app.task(name="report")
def report(*, client_id: int) -> None:
    """Reports of one client that are mailed."""
    with acting(Actor.QUEUE, rounds.WORKER):
        rounds.report(Client.objects.get(pk=client_id))


@app.task(name="keep")
def keep(*, client_id: int) -> None:
    """The figures of one client's page Today."""
    with acting(Actor.QUEUE, rounds.WORKER):
        rounds.keep(Client.objects.get(pk=client_id))


@app.task(name="erase")
def erase(*, client_id: int) -> None:
    """Bytes that one client no longer keeps."""
    with acting(Actor.QUEUE, rounds.WORKER):
        rounds.erase(Client.objects.get(pk=client_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="tend")
async def tend(timestamp: int) -> None:  # noqa: ARG001  # the queue says for when it was due
    """Every ten minutes: a client's day begins at some of them, wherever it is."""
    for client in await _clients():
        await _wake(accrue, client)
        await _wake(plan, client)
        await _wake(keep, client)
        if await sync_to_async(rounds.has_reports)(client):
            await _wake(report, client)


@app.periodic(cron="* * * * *")
@app.task(name="post")
async def post(timestamp: int) -> None:  # noqa: ARG001  # the queue says for when it was due
    """Every minute: mails that wait, and files whose worker was killed."""
    for client in await _clients():
        if await sync_to_async(rounds.has_mail)(client):
            await _wake(send, client)
        if await sync_to_async(files_wait)(client):
            await _wake(bring_in, client)


@app.periodic(cron="23 * * * *")
@app.task(name="tidy")
async def tidy(timestamp: int) -> None:  # noqa: ARG001  # the queue says for when it was due
    """Every hour: what clients no longer keep, and jobs that nobody works on any more."""
    for client in await _clients():
        await _wake(erase, client)
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    await app.job_manager.delete_old_jobs(
        nb_hours=_KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


async def _clients() -> list[Client]:
    return await sync_to_async(lambda: list(Client.objects.order_by("id")))()


async def _wake(task: Task[Any, Any, Any], client: Client) -> None:
    try:
        await task.configure(queueing_lock=f"{task.name}-{client.pk}").defer_async(client_id=client.pk)
    except AlreadyEnqueued:
        # One that waits does for both.
        return

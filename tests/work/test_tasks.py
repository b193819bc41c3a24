"""The queue: what its jobs may say, and that its worker does them."""

from __future__ import annotations

import inspect
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import psycopg
from django.db import connection
from procrastinate.contrib.django import app

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.notices.message import Message
from curbledger.work import tasks
from tests import cast
from tests.databases import url_of
from tests.notices.town import by_mail, schedule
from tests.stories.house import PATIENCE, House, Server, wait_until_held_up
from tests.violations.races import another_town

# Nobody listens there, but only whoever could mail asks for reports.
MAIL = {"CURBLEDGER_MAIL_HOST": "127.0.0.1", "CURBLEDGER_MAIL_PORT": "9"}
OURS = [task for task in vars(tasks).values() if hasattr(task, "func")]


def test_a_job_says_whose_turn_it_is_and_nothing_else() -> None:
    """The queue's table is global: what a client keeps must not be in it."""
    ours = {"accrue", "plan", "send", "report", "keep", "erase", "bring_in", "tend", "post", "tidy"}
    assert {task.name for task in OURS} == ours
    for task in OURS:
        assert set(inspect.signature(task.func).parameters) in ({"client_id"}, {"timestamp"}), task.name


def test_every_task_has_a_turn() -> None:
    scheduled = {name for name, _ in app.periodic_registry.periodic_tasks}
    assert scheduled == {"tend", "post", "tidy"}


def jobs() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status::text, args FROM procrastinate_jobs ORDER BY id")
        found: list[Any] = cursor.fetchall()
    return found


def test_a_worker_does_what_waits_and_leaves_nothing(committed_town: Client, tmp_path: Path) -> None:
    with client_scope(committed_town.pk):
        schedule(committed_town, (14, "mail"))
        cast.issue(committed_town, at=clock.now(), person=by_mail(committed_town))
    tasks.plan.defer(client_id=committed_town.pk)
    # Others' jobs may wait in the same queue.
    assert [status for name, status, _ in jobs() if name == "plan"] == ["todo"]
    # A process of its own, as it runs: its threads keep their connections until it ends.
    House(url_of(connection.settings_dict["NAME"]), tmp_path).run("work", "--once")
    assert [job for job in jobs() if job[0] == "plan"] == []
    with client_scope(committed_town.pk):
        assert Message.objects.count() == 1


def test_what_a_job_asks_for_while_nothing_else_waits_is_done_too(committed_town: Client, tmp_path: Path) -> None:
    later = another_town()
    with client_scope(later.pk):
        schedule(later, (14, "mail"))
        cast.issue(later, at=clock.now(), person=by_mail(later))
    tasks.tend.configure(task_kwargs={"timestamp": 0}).defer()
    house = House(url_of(connection.settings_dict["NAME"]), tmp_path, MAIL)
    with ThreadPoolExecutor() as pool, psycopg.connect(house.url) as held:
        # It has to wait at the first client, until the worker has looked for more and found nothing.
        held.execute("LOCK TABLE report_subscription")
        ended = pool.submit(house.run, "work", "--once")
        wait_until_held_up(held)
        held.rollback()
        ended.result(PATIENCE)
    assert [job for job in jobs() if job[1] == "todo"] == []
    with client_scope(later.pk):
        assert Message.objects.count() == 1


def test_a_worker_that_is_told_to_end_ends_what_it_has_begun_and_leaves_the_rest(
    committed_town: Client, tmp_path: Path
) -> None:
    later = another_town()
    tasks.tend.configure(task_kwargs={"timestamp": 0}).defer()
    house = House(url_of(connection.settings_dict["NAME"]), tmp_path, MAIL)
    with psycopg.connect(house.url) as held:
        held.execute("LOCK TABLE report_subscription")
        worker = subprocess.Popen([sys.executable, "-m", "curbledger", "work", "--once"], env=house.variables())
        wait_until_held_up(held)
        worker.terminate()
        held.rollback()
        assert worker.wait(PATIENCE) == 0
    asked_for = [args for name, status, args in jobs() if (name, status) == ("plan", "todo")]
    assert f'{{"client_id": {later.pk}}}' in asked_for
    assert committed_town.pk < later.pk
    house.run("work", "--once")
    assert [job for job in jobs() if job[1] == "todo"] == []


def queue_pid(house: House, but: int = 0) -> int:
    """The process that works on the queue, once it shows life."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with psycopg.connect(house.url) as database:
            found = database.execute("SELECT id FROM procrastinate_workers WHERE id > %s", [but]).fetchone()
        if found is not None:
            return int(found[0])
        time.sleep(0.1)  # wait: between two looks at the database, with a deadline.
    raise AssertionError("nobody works on the queue")


def children(server: Server) -> list[psutil.Process]:
    return [one for one in psutil.Process(server.process.pid).children() if one.cmdline()[-2:] == ["work", "--child"]]


def test_serve_works_on_the_queue_again_after_its_process_was_killed_and_ends_it_with_itself(
    empty_house: House,
) -> None:
    server = empty_house.serve(queue=True)
    first = queue_pid(empty_house)
    (process,) = children(server)
    process.kill()
    queue_pid(empty_house, but=first)
    (again,) = children(server)
    assert again.pid != process.pid
    server.stop()
    gone, alive = psutil.wait_procs([again], PATIENCE)
    assert (len(gone), alive) == (1, [])


def test_the_queues_process_ends_when_the_server_was_killed(empty_house: House) -> None:
    server = empty_house.serve(queue=True)
    queue_pid(empty_house)
    (process,) = children(server)
    server.process.kill()
    server.process.wait()
    gone, alive = psutil.wait_procs([process], PATIENCE)
    assert (len(gone), alive) == (1, [])

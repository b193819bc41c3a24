"""Letters: printed together in runs, and recorded once somebody says that the run was posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext

from curbledger.errors import Conflict, NotFound
from curbledger.notices.evidence import record_sent
from curbledger.notices.letter_run import LetterRun
from curbledger.notices.message import Message, State
from curbledger.notices.write import write_messages
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

# In one file. More make the next run.
MOST_LETTERS = 1000


def make_letter_run(client: Client, *, at: datetime, by: str, limit: int = MOST_LETTERS) -> LetterRun | None:
    """Write the letters that wait, and put them in a run to be printed. In the client's scope. None: there are none.

    Letters that somebody else puts in a run at the same moment are passed over.
    """
    while True:
        waiting = list(
            Message.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(state=State.QUEUED, kind=Notice.LETTER)
            .order_by("id")[:limit]
        )
        if not waiting:
            return None
        written = write_messages(client, waiting, at=at)
        if written:
            break
    run = LetterRun.objects.create(client_id=client.pk, letters=len(written), made_at=at, made_by=by)
    for message in written:
        message.run_id, message.state, message.began_at = run.pk, State.PRINTING, at
        message.attempts = F("attempts") + 1
    Message.objects.bulk_update(
        written, ["run_id", "state", "began_at", "attempts", "address", "subject", "body"], batch_size=200
    )
    return run


def mark_posted(client: Client, run_id: int, *, at: datetime, by: str) -> int:
    """Say that a run was posted: now each of its tickets has its notice. In the client's scope.

    Returns how many tickets there were. Raises NotFound, or Conflict for a run that was posted or dropped already.
    """
    run = _open_run(run_id)
    run.posted_at, run.posted_by = at, by
    run.save(update_fields=["posted_at", "posted_by"])
    return record_sent(client, _letters(run), at=at)


def drop_run(run_id: int, *, at: datetime, by: str) -> int:
    """Throw a run away that was not posted. Its letters wait for the next one. In the client's scope.

    Returns how many letters there were. Raises NotFound, or Conflict for a run that was posted or dropped already.
    """
    run = _open_run(run_id)
    run.dropped_at, run.dropped_by = at, by
    run.save(update_fields=["dropped_at", "dropped_by"])
    return Message.objects.filter(run_id=run.pk, state=State.PRINTING).update(
        state=State.QUEUED, run_id=None, next_try_at=at
    )


def find_run(run_id: int) -> LetterRun:
    """The run of that number. In the client's scope. Raises NotFound."""
    run = LetterRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound(gettext("There is no letter run {number}.").format(number=run_id))
    return run


def _open_run(run_id: int) -> LetterRun:
    # Of two who say so at once, the second waits here and finds what the first did.
    run = LetterRun.objects.select_for_update(no_key=True).filter(pk=run_id).first()
    if run is None:
        raise NotFound(gettext("There is no letter run {number}.").format(number=run_id))
    if run.posted_at is not None:
        raise Conflict(
            gettext("Letter run {number} was posted already, on {day}.").format(
                number=run_id, day=f"{run.posted_at:%Y-%m-%d}"
            )
        )
    if run.dropped_at is not None:
        raise Conflict(
            gettext("Letter run {number} was thrown away, on {day}.").format(
                number=run_id, day=f"{run.dropped_at:%Y-%m-%d}"
            )
        )
    return run


def _letters(run: LetterRun) -> list[Message]:
    return list(
        Message.objects.select_for_update(no_key=True).filter(run_id=run.pk, state=State.PRINTING).order_by("id")
    )

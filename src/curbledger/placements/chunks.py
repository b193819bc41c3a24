"""Chunks: printed once, stored compressed, and committed before their first byte is sent.

Whoever stores a chunk first decides its bytes; everybody else sends those. So a revision can be finished by any
process at any time, and is the same to the byte however often it is shown.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import zstandard
from django.db import (
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from curbledger.errors import CurbledgerError
from curbledger.kit import sql
from curbledger.placements.kept_words import UNPRINTABLE
from curbledger.placements.printer import printer
from curbledger.placements.retention import refuse_erased
from curbledger.violations.standing import Hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from curbledger.placements.batch import Revision

QUERIES = sql.load("curbledger.placements", "chunks.sql")

# The fastest that still pays: a record of 5 KB keeps some 500 bytes. The next levels take a twentieth less.
_LEVEL = 1
# A database, a machine or an installation in trouble says nothing about a record.
_NOBODYS_FAULT = (
    OperationalError,
    InterfaceError,
    InternalError,
    ProgrammingError,
    NotSupportedError,
    OSError,
    MemoryError,
    ImportError,
)
_log = logging.getLogger(__name__)


class Unprintable(CurbledgerError):
    """Some records could not be printed; they were set aside."""

    code = "unprintable"

    def __init__(self, violation_ids: Sequence[int], fault: str) -> None:
        super().__init__(f"{len(violation_ids)} records could not be printed: {fault}")
        self.violation_ids = tuple(violation_ids)
        self.fault = fault


def chunk_at(revision: Revision, position: int) -> bytes:
    """The records of one chunk, with commas between them; printed and stored if nobody did yet.

    In the client's scope, which must be left (committed) before a byte of it is sent. Raises Unprintable, or
    Erased where the client no longer keeps the bytes.
    """
    stored = _read(revision, position)
    if stored is not None:
        return stored
    # What was erased is not made anew: today's rows would print other bytes.
    refuse_erased(revision)
    ids = _records(revision, position)
    body = _print(revision, ids)
    if _store(revision, position, len(ids), body):
        return body
    stored = _read(revision, position)
    if stored is None:
        raise RuntimeError(f"chunk {position} of revision {revision.pk} was there, and is gone")
    return stored


def set_aside(client_id: int, failed: Unprintable, *, at: datetime) -> None:
    """Put a hold on records that cannot be printed, so that they stop nobody else's, and raise the alarm."""
    held = Hold.objects.filter(
        violation_id__in=failed.violation_ids, kind="unprintable", released_at__isnull=True
    ).values_list("violation_id", flat=True)
    for violation_id in sorted(set(failed.violation_ids).difference(held)):
        _log.error("violation %s cannot be printed and is set aside: %s", violation_id, failed.fault)
        Hold.objects.create(
            client_id=client_id,
            violation_id=violation_id,
            kind="unprintable",
            reason=UNPRINTABLE.format(fault=failed.fault),
            placed_by="system",
            starts_at=at,
            created_at=at,
        )


def _print(revision: Revision, ids: Sequence[int]) -> bytes:
    try:
        return _attempt(revision, ids)
    except _NOBODYS_FAULT:
        raise
    except Exception as fault:
        bad = _culprits(revision, ids)
        if len(bad) == len(ids) > 1:
            # All of them at once: this is the installation's fault, and no reason to set a town aside.
            raise
        if bad:
            raise Unprintable(list(bad), f"{type(fault).__name__}: {fault}") from fault
        # Each prints alone: something changed between two statements, and is settled now.
        return _attempt(revision, ids)


def _culprits(revision: Revision, ids: Sequence[int]) -> list[int]:
    """Print one by one to find whose fault it is."""
    bad: list[int] = []
    for violation_id in ids:
        try:
            _attempt(revision, [violation_id])
        except _NOBODYS_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this record's.
            _log.debug("violation %s: %s", violation_id, error)
            bad.append(violation_id)
    return bad


def _attempt(revision: Revision, ids: Sequence[int]) -> bytes:
    with transaction.atomic():  # scope: a savepoint, so that the search for the culprit can go on after a fault.
        return printer()(revision.pk, ids)


def _records(revision: Revision, position: int) -> list[int]:
    after = revision.bounds[position - 1] if position else 0
    with connection.cursor() as cursor:
        cursor.execute(
            QUERIES["records"], {"revision": revision.pk, "after": after, "through": revision.bounds[position]}
        )
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def _binary() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor that hands bytes over as they are. Django's writes them out as digits, twice as long."""
    with connection.cursor() as cursor, connection.wrap_database_errors, psycopg.Cursor(cursor.connection) as plain:
        yield plain


def _read(revision: Revision, position: int) -> bytes | None:
    with _binary() as cursor:
        row = cursor.execute(QUERIES["read"], {"revision": revision.pk, "position": position}, binary=True).fetchone()
    return None if row is None else zstandard.decompress(row[0])


def _store(revision: Revision, position: int, record_count: int, body: bytes) -> bool:
    """Whether this process was the first to store it: the unique constraint decides."""
    with _binary() as cursor:
        cursor.execute(
            QUERIES["store"],
            {
                "client": revision.client_id,
                "revision": revision.pk,
                "position": position,
                "record_count": record_count,
                "size": len(body),
                "body": zstandard.compress(body, _LEVEL),
            },
        )
        return bool(cursor.rowcount == 1)

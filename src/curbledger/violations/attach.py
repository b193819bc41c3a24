"""Keep a file with a ticket: a photo from the street, a letter that came with an appeal."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from curbledger.errors import Invalid, NotFound
from curbledger.violations.violation import Attachment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from curbledger.clients.client import Client
    from curbledger.violations.violation import Violation

LARGEST = 15 * 1024 * 1024
MOST = 12
# What a file begins with decides what it is, not what its name says: a browser shows it as that and as nothing else.
_BEGINNINGS = (
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"%PDF-", "pdf", "application/pdf"),
)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it was sent."""

    name: str
    content: bytes


@contextmanager
def attached(client: Client, violation: Violation, files: Iterable[NewFile], *, at: datetime) -> Iterator[list[Path]]:
    """Write files and their rows. In the client's scope. Leave the block by an exception, and the files are gone again.

    Raises Invalid for one that is too large, too many, or no photo (JPEG, PNG) and no PDF.
    """
    sent = list(files)
    if len(sent) > MOST:
        raise Invalid(_("At most {most} files at a time.").format(most=MOST), field="evidence")
    written: list[Path] = []
    try:
        for file in sent:
            written.append(_keep(client, violation, file, at=at))  # noqa: PERF401  # what is written is known after each
        yield written
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _keep(client: Client, violation: Violation, file: NewFile, *, at: datetime) -> Path:
    extension, mime = _kind(file)
    name = uuid.uuid4().hex
    place = f"{client.key}/VIOLATIONS/{at.astimezone(UTC):%Y/%m/%d}/{name}.{extension}"
    path: Path = settings.CURBLEDGER.home / "files" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as opened:
        opened.write(file.content)
        opened.flush()
        os.fsync(opened.fileno())
    Attachment.objects.create(
        client_id=client.pk,
        violation_id=violation.pk,
        storage_location=place,
        name=file.name.rpartition(".")[0][:255] or name,
        extension=extension,
        mime=mime,
        created_at=at,
    )
    return path


def _kind(file: NewFile) -> tuple[str, str]:
    if len(file.content) > LARGEST:
        raise Invalid(
            _("{name} is larger than {most} MB.").format(name=file.name, most=LARGEST // 1024 // 1024), field="evidence"
        )
    for beginning, extension, mime in _BEGINNINGS:
        if file.content.startswith(beginning):
            return extension, mime
    raise Invalid(_("{name} is no photo (JPEG, PNG) and no PDF.").format(name=file.name), field="evidence")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a ticket, and what it is called."""

    path: Path
    name: str
    mime: str


def find_file(unique_id: uuid.UUID) -> KeptFile:
    """A file of one of the client's tickets. In the client's scope. Raises NotFound.

    Where its row leads out of the folder of stored files, there is no such file.
    """
    row = Attachment.objects.filter(unique_id=unique_id, archived__isnull=True).first()
    if row is None:
        raise NotFound(_("There is no such file."))
    folder = (settings.CURBLEDGER.home / "files").resolve()
    # Resolved, so that neither .. nor a symbolic link leads elsewhere.
    path = (folder / row.storage_location).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise NotFound(_("The file is not where its record says. Tell whoever runs this server."))
    return KeptFile(path=path, name=f"{row.name}.{row.extension}", mime=row.mime)

"""A stored answer as a download: the very bytes, with what a receiver checks them by."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse

from curbledger.placements.manifest import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curbledger.placements.batch import Revision
    from curbledger.placements.manifest import BatchLine

# A chunk is megabytes; a slow reader should not look like one that stalled.
_PIECE = 65536


def download(batch: BatchLine, revision: Revision) -> StreamingHttpResponse:
    """The answer of a revision. Raises Erased and NeverHere before anything is sent."""
    headers = {
        "X-Batch-Id": str(batch.uuid),
        "X-Batch-Revision": str(revision.number),
        "X-Record-Count": str(revision.record_count),
        "X-Total-Owing": f"{revision.total:.2f}",
    }
    if revision.digest is not None:
        digest = base64.b64encode(bytes.fromhex(revision.digest)).decode("ascii")
        headers |= {
            "ETag": f'"{revision.digest}"',
            "Repr-Digest": f"sha-256=:{digest}:",
            "Content-Length": str(revision.size),
        }
    return StreamingHttpResponse(_pieces(records(revision)), content_type="application/json", headers=headers)


def _pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]

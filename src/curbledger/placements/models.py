"""Where Django looks for the tables of this app."""

from curbledger.placements.agency import Agency, AgencyCategory, AgencyToken
from curbledger.placements.batch import Batch, Chunk, Placement, Revision
from curbledger.placements.deliverer import Deliverer
from curbledger.placements.idempotency import IdempotencyKey
from curbledger.placements.retention import Erasure, Retention

__all__ = [
    "Agency",
    "AgencyCategory",
    "AgencyToken",
    "Batch",
    "Chunk",
    "Deliverer",
    "Erasure",
    "IdempotencyKey",
    "Placement",
    "Retention",
    "Revision",
]

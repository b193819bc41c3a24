"""Where Django looks for the tables of this app."""

from curbledger.placements.agency import Agency, AgencyCategory, AgencyToken
from curbledger.placements.batch import Batch, Chunk, Placement, Revision
from curbledger.placements.deliverer import Deliverer
from curbledger.placements.idempotency import IdempotencyKey

__all__ = [
    "Agency",
    "AgencyCategory",
    "AgencyToken",
    "Batch",
    "Chunk",
    "Deliverer",
    "IdempotencyKey",
    "Placement",
    "Revision",
]

"""Where Django looks for the tables of this app."""

from curbledger.placements.agency import Agency, AgencyCategory, AgencyToken
from curbledger.placements.batch import Batch, Chunk, Placement, Revision
from curbledger.placements.deliverer import Deliverer
from curbledger.placements.guards import Override, Refused
from curbledger.placements.idempotency import IdempotencyKey
from curbledger.placements.proposal import Proposal, ProposalSlice
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
    "Override",
    "Placement",
    "Proposal",
    "ProposalSlice",
    "Refused",
    "Retention",
    "Revision",
]

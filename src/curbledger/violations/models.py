"""Where Django looks for the tables of this app."""

from curbledger.violations.act import Act
from curbledger.violations.late_fee_rule import LateFeeRule
from curbledger.violations.ledger import Adjustment, Discount, Fee, Payment
from curbledger.violations.lists import Category, Location, Offence
from curbledger.violations.numbering import IssueRule
from curbledger.violations.standing import Appeal, Hold, Notice
from curbledger.violations.violation import Attachment, Detail, Violation

__all__ = [
    "Act",
    "Adjustment",
    "Appeal",
    "Attachment",
    "Category",
    "Detail",
    "Discount",
    "Fee",
    "Hold",
    "IssueRule",
    "LateFeeRule",
    "Location",
    "Notice",
    "Offence",
    "Payment",
    "Violation",
]

"""The reports' tables, for Django to find."""

from curbledger.reports.subscription import Sending, Subscription
from curbledger.reports.today import KeptFigures

__all__ = ["KeptFigures", "Sending", "Subscription"]

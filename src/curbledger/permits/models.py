"""Where Django looks for the tables of this app."""

from curbledger.permits.alarm import Alarm
from curbledger.permits.do_not_ticket import DoNotTicket
from curbledger.permits.lot import Lot, LotZone
from curbledger.permits.lot_tax import LotTax
from curbledger.permits.permit import Permit
from curbledger.permits.zone import Zone

__all__ = ["Alarm", "DoNotTicket", "Lot", "LotTax", "LotZone", "Permit", "Zone"]

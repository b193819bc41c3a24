"""Where Django looks for the tables of this app."""

from curbledger.notices.letter_run import LetterRun
from curbledger.notices.letterhead import Letterhead
from curbledger.notices.message import Message, MessageTicket
from curbledger.notices.text import NoticeText

__all__ = ["LetterRun", "Letterhead", "Message", "MessageTicket", "NoticeText"]

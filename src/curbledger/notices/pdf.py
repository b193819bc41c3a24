"""Letters as PDF: one file of many, ready for envelopes with a window.

What is printed is what was kept with each message, so that the same run is the same file, byte for byte.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import font_roboto
from reportlab.lib import colors
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, Paragraph, Spacer, Table, TableStyle

from curbledger.notices.compose import Line, show_day
from curbledger.notices.letterhead import Letterhead, letterhead_of
from curbledger.notices.message import Message, MessageTicket
from curbledger.notices.placeholders import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from curbledger.clients.client import Client
    from curbledger.notices.letter_run import LetterRun

_PLAIN, _BOLD = "Roboto", "Roboto-Bold"
_WIDTH, _HEIGHT = LETTER
_MARGIN = 0.9 * inch
# Where a window envelope (No. 10) shows the sender and the person.
_SENDER_TOP, _PERSON_TOP, _DAY_TOP, _TEXT_TOP = 0.7 * inch, 2.1 * inch, 3.2 * inch, 3.5 * inch
_LATER_TOP, _BOTTOM = 0.9 * inch, 0.9 * inch
_LEADING = 13
_COLUMNS = {
    "en": ("Ticket", "Issued", "Plate", "Where and what", "Owed"),
    "fr": ("Constat", "Date", "Plaque", "Lieu et motif", "Montant dû"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is printed for one person. `address` has a line each; `body` a mark where the table goes."""

    address: str
    day: str
    subject: str
    body: str
    lines: tuple[Line, ...]
    language: str


def print_run(client: Client, run: LetterRun) -> bytes:
    """The file of a run, the same each time. In the client's scope."""
    messages = list(Message.objects.filter(run_id=run.pk).order_by("id"))
    lines: dict[int, list[Line]] = {message.pk: [] for message in messages}
    for item in MessageTicket.objects.filter(message__in=lines).order_by("violation_id"):
        lines[item.message_id].append(Line(**item.line))
    letters = (letter_of(client, message, lines[message.pk], at=run.made_at) for message in messages)
    return print_letters(client.name, letterhead_of(client), letters)


def letter_of(client: Client, message: Message, lines: Sequence[Line], *, at: datetime) -> Letter:
    """A message as it is printed."""
    return Letter(
        address=message.address,
        day=show_day(at, client, message.language),
        subject=message.subject,
        body=message.body,
        lines=tuple(lines),
        language=message.language,
    )


def print_letters(sender: str, head: Letterhead, letters: Iterable[Letter]) -> bytes:
    """One PDF with a letter after the other, each beginning on a page of its own."""
    _register_fonts()
    file = io.BytesIO()
    # Invariant: without the moment of printing in it.
    canvas = Canvas(file, pagesize=LETTER, invariant=1, pageCompression=1)
    canvas.setTitle(sender)
    canvas.setAuthor(sender)
    for letter in letters:
        _draw(canvas, sender, head, letter)
    canvas.save()
    return file.getvalue()


@cache
def _register_fonts() -> None:
    pdfmetrics.registerFont(TTFont(_PLAIN, font_roboto.font_files["Roboto"]))
    pdfmetrics.registerFont(TTFont(_BOLD, font_roboto.font_files["RobotoBold"]))


_TEXT = ParagraphStyle("text", fontName=_PLAIN, fontSize=10, leading=_LEADING)
_SUBJECT = ParagraphStyle("subject", parent=_TEXT, fontName=_BOLD, fontSize=11, spaceAfter=8)
_CELL = ParagraphStyle("cell", parent=_TEXT, fontSize=9, leading=11)
_GRID = TableStyle(
    [
        ("FONT", (0, 0), (-1, 0), _BOLD, 9),
        ("FONT", (0, 1), (-1, -1), _PLAIN, 9),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.grey),
        ("ALIGN", (4, 0), (4, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ]
)


def _draw(canvas: Canvas, sender: str, head: Letterhead, letter: Letter) -> None:
    _lines(canvas, _SENDER_TOP, [sender, *head.address.splitlines()], first=_BOLD)
    _lines(canvas, _PERSON_TOP, letter.address.splitlines())
    canvas.setFont(_PLAIN, 10)
    canvas.drawRightString(_WIDTH - _MARGIN, _HEIGHT - _DAY_TOP, letter.day)
    story = _story(letter)
    top, page = _TEXT_TOP, 1
    while story:
        _fill_page(canvas, story, top)
        if page > 1:
            canvas.setFont(_PLAIN, 8)
            canvas.drawRightString(_WIDTH - _MARGIN, 0.5 * inch, f"page {page}")
        canvas.showPage()
        top, page = _LATER_TOP, page + 1


def _fill_page(canvas: Canvas, story: list[Any], top: float) -> None:
    """Take from the story what fits below `top`, splitting what does not fit whole."""
    frame = Frame(
        _MARGIN, _BOTTOM, _WIDTH - 2 * _MARGIN, _HEIGHT - _BOTTOM - top,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    drawn = False
    while story and frame.add(story[0], canvas, trySplit=1):
        del story[0]
        drawn = True
    if not story:
        return
    first, *rest = frame.split(story[0], canvas) or [None]
    if first is not None and frame.add(first, canvas):
        story[:1] = rest
    elif not drawn:
        # Otherwise the next page would be as empty as this one, and so on for ever.
        raise ValueError("A part of a letter is larger than a page, and cannot be split.")


def _lines(canvas: Canvas, top: float, lines: Sequence[str], first: str = _PLAIN) -> None:
    for number, line in enumerate(lines):
        canvas.setFont(_PLAIN if number else first, 10)
        canvas.drawString(_MARGIN, _HEIGHT - top - number * _LEADING, line)


def _story(letter: Letter) -> list[Any]:
    story: list[Any] = [Paragraph(escape(letter.subject), _SUBJECT)]
    for line in letter.body.split("\n"):
        if line.strip() == TABLE:
            story.append(_table(letter))
        elif line.strip():
            story.append(Paragraph(escape(line), _TEXT))
        else:
            story.append(Spacer(1, _LEADING * 0.7))
    return story


def _table(letter: Letter) -> Table:
    rows: list[list[Any]] = [list(_COLUMNS[letter.language])]
    rows += [
        [
            Paragraph(escape(line.ticket), _CELL),
            Paragraph(escape(line.issued), _CELL),
            Paragraph(escape(line.plate), _CELL),
            Paragraph(escape("\n".join(filter(None, (line.place, line.offences)))).replace("\n", "<br/>"), _CELL),
            line.owed,
        ]
        for line in letter.lines
    ]
    widths = [1.15 * inch, 1.15 * inch, 0.95 * inch, 2.35 * inch, 1.1 * inch]
    return Table(rows, colWidths=widths, style=_GRID, repeatRows=1, splitInRow=1, hAlign="LEFT")

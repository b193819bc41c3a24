"""What people write: reasons, comments, appeals."""

from __future__ import annotations

COMMENTS = (
    "Photos taken.",
    "No permit visible on dash.",
    "Driver returned as ticket was printed.",
    "Chalked at first pass, same position an hour later.",
    "Meter checked: working.",
    "Sign visible from the driver's seat.",
    "Vehicle left running, nobody inside.",
    "Receipt on dash had expired.",
    "Hazard lights on.",
    "Driver refused the ticket; placed under wiper.",
    "Deux roues sur le trottoir.",
    "Snow on plate, cleared by hand to read it.",
    "Second ticket this week.",
    "Complaint from the shop next door.",
    "Permis périmé depuis un mois.",
    "Blocking the ramp completely.",
)
PRIVATE_COMMENTS = (
    "Plate confirmed with dispatch.",
    "Caller says the car was sold; no transfer on file.",
    "Do not quote the photo over the phone.",
)
APPEALS = (
    "The meter took my card and showed an error.",
    "I was loading a piano and came back within five minutes.",
    "The sign was covered with snow.",
    "My permit had slipped off the dash; a copy is attached.",
    "I was taking a patient into the hospital.",
    "Le panneau était caché par un camion.",
    "The app said that parking was free after six.",
    "The car was sold two weeks before that day.",
    "I paid for the neighbouring stall by mistake.",
)
STANDS = (
    "The signs are clear, and the photos show them.",
    "No receipt for that time was found.",
    "Loading is allowed for commercial plates only.",
    "The permit was not valid on that day.",
)
REDUCED = (
    "Reduced on appeal: a permit was held but not displayed.",
    "Reduced on appeal: payment was made for the wrong stall.",
    "Reduced on appeal: first offence.",
)
FALLS = (
    "The sign was down; public works confirms it.",
    "The meter was out of order that day.",
    "The permit was valid.",
    "The vehicle had been sold.",
    "Medical emergency, confirmed.",
)
WITHDRAWN = "Appeal withdrawn by the person."
OFFICER_CHANGES = ("Corrected to the first-offence amount.", "Set amount changed by by-law amendment.")
GRANTED = ("Goodwill: long wait on the phone.", "Loyalty of a permit holder.")
LATE = ("late", "Not paid by the due day.")
SEARCH = ("search", "Owner looked up by plate.")
ADMINISTRATION = ("administration", "Administration of an unpaid ticket.")
HOLDS = {
    "appeal": ("Appeal announced by phone; papers are on their way.", "Asked for a second review."),
    "dispute": ("Says that the plate was misread.", "Says that it was paid at the counter; looking for the receipt."),
    "payment_plan": ("Pays in three instalments.", "Payment plan signed at the counter."),
    "court": ("Early resolution meeting is booked.", "Trial requested."),
    "bankruptcy": ("Trustee's notice received.", "Consumer proposal filed."),
    "deceased": ("Estate's lawyer has written.", "Family reported the death; certificate is on file."),
    "other": ("Vehicle reported stolen; police report is awaited.", "Diplomatic plate: referred to protocol."),
}
RELEASES = {
    "appeal": "Nothing was sent in within thirty days.",
    "dispute": "Looked into: the ticket is right.",
    "payment_plan": "Instalments were missed.",
    "court": "The court let the fine stand.",
    "bankruptcy": "Proposal was refused by the creditors.",
    "deceased": "It was another person of that name.",
    "other": "The report was withdrawn.",
}
SPOILED = ("Printer jammed.", "Test print.", "Wrong plate entered, written anew.", "Paper torn.")
CANCELLED = (
    "Issued in error: permit was valid.",
    "Duplicate of another ticket.",
    "Signage was being replaced.",
    "Emergency vehicle.",
    "Breakdown; tow receipt provided.",
)
REDUCED_TO_WARNING = "Reduced to a warning at the counter."

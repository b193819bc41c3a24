"""What must hold after any story: nothing lost, nothing twice, nothing that should have stayed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.stories.house import Answer, House

PAGE = "/v1/violations/send_overdue_to_collections"


def token(house: House) -> str:
    """A token that collects."""
    return house.run("token", "add", "OC_TOMA", "--name", "agency", "--permission", "violations-collect")


def eligible(house: House) -> set[int]:
    """The violations that the rule would let go now, asked before anything went. By the switch's own count."""
    said = house.run("client", "collect", "OC_TOMA", "on")
    count = int(said.split("hands over ")[1].split(" ")[0])
    rows = house.query(
        "SELECT id FROM violation WHERE sent_at IS NULL AND balance > 0 AND NOT spoiled AND NOT warning "
        "AND cancelled_at IS NULL AND appeal_count = 0"
    )
    assert count <= len(rows)
    return {row[0] for row in rows}


def owed(record: dict[str, Any]) -> Decimal:
    """What the agency is to collect, as the contract says it."""
    fine = Decimal(record["AdjustedFine"]) or Decimal(record["Fine"])
    return fine + Decimal(record["Towing"]) + Decimal(record["taxAmount"])


def check_answer(answer: Answer) -> None:
    """A whole answer agrees with its own headers, and its records stand in the order of their ids."""
    assert answer.status == 200
    assert answer.headers["connection"] == "close"
    assert answer.ids == sorted(set(answer.ids))
    assert len(answer.ids) == int(answer.headers["x-record-count"])
    assert sum(map(owed, answer.records), Decimal(0)) == Decimal(answer.headers["x-total-owing"])
    assert all(record["SentToCollections"] is None for record in answer.records)


def newest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """What a careful receiver keeps: of each batch the newest revision that it got whole."""
    kept: dict[str, Answer] = {}
    for answer in answers:
        if not answer.whole:
            continue
        check_answer(answer)
        batch = answer.headers["x-batch-id"]
        if batch not in kept or _revision(answer) > _revision(kept[batch]):
            kept[batch] = answer
    return kept


def check_once(answers: Iterable[Answer]) -> set[int]:
    """No violation stands in two batches. Returns all that were handed over."""
    seen: set[int] = set()
    for answer in newest(answers).values():
        assert seen.isdisjoint(answer.ids)
        seen.update(answer.ids)
    return seen


def _revision(answer: Answer) -> int:
    return int(answer.headers["x-batch-revision"])

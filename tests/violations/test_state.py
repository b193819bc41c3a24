"""One standing for each ticket: the list's badge, its filter, a ticket's page and a person's list all say the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import event, given, settings

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.registry.models import Driver, Person
from curbledger.violations.appeal import decide_appeal, open_appeal
from curbledger.violations.explain import explain
from curbledger.violations.hold import hold_person, hold_violation, release_hold
from curbledger.violations.models import Payment, Violation
from curbledger.violations.overdue import rule_for
from curbledger.violations.payment import record_payment, reverse_payment
from curbledger.violations.search import Wanted, search
from curbledger.violations.state import OWING, SOUGHT, STATES, VOID, owed_of, states_of
from curbledger.violations.void import cancel, spoil
from tests import cast
from tests.cast import NOON, issue
from tests.violations import oracle
from tests.violations.oracle import Situation
from tests.violations.situations import situations
from tests.violations.test_overdue_property import forgotten
from tests.violations.writing import write

SIZE = 30
DAY = timedelta(days=1)
TODAY = date(2026, 5, 20)


def badges(client: Client, *, at: Any = NOON, state: str = "") -> dict[int, str]:
    """What a list says of each ticket that it finds."""
    return {line.id: line.state for line in search(client, Wanted(state=state), at=at, limit=500).lines}


def assert_one_standing(client: Client, *, at: Any = NOON) -> dict[str, str]:
    """Badge, filter and page agree on every ticket of the client. Gives each ticket's standing."""
    said = badges(client, at=at)
    numbers = dict(Violation.objects.values_list("pk", "ticket"))
    assert said == states_of(client, list(numbers), at=at)
    for sought, states in SOUGHT.items():
        assert badges(client, at=at, state=sought) == {pk: state for pk, state in said.items() if state in states}
    return {numbers[pk]: state for pk, state in said.items()}


@pytest.mark.django_db
@settings(max_examples=40)
@given(situation=situations(size=SIZE))
def test_badge_filter_and_page_agree_with_the_domains_words(town: Client, situation: Situation) -> None:
    with forgotten(town):
        violations = write(town, situation)
        said = assert_one_standing(town, at=situation.at)
        told = {one.ticket: explain(town, one.ticket, at=situation.at) for one in violations}
    expected = [oracle.state(situation, ticket) for ticket in situation.tickets]
    assert [said[one.ticket] for one in violations] == expected
    for ticket, state in said.items():
        event(state)
        # What goes to collections stands as overdue, and nothing else does.
        assert state == "overdue" or not told[ticket].eligible


def test_every_word_can_be_looked_for_and_all_that_owe_at_once() -> None:
    assert set(SOUGHT) == {*STATES, OWING}
    assert set(SOUGHT[OWING]).isdisjoint({*VOID, "paid", "overpaid", "settled"})


class TestOrder:
    """What ends a ticket comes before what delays it."""

    # Each makes a ticket stand so; made in this order, the last one decides.
    ENDINGS: tuple[tuple[str, Callable[[Client, str], object]], ...] = (
        ("held", lambda client, ticket: hold_violation(client, ticket, kind="court", reason="r", at=NOON, by="maud")),
        ("appealed", lambda client, ticket: open_appeal(client, ticket, text="", at=NOON)),
        ("sent", lambda _client, ticket: Violation.objects.filter(ticket=ticket).update(sent_at=NOON)),
        ("paid", lambda client, ticket: record_payment(client, ticket, amount=Decimal(50), at=NOON, by="kim")),
        ("overpaid", lambda client, ticket: record_payment(client, ticket, amount=Decimal(1), at=NOON, by="kim")),
        ("warning", lambda _client, ticket: Violation.objects.filter(ticket=ticket).update(warning=True)),
        ("cancelled", lambda _client, ticket: Violation.objects.filter(ticket=ticket).update(cancelled_at=NOON)),
        ("spoiled", lambda _client, ticket: Violation.objects.filter(ticket=ticket).update(spoiled=True)),
    )

    @pytest.mark.parametrize("due", [-DAY, DAY])
    def test_each_comes_before_the_ones_below_it(self, inside: Client, due: timedelta) -> None:
        issue(inside, "ONE", due_at=NOON + due)
        assert assert_one_standing(inside) == {"ONE": "overdue" if due < timedelta(0) else "due"}
        for state, act in self.ENDINGS:
            act(inside, "ONE")
            assert assert_one_standing(inside) == {"ONE": state}

    @pytest.mark.parametrize("fine", ["0.00", "50.00"])
    def test_nothing_owed_and_nothing_paid_is_not_paid(self, inside: Client, fine: str) -> None:
        issue(inside, "FREE", fine=fine, adjusted_fine=Decimal(0))
        assert assert_one_standing(inside) == {"FREE": "settled"}

    def test_what_came_back_from_an_agency_is_recalled_unless_it_is_contested_or_held(self, inside: Client) -> None:
        for ticket in ("BACK", "CONTESTED", "HELD"):
            issue(inside, ticket, sent_at=NOON, recalled_at=NOON)
        open_appeal(inside, "CONTESTED", text="", at=NOON)
        hold_violation(inside, "HELD", kind="court", reason="r", at=NOON, by="maud")
        assert assert_one_standing(inside) == {"BACK": "recalled", "CONTESTED": "appealed", "HELD": "held"}

    def test_a_decided_appeal_and_a_reversed_payment_leave_it_overdue(self, inside: Client) -> None:
        issue(inside, "STANDS")
        open_appeal(inside, "STANDS", text="", at=NOON)
        decide_appeal(inside, "STANDS", decision="upheld", reason="r", at=NOON, by="maud")
        issue(inside, "BOUNCED")
        record_payment(inside, "BOUNCED", amount=Decimal(50), at=NOON, by="kim")
        (paid,) = Payment.objects.values_list("pk", flat=True)
        reverse_payment(inside, "BOUNCED", payment_id=paid, reason="r", at=NOON, by="maud")
        assert assert_one_standing(inside) == {"STANDS": "overdue", "BOUNCED": "overdue"}

    def test_a_void_ticket_that_was_paid_is_void_and_owes_only_what_comes_back(self, inside: Client) -> None:
        for ticket, verb in (("CANCELLED", cancel), ("SPOILED", spoil)):
            issue(inside, ticket)
            verb(inside, ticket, reason="r", at=NOON, by="maud")
        assert assert_one_standing(inside) == {"CANCELLED": "cancelled", "SPOILED": "spoiled"}
        assert [owed_of(Decimal(amount), "cancelled") for amount in (50, -10)] == [0, -10]


class TestHolds:
    """A hold stands on a ticket as long as it holds it, wherever it was put."""

    @pytest.fixture
    def robin(self, inside: Client) -> Person:
        """Somebody with a ticket of their own, and one on a car they drive that names nobody."""
        robin, car = cast.person(inside), cast.vehicle(inside)
        Driver.objects.create(client_id=inside.pk, vehicle=car, person=robin)
        issue(inside, "OWN", person=robin)
        issue(inside, "DRIVEN", vehicle=car)
        issue(inside, "DRIVEN BY OTHER", vehicle=car, person=cast.person(inside))
        issue(inside, "STRANGE")
        return robin

    def held(self, client: Client, **when: Any) -> set[str]:
        return {ticket for ticket, state in assert_one_standing(client, **when).items() if state == "held"}

    def test_one_on_a_person_stands_on_all_their_tickets(self, inside: Client, robin: Person) -> None:
        hold_person(inside, robin.pk, kind="deceased", reason="r", at=NOON, by="maud")
        assert self.held(inside) == {"OWN", "DRIVEN"}

    def test_one_that_was_released_does_not(self, inside: Client, robin: Person) -> None:
        placed = hold_person(inside, robin.pk, kind="deceased", reason="r", at=NOON, by="maud")
        on_ticket = hold_violation(inside, "STRANGE", kind="court", reason="r", at=NOON, by="maud")
        for one in (placed, on_ticket):
            release_hold(one.pk, reason="r", at=NOON, by="maud")
        assert self.held(inside) == set()

    def test_one_stands_on_its_last_day_and_not_on_the_next(self, inside: Client, robin: Person) -> None:
        hold_person(inside, robin.pk, kind="payment_plan", reason="r", at=NOON, by="maud", until=TODAY)
        hold_violation(inside, "STRANGE", kind="court", reason="r", at=NOON, by="maud", until=TODAY)
        assert self.held(inside) == {"OWN", "DRIVEN", "STRANGE"}
        assert self.held(inside, at=NOON + DAY) == set()

    def test_a_bankruptcy_stands_on_the_tickets_up_to_the_petition(self, inside: Client, robin: Person) -> None:
        issue(inside, "LATER", person=robin, issued_at=NOON - DAY, due_at=NOON)
        petition = TODAY - timedelta(days=30)
        hold_person(inside, robin.pk, kind="bankruptcy", reason="r", at=NOON, by="maud", petition_on=petition)
        assert self.held(inside) == {"OWN", "DRIVEN"}

    def test_a_kind_that_the_policy_does_not_heed_holds_nothing(self, inside: Client, robin: Person) -> None:
        hold_person(inside, robin.pk, kind="dispute", reason="r", at=NOON, by="maud")
        change_policy(client_id=inside.pk, at=NOON, by="maud", hold_kinds=("court",))
        assert "dispute" not in rule_for(inside, at=NOON).policy.hold_kinds
        assert self.held(inside) == set()

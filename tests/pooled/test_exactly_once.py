"""Nothing lost and nothing twice, with a pooler that gives every transaction another connection.

The stories are those of tests/stories, told once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from tests.stories.ledger import token
from tests.stories.test_changes_meanwhile import (
    test_a_part_that_was_paid_after_a_broken_delivery_is_no_longer_billed,
    test_what_is_committed_after_a_broken_delivery_leaves_the_batch,
    test_what_is_committed_while_the_claim_waits_for_the_row_counts,
)
from tests.stories.test_killed_servers import (
    test_killed_before_the_first_byte_it_leaves_nothing_half_done,
    test_killed_in_the_middle_the_next_server_sends_everything_again,
    test_two_servers_die_and_a_third_takes_up_both_batches,
)
from tests.stories.test_many_callers import (
    test_twelve_callers_of_whom_some_hang_up_lose_nothing,
    test_twelve_callers_on_two_servers_share_what_there_is,
)

if TYPE_CHECKING:
    from tests.stories.house import House

__all__ = [
    "test_a_part_that_was_paid_after_a_broken_delivery_is_no_longer_billed",
    "test_killed_before_the_first_byte_it_leaves_nothing_half_done",
    "test_killed_in_the_middle_the_next_server_sends_everything_again",
    "test_twelve_callers_of_whom_some_hang_up_lose_nothing",
    "test_twelve_callers_on_two_servers_share_what_there_is",
    "test_two_servers_die_and_a_third_takes_up_both_batches",
    "test_what_is_committed_after_a_broken_delivery_leaves_the_batch",
    "test_what_is_committed_while_the_claim_waits_for_the_row_counts",
]


def test_the_pooler_hands_out_transactions_and_not_sessions(small_town: House) -> None:
    """Or the stories here would say no more than those of tests/stories."""

    def server_of(session: psycopg.Connection[object]) -> object:
        return session.execute("SELECT pg_backend_pid()").fetchone()

    with psycopg.connect(small_town.url, autocommit=True) as one, psycopg.connect(small_town.url) as other:
        first = server_of(one)
        # While the other's transaction has that connection, the first session gets another one.
        assert server_of(other) == first
        assert server_of(one) != first


def test_one_clients_scope_is_gone_with_its_transaction(small_town: House) -> None:
    """The next transaction on the same server connection sees nothing."""
    server, secret = small_town.serve(), token(small_town)
    assert len(server.collect(secret).ids) == 20
    with psycopg.connect(small_town.url, autocommit=True, prepare_threshold=None) as session:
        for _ in range(20):
            assert session.execute("SELECT count(*) FROM violation").fetchone() == (0,)

"""A referral that is earned gives two cards, once, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from retention.rewards.issue import PoolEmptyError
from retention.rewards.pool_import import import_codes
from retention.rewards.referrals import reward_referrals
from tests.integration.rewards.dying import KilledError, connect_until
from tests.integration.rewards.quarter import NOW, shop_that

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

MADE, FROM_POOL = shop_that(), shop_that(gift_card_codes="pool")
BOTH = [("anna", "o1:referrer"), ("ville", "o1:friend")]


@pytest.fixture(autouse=True)
def _earned(ledger: psycopg.Connection) -> None:
    earn(ledger, BOTH)


def earn(connection: psycopg.Connection, rewards: list[tuple[str, str]]) -> None:
    """Let the night's mart hold these rewards besides."""
    for customer, occasion in rewards:
        connection.execute(
            "insert into signals.referrals_rewarded values (%s, %s, %s, 'EUR', 10.00)",
            [customer, occasion, NOW.date()],
        )


def issued(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Customer and occasion of every card with a code; every code is another."""
    rows = connection.execute(
        "select customer_id, occasion, code_plain from ledger.gift_cards"
        " where source = 'referral' and state = 'issued' and amount = 10 order by 1, 2"
    ).fetchall()
    assert len({code for *_, code in rows}) == len(rows)
    return [tuple(key) for *key, _ in rows]


def test_both_get_a_card_with_a_code_of_its_own(ledger: psycopg.Connection) -> None:
    assert reward_referrals(ledger, MADE, NOW) == 2
    assert issued(ledger) == BOTH


def test_the_next_night_issues_only_what_was_earned_anew(ledger: psycopg.Connection) -> None:
    reward_referrals(ledger, MADE, NOW)
    earn(ledger, [("anna", "o2:referrer"), ("mika", "o2:friend")])
    assert reward_referrals(ledger, MADE, NOW + timedelta(days=1)) == 2
    assert reward_referrals(ledger, MADE, NOW + timedelta(days=2)) == 0
    assert issued(ledger) == sorted([*BOTH, ("anna", "o2:referrer"), ("mika", "o2:friend")])


@pytest.mark.parametrize("statement", range(1, 12))
def test_killed_before_any_statement_and_run_again_each_has_one_card(
    ledger: psycopg.Connection, statement: int
) -> None:
    try:
        with connect_until(statement) as dying:
            reward_referrals(dying, MADE, NOW)
    except KilledError:
        assert len(issued(ledger)) in {0, 2}
    reward_referrals(ledger, MADE, NOW)
    assert issued(ledger) == BOTH


def test_an_empty_pool_says_what_lacks_and_the_cards_wait_for_codes(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    with pytest.raises(PoolEmptyError, match=r"lacks 2 of 10\.00 EUR"):
        reward_referrals(ledger, FROM_POOL, NOW)
    assert issued(ledger) == []
    file = tmp_path / "pool.csv"
    file.write_text(
        "code,currency,amount,expires_date\nPOOL-AAAA-0001,EUR,10.00,\nPOOL-AAAA-0002,EUR,10.00,\n"
    )
    import_codes(ledger, file, NOW)
    assert reward_referrals(ledger, FROM_POOL, NOW) == 2
    assert issued(ledger) == BOTH

"""A referral that is earned gives two cards, once, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from retention.rewards.issue import PoolEmptyError
from retention.rewards.pool_import import import_codes
from retention.rewards.referrals import reward_referrals
from tests.integration.rewards.dying import KilledError, connect_until
from tests.integration.rewards.quarter import NOW
from tests.shops import shop_that

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

MADE, FROM_POOL = shop_that(), shop_that(gift_card_codes="pool")
NIGHT = NOW.date()
BOTH = [("anna", "o1:referrer"), ("ville", "o1:friend")]


@pytest.fixture(autouse=True)
def _earned(ledger: psycopg.Connection) -> None:
    earn(ledger, BOTH, friend="ville")


def earn(
    connection: psycopg.Connection,
    rewards: list[tuple[str, str]],
    friend: str,
    before: tuple[str, ...] = (),
    accounts: tuple[str, ...] = (),
) -> None:
    """Add these rewards to the night's mart.

    Args:
        connection: an open connection.
        rewards: whose they are, and their occasions.
        friend: who came by the code.
        before: the friend's other orders.
        accounts: the friend's other accounts.
    """
    for customer, occasion in rewards:
        order_id, role = occasion.split(":")
        once = Jsonb([f"{each}:{role}" for each in (order_id, *before)])
        connection.execute(
            "insert into signals.referrals_rewarded values"
            " (%s, %s, %s, %s, %s, %s, %s, 'EUR', 10.00)",
            [customer, occasion, friend, once, Jsonb([friend, *accounts]), NIGHT, NIGHT],
        )


def issued(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Customer and occasion of every card with a code; all codes differ."""
    rows = connection.execute(
        "select customer_id, occasion, code_plain from ledger.gift_cards"
        " where source = 'referral' and state = 'issued' and amount = 10 order by 1, 2"
    ).fetchall()
    assert len({code for *_, code in rows}) == len(rows)
    return [tuple(key) for *key, _ in rows]


def test_both_customers_get_a_card_with_a_separate_code(ledger: psycopg.Connection) -> None:
    assert reward_referrals(ledger, NIGHT, MADE, NOW) == 2
    assert issued(ledger) == BOTH


def test_the_next_night_issues_only_new_rewards(ledger: psycopg.Connection) -> None:
    reward_referrals(ledger, NIGHT, MADE, NOW)
    earn(ledger, [("anna", "o2:referrer"), ("mika", "o2:friend")], friend="mika")
    assert reward_referrals(ledger, NIGHT, MADE, NOW + timedelta(days=1)) == 2
    assert reward_referrals(ledger, NIGHT, MADE, NOW + timedelta(days=2)) == 0
    assert issued(ledger) == sorted([*BOTH, ("anna", "o2:referrer"), ("mika", "o2:friend")])


def test_a_friend_is_rewarded_once_although_the_order_is_replaced_and_the_account_joined(
    ledger: psycopg.Connection,
) -> None:
    reward_referrals(ledger, NIGHT, MADE, NOW)
    earn(ledger, [("anna", "o9:referrer"), ("ville", "o9:friend")], friend="ville")
    earn(ledger, [("anna", "o1:referrer"), ("ville-2", "o1:friend")], friend="ville-2")
    assert reward_referrals(ledger, NIGHT, MADE, NOW) == 0
    assert issued(ledger) == BOTH


@pytest.mark.parametrize("known", [{"before": ("o1",)}, {"accounts": ("ville",)}], ids=str)
def test_a_friend_is_rewarded_once_although_a_joined_account_has_ordered_again(
    ledger: psycopg.Connection, known: dict[str, tuple[str, ...]]
) -> None:
    reward_referrals(ledger, NIGHT, MADE, NOW)
    earn(ledger, [("ville-2", "o9:friend")], friend="ville-2", **known)
    assert reward_referrals(ledger, NIGHT, MADE, NOW) == 0
    assert issued(ledger) == BOTH


def test_referrals_of_another_night_grant_no_card(ledger: psycopg.Connection) -> None:
    assert reward_referrals(ledger, NIGHT + timedelta(days=1), MADE, NOW) == 0


def test_a_night_that_gates_the_mails_grants_no_card(ledger: psycopg.Connection) -> None:
    ledger.execute(
        "insert into decisions.campaign_gates values"
        " ('referral_reward', 'kept_orders', 'Held back: kept_orders failed its check.')"
    )
    assert reward_referrals(ledger, NIGHT, MADE, NOW) == 0
    ledger.execute("update decisions.campaign_gates set campaign = 'winback'")
    assert reward_referrals(ledger, NIGHT, MADE, NOW) == 2


@pytest.mark.parametrize("statement", range(1, 12))
def test_killed_before_any_statement_and_run_again_each_has_one_card(
    ledger: psycopg.Connection, statement: int
) -> None:
    try:
        with connect_until(statement) as dying:
            reward_referrals(dying, NIGHT, MADE, NOW)
    except KilledError:
        assert len(issued(ledger)) in {0, 2}
    reward_referrals(ledger, NIGHT, MADE, NOW)
    assert issued(ledger) == BOTH


def test_an_empty_pool_is_reported_and_the_cards_wait_for_codes(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    with pytest.raises(PoolEmptyError, match=r"lacks 2 of 10\.00 EUR"):
        reward_referrals(ledger, NIGHT, FROM_POOL, NOW)
    assert issued(ledger) == []
    file = tmp_path / "pool.csv"
    file.write_text(
        "code,currency,amount,expires_date\nPOOL-AAAA-0001,EUR,10.00,\nPOOL-AAAA-0002,EUR,10.00,\n"
    )
    import_codes(ledger, file, NOW)
    assert reward_referrals(ledger, NIGHT, FROM_POOL, NOW) == 2
    assert issued(ledger) == BOTH

"""`retention rewards` and `retention gift-cards`, as an accountant and support use them."""

from __future__ import annotations

import getpass
import re
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb
from typer.testing import CliRunner, Result

from retention.commands import app
from retention.commands.errors import is_fixable
from retention.ledger.reward_runs import find_run
from retention.rewards.issue import PoolEmptyError, issue_run
from tests.integration.ledger.warehouse import decision, plan
from tests.integration.rewards.quarter import NOW, approved_run, graded_run
from tests.shops import shop_that

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

DELIVERED = """
    update ledger.gift_cards
    set state = 'delivered', delivered_at = %(now)s, code_plain = null
    where card_id = %(card)s
"""
CAME_BACK = """
    insert into ledger.message_events (
        sg_event_id, event, message_id, occurred_at, received_at, details
    )
    select 'event-1', %(event)s, message_id, %(now)s, %(now)s, '{}'
    from ledger.messages
    where context ->> 'gift_card_id' = %(card)s::text
"""
CODE = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){4}")


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("retention.commands.console.console.width", 200)


def _retention(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def _issued(connection: psycopg.Connection) -> str:
    """Issue the quarter's cards; return anna's card."""
    issue_run(connection, approved_run(connection), shop_that(), NOW)
    card = connection.execute("select card_id from ledger.gift_cards where customer_id = 'anna'")
    return str(card.fetchone()[0])


def test_show_prints_the_run_its_decision_and_its_cards(ledger: psycopg.Connection) -> None:
    _issued(ledger)
    shown = _retention("rewards", "show", "2026Q3")
    assert shown.exit_code == 0
    for words in (
        "Rewards 2026Q3: 5 gift cards, 125.00 EUR: issued",
        "Decided at 2026-10-01 06:00 UTC by Kaisa",
        "1000.00 EUR",
        "clara",
        "test account",
        "computed again: it matches.",
        "none yet",
    ):
        assert words in shown.output
    assert not CODE.search(shown.output)


@pytest.mark.parametrize("event", ["bounce", "dropped"])
def test_show_names_the_cards_whose_mail_came_back(ledger: psycopg.Connection, event: str) -> None:
    card_id = _issued(ledger)
    mail = Jsonb({"gift_card_id": card_id})
    plan(ledger, [decision(1, customer_id="anna", kind="transactional", context=mail)])
    assert "came back" not in _retention("rewards", "show", "2026Q3").output
    ledger.execute(DELIVERED, {"card": card_id, "now": NOW})
    ledger.execute(CAME_BACK, {"card": card_id, "event": event, "now": NOW})
    shown = _retention("rewards", "show", "2026Q3")
    assert "came back" in shown.output
    assert f"{card_id} of anna" in shown.output


def test_show_finds_grades_that_were_tampered_with(ledger: psycopg.Connection) -> None:
    _issued(ledger)
    ledger.execute("alter table ledger.reward_grades disable trigger all")
    ledger.execute("update ledger.reward_grades set spend = 700 where customer_id = 'anna'")
    shown = _retention("rewards", "show", "2026Q3")
    assert shown.exit_code == 1
    assert "DIFFERENT" in shown.output


def test_reject_ends_a_run_that_waits(ledger: psycopg.Connection) -> None:
    graded_run(ledger)
    rejected = _retention("rewards", "reject", "2026Q3", "--reason", "the returns are missing")
    assert rejected.exit_code == 0
    run = find_run(ledger, "2026Q3")
    assert (run.state, run.decided_by) == ("rejected", getpass.getuser())
    assert run.decision_reason == "the returns are missing"


def test_a_customers_cards_are_listed_without_their_codes(ledger: psycopg.Connection) -> None:
    card_id = _issued(ledger)
    listed = _retention("gift-cards", "of", "anna")
    last_four = ledger.execute(
        "select code_last_four from ledger.gift_cards where customer_id = 'anna'"
    ).fetchone()[0]
    for words in (card_id, "quarterly 2026Q3", "15.00 EUR", "issued", last_four, "2027-10-01"):
        assert words in listed.output
    assert not CODE.search(listed.output)


def test_reissue_voids_a_card_and_issues_another_and_records_the_person(
    ledger: psycopg.Connection,
) -> None:
    card_id = _issued(ledger)
    done = _retention("gift-cards", "reissue", card_id, "--reason", "the mail was lost")
    assert done.exit_code == 0
    assert f"Gift card {card_id} is void; " in done.output
    assert ledger.execute(
        "select occasion, state, cancelled_by, cancel_reason from ledger.gift_cards"
        " where customer_id = 'anna' order by occasion"
    ).fetchall() == [
        ("2026Q3", "cancelled", getpass.getuser(), "the mail was lost"),
        ("2026Q3:reissue-1", "issued", None, None),
    ]
    assert not CODE.search(done.output)


def test_an_import_names_the_run_that_waits_for_codes(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    with pytest.raises(PoolEmptyError):
        issue_run(ledger, approved_run(ledger), shop_that(gift_card_codes="pool"), NOW)
    file = tmp_path / "pool.csv"
    file.write_text("code,currency,amount,expires_date\nPOOL-0000-1050,EUR,50,\n")
    imported = _retention("gift-cards", "import", str(file))
    assert "2026Q3-1 waits for codes: clear its run of grant_quarterly_rewards" in imported.output


def test_an_import_gives_codes_to_replacement_cards(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "pool.csv"
    head, worth = "code,currency,amount,expires_date\n", (15, 15, 15, 30, 50)
    codes = [f"POOL-0000-{number:04},EUR,{each},\n" for number, each in enumerate(worth)]
    file.write_text(head + "".join(codes))
    _retention("gift-cards", "import", str(file))
    issue_run(ledger, approved_run(ledger), shop_that(gift_card_codes="pool"), NOW)
    (card_id,) = ledger.execute(
        "select card_id from ledger.gift_cards where customer_id = 'clara'"
    ).fetchone()
    _retention("gift-cards", "reissue", str(card_id), "--reason", "the mail was lost")
    file.write_text(head + "POOL-0000-2015,EUR,15,\n")
    assert "still lack codes" in _retention("gift-cards", "import", str(file)).output
    file.write_text(head + "POOL-0000-2050,EUR,50,\n")
    imported = _retention("gift-cards", "import", str(file))
    assert "1 replacement cards took theirs" in imported.output
    (states,) = ledger.execute(
        "select array_agg(state order by occasion) from ledger.gift_cards"
        " where customer_id = 'clara'"
    ).fetchone()
    assert states == ["cancelled", "issued"]


def test_void_says_when_the_merchant_must_block_the_code_too(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "pool.csv"
    codes = [f"POOL-0000-{number:04},EUR,{worth},\n" for number, worth in enumerate((15,) * 3)]
    codes += ["POOL-0000-1030,EUR,30,\n", "POOL-0000-1050,EUR,50,\n"]
    file.write_text("code,currency,amount,expires_date\n" + "".join(codes))
    imported = _retention("gift-cards", "import", str(file))
    assert "Imported 5 codes" in imported.output
    assert "3 of 15.00 EUR" in imported.output
    again = _retention("gift-cards", "import", str(file))
    assert "pool.csv, line 2: the code is already known and was not changed" in again.output
    assert "Imported 0 codes" in again.output
    issue_run(ledger, approved_run(ledger), shop_that(gift_card_codes="pool"), NOW)
    (card_id,) = ledger.execute(
        "select card_id from ledger.gift_cards where customer_id = 'clara'"
    ).fetchone()
    done = _retention("gift-cards", "void", str(card_id), "--reason", "returned")
    assert "block the code that ends in 1050 in the merchant's system" in done.output


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("rewards", "show", "2026Q1"), "2026Q1 was never frozen"),
        (
            ("gift-cards", "void", "00000000-0000-0000-0000-000000000001", "--reason", "x"),
            "no gift",
        ),
        (("gift-cards", "import", "missing.csv"), "cannot be read"),
    ],
)
@pytest.mark.usefixtures("ledger")
def test_an_impossible_request_gives_one_line(arguments: tuple[str, ...], complaint: str) -> None:
    refused = _retention(*arguments)
    assert is_fixable(refused.exception)
    assert complaint in str(refused.exception)

"""What `retention explain` tells of the ledger: nights, messages, and what became of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import yaml

from retention.ledger.decisions import record_decisions
from retention.ledger.events import Event, record_events
from retention.project.shop import project_directory
from retention.workbench.explain.history import History
from retention.workbench.explain.readers import read_reader
from tests.integration.ledger.warehouse import NIGHT, NOW, decision, fill_warehouse, plan

if TYPE_CHECKING:
    import psycopg

CUSTOMER = "customer-1"
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def history(ledger: psycopg.Connection, locale: str = "en") -> History:
    reader = read_reader(project_directory(), locale)
    return History(ledger, CUSTOMER, reader, reader.language.texts)


def decide(ledger: psycopg.Connection, night: date, **changes: object) -> None:
    fill_warehouse(ledger, [decision(night=night, **changes), decision(2, night=night)])
    record_decisions(ledger, night)


def send(ledger: psycopg.Connection) -> UUID:
    """Plan the customer's message, and let SendGrid have it."""
    plan(ledger, [decision()])
    ledger.execute(
        "insert into ledger.requests (request_id, campaign, locale, kind, purpose, state,"
        " batch_id, template_id, unsubscribe_group_id, sendgrid_message_id, claimed_at,"
        " submitting_at, closed_at) values (gen_random_uuid(), 'winback', 'en', 'marketing',"
        " 'offers', 'accepted', 'b', 't', 1, 'sg', %(now)s, %(now)s, %(now)s)",
        {"now": NOW},
    )
    (message_id,) = ledger.execute(
        "update ledger.messages set state = 'accepted', accepted_at = %(now)s, claimed_at ="
        " %(now)s, submitting_at = %(now)s, attempts = 1, request_id = (select request_id from"
        " ledger.requests) where customer_id = %(customer)s returning message_id",
        {"now": NOW, "customer": CUSTOMER},
    ).fetchone()
    return message_id


def report(ledger: psycopg.Connection, message_id: UUID, *events: tuple[str, int, dict]) -> None:
    """Report events: the name, how many days after the first morning, the details."""
    told = [
        Event(
            str(uuid4()), name, MORNING + timedelta(days=days), message_id, details=details
        )
        for name, days, details in events
    ]  # fmt: skip
    record_events(ledger, told, NOW)


def test_decisions_are_told_night_by_night_the_latest_first(ledger: psycopg.Connection) -> None:
    decide(ledger, date(2026, 3, 1), outcome="holdout", outcome_reason="In the holdout.")
    decide(ledger, date(2026, 3, 2), outcome="capped", outcome_reason="2 lately.")
    told = history(ledger).tell_decisions(NIGHT, 3)
    assert told.told == (
        "2 March 2026, winback: has had enough messages lately. 2 lately. Chosen because: Last"
        " bought 90 days ago, usually every 30.",
        "1 March 2026, winback: left out on purpose, to measure the effect. In the holdout. Chosen"
        " because: Last bought 90 days ago, usually every 30.",
    )
    assert told.note == ""


def test_only_the_latest_nights_are_told_and_how_many_are_not(ledger: psycopg.Connection) -> None:
    for day in range(1, 6):
        decide(ledger, date(2026, 3, day), outcome="capped")
    english = history(ledger).tell_decisions(date(2026, 3, 5), 2)
    assert [line.split(",")[0] for line in english.told] == ["5 March 2026", "4 March 2026"]
    assert english.note == "Earlier nights not told: 3. --nights 5 tells all."
    finnish = history(ledger, "fi").tell_decisions(date(2026, 3, 5), 4)
    assert len(finnish.told) == 4
    assert finnish.told[0].startswith("5.3.2026, winback: viestejä on tullut viime aikoina")
    assert finnish.note == "Aiempia öitä kertomatta: 1. Kaikki näkee valinnalla --nights 5."


def test_a_night_that_decided_nothing_is_told_before_those_that_did(
    ledger: psycopg.Connection,
) -> None:
    decide(ledger, NIGHT, outcome="capped")
    told = history(ledger).tell_decisions(NIGHT + timedelta(days=1), 3).told
    assert told[0] == "3 March 2026: no campaign chose this customer."
    assert told[1].startswith("2 March 2026, winback: ")


def test_who_was_never_chosen_has_no_history(ledger: psycopg.Connection) -> None:
    fill_warehouse(ledger, [decision(2)])
    record_decisions(ledger, NIGHT)
    assert history(ledger).tell_decisions(NIGHT, 3) is None
    assert history(ledger).tell_messages() is None


def test_a_message_is_told_with_what_became_of_it(ledger: psycopg.Connection) -> None:
    report(
        ledger,
        send(ledger),
        ("click", 2, {}),
        ("open", 1, {}),
        ("open", 3, {}),
        ("open", 0, {"sg_machine_open": True}),
        ("delivered", 0, {}),
        ("processed", 0, {}),
    )
    assert history(ledger).tell_messages().told == (
        "winback: handed over to SendGrid, 2 March 2026. Delivered 2 March 2026; opened by the"
        " mail program itself 2 March 2026; opened 3 March 2026, 2 times in all; a link clicked"
        " 4 March 2026.",
    )
    assert history(ledger, "fi").tell_messages().told == (
        "winback: luovutettu SendGridille, 2.3.2026. Toimitettu perille 2.3.2026;"
        " sähköpostiohjelma avasi itse 2.3.2026; avattu 3.3.2026, yhteensä 2 kertaa; linkkiä"
        " napsautettu 4.3.2026.",
    )


@pytest.mark.parametrize(
    ("event", "details", "told"),
    [
        ("bounce", {"type": "bounce"}, "Came back, as the address does not work, 2 March 2026."),
        ("bounce", {"type": "blocked"}, "Turned away by the receiving server 2 March 2026."),
        ("a_new_kind", {}, "A_new_kind 2 March 2026."),
    ],
)
def test_what_went_wrong_is_told_in_plain_words(
    ledger: psycopg.Connection, event: str, details: dict, told: str
) -> None:
    report(ledger, send(ledger), (event, 0, details))
    assert history(ledger).tell_messages().told[0].endswith(told)


def test_a_message_that_never_left_says_why(ledger: psycopg.Connection) -> None:
    plan(ledger, [decision()])
    ledger.execute(
        "update ledger.messages set state = 'cancelled', cancelled_at = %s, state_reason ="
        " 'Ordered meanwhile.'",
        (NOW,),
    )
    told = "winback: withdrawn, never left, 2 March 2026. Why: Ordered meanwhile."
    assert history(ledger).tell_messages().told == (told,)


def test_the_history_shows_no_address(ledger: psycopg.Connection) -> None:
    report(ledger, send(ledger), ("delivered", 0, {}))
    told = yaml.safe_dump(
        [history(ledger).tell_decisions(NIGHT, 3).told, history(ledger).tell_messages().told]
    )
    assert "winback" in told
    assert "@" not in told

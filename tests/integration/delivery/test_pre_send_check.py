from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.schedule import QuietHours
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.answers import Answer, record_answer
from retention.ledger.claims import Wanted, claim_messages
from retention.ledger.pre_send_check import (
    ErasureKeyMissingError,
    PreSendCheck,
    hash_address,
    withdraw,
)
from retention.ledger.suppressions import unsubscribe_recipient
from retention.sendgrid.client import SendGrid
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import faulty_server
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from tests.integration.delivery.faulty_server import FaultyServer

PAUSE = timedelta(days=30)
CHECK = PreSendCheck(
    "Europe/Helsinki",
    frozenset({"winback"}),
    {"satisfaction": ("1", "2"), "review": ("poor",)},
    PAUSE,
)
MIDNIGHT = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)  # of the night, in Helsinki
RECEIPT = {"kind": "transactional", "purpose": "orders"}
SECOND = timedelta(seconds=1)
QUIET = QuietHours(21, 8, ZoneInfo("Europe/Helsinki"))


@pytest.fixture
def server(remembered: psycopg.Connection) -> Iterator[FaultyServer]:  # noqa: ARG001
    with faulty_server() as server:
        yield server


def send(server: FaultyServer, check: PreSendCheck = CHECK, quiet: QuietHours | None = None) -> int:
    """Deliver; return how many messages were withdrawn by the pre-send check."""
    sender = Sender("shop@example.com", "Shop")
    settings = DeliverySettings(sender, pre_send_check=check, quiet_hours=quiet)
    with SendGrid(API_KEY, server.url) as client:
        return deliver(connect, client, settings, now=NOW, due_until=NOW).withdrawn


def fates(connection: psycopg.Connection) -> dict[str, tuple[str, str | None]]:
    rows = connection.execute("select customer_id, state, state_reason from ledger.messages")
    return {customer.removeprefix("customer-"): fate for customer, *fate in rows}


def suppress(connection: psycopg.Connection, scope: str, **changes: Any) -> None:
    row = {"address": "customer-1@example.com", "removed_at": None} | changes
    connection.execute(
        "insert into ledger.suppressions (address, scope, source, suppressed_at, removed_at)"
        " values (%s, %s, 'bounces', %s, %s)",
        [row["address"], scope, NOW, row["removed_at"]],
    )


def order(connection: psycopg.Connection, ordered_at: datetime, status: str = "placed") -> None:
    connection.execute(
        "insert into raw.orders (order_id, customer_id, ordered_at, status)"
        " values (gen_random_uuid(), 'customer-1', %s, %s)",
        [ordered_at, status],
    )


def consent(connection: psycopg.Connection, granted_at: datetime, *, is_granted: bool) -> None:
    connection.execute(
        "insert into raw.consents (consent_id, customer_id, channel, purpose, is_granted,"
        " granted_at) values (gen_random_uuid(), 'customer-1', 'email', 'offers', %s, %s)",
        [is_granted, granted_at],
    )


def say(connection: psycopg.Connection, ago: timedelta, question: str, answer: str) -> None:
    """Answer a question in a mail that customer 1 got for another occasion."""
    message_id = connection.execute(
        "select message_id from ledger.messages where customer_id = 'customer-1'"
        " and campaign = 'survey'"
    ).fetchone()[0]
    record_answer(connection, Answer(message_id, question, answer), NOW - ago)


@pytest.mark.parametrize(
    ("scope", "kind", "is_withdrawn"),
    [
        ("address", {}, True),
        ("all", {}, True),
        ("offers", {}, True),
        ("reminders", {}, False),
        ("address", RECEIPT, True),
        ("all", RECEIPT, False),
        ("orders", RECEIPT, False),
    ],
)
def test_people_suppressed_since_the_decision_are_not_mailed(
    remembered: psycopg.Connection,
    server: FaultyServer,
    scope: str,
    kind: dict[str, str],
    *,
    is_withdrawn: bool,
) -> None:
    plan(remembered, [decision(1, email="Customer-1@example.com", **kind), decision(2, **kind)])
    suppress(remembered, scope)
    assert send(server) == int(is_withdrawn)
    assert fates(remembered)["2"][0] == "accepted"
    state, reason = fates(remembered)["1"]
    assert state == ("cancelled" if is_withdrawn else "accepted")
    assert reason == (f"suppressed ({scope}): bounces" if is_withdrawn else None)
    posted = orjson.loads(server.bodies[0])["personalizations"]
    assert len(posted) == 2 - int(is_withdrawn)


def test_people_who_unsubscribed_on_our_page_are_not_mailed_at_another_address(
    remembered: psycopg.Connection, server: FaultyServer
) -> None:
    other = {"occasion": "order-2", "email": "other@example.com"}
    plan(remembered, [decision(1), decision(1, **other), decision(2)])
    message_id = remembered.execute(
        "select message_id from ledger.messages where email = 'customer-1@example.com'"
    ).fetchone()[0]
    unsubscribe_recipient(remembered, message_id, "offers", NOW)
    assert send(server) == 2
    reasons = remembered.execute("select email, state_reason from ledger.messages").fetchall()
    assert dict(reasons) == {
        "customer-1@example.com": "suppressed (offers): page",
        "other@example.com": "unsubscribed at another address: page",
        "customer-2@example.com": None,
    }


def test_a_suppression_that_was_removed_does_not_count(
    remembered: psycopg.Connection, server: FaultyServer
) -> None:
    plan(remembered, [decision(1)])
    suppress(remembered, "all", removed_at=NOW)
    assert send(server) == 0


def test_when_nobody_is_left_nothing_is_posted(
    remembered: psycopg.Connection, server: FaultyServer
) -> None:
    plan(remembered, [decision(1)])
    suppress(remembered, "all")
    assert send(server) == 1
    assert server.bodies == []
    assert remembered.execute("select state from ledger.requests").fetchall() == [("not_sent",)]


def test_forgotten_people_are_not_mailed(
    remembered: psycopg.Connection, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALUU_ERASURE_KEY", "a key")
    plan(remembered, [decision(1), decision(2)])
    hashed = hash_address("a key", "Customer-1@example.com")
    remembered.execute("insert into ledger.erased values (%s, now())", [hashed])
    assert send(server) == 1
    assert fates(remembered) == {
        "1": ["cancelled", "the person was erased"],
        "2": ["accepted", None],
    }


def test_everybody_at_a_forgotten_address_is_withdrawn(
    remembered: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALUU_ERASURE_KEY", "a key")
    plan(remembered, [decision(1), decision(2)])
    claim = claim_messages(remembered, Wanted(NOW, 500, "shop@example.com"), NOW)
    sharing = tuple(each._replace(email="home@example.com") for each in claim.messages)
    hashed = hash_address("a key", "home@example.com")
    remembered.execute("insert into ledger.erased values (%s, now())", [hashed])
    gone = withdraw(remembered, replace(claim, messages=sharing), PreSendCheck(), NOW)
    assert gone == {each.message_id for each in sharing}


def test_without_the_key_that_identifies_forgotten_people_nothing_is_sent(
    remembered: psycopg.Connection, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PALUU_ERASURE_KEY", raising=False)
    plan(remembered, [decision(1)])
    remembered.execute("insert into ledger.erased values ('hash', now())")
    with pytest.raises(ErasureKeyMissingError, match="PALUU_ERASURE_KEY"):
        send(server)
    assert server.bodies == []


@pytest.mark.parametrize(
    ("answers", "is_withdrawn"),
    [
        ([True], False),
        ([True, False], True),
        ([False, True], False),
    ],
)
def test_the_latest_consent_in_the_shop_counts(
    remembered: psycopg.Connection,
    server: FaultyServer,
    answers: list[bool],
    *,
    is_withdrawn: bool,
) -> None:
    plan(remembered, [decision(1)])
    for hour, is_granted in enumerate(answers):
        consent(remembered, NOW - timedelta(hours=5 - hour), is_granted=is_granted)
    assert send(server) == int(is_withdrawn)


@pytest.mark.parametrize(
    ("ordered_at", "status", "is_withdrawn"),
    [
        (MIDNIGHT, "placed", True),
        (NOW - SECOND, "completed", True),
        (MIDNIGHT - SECOND, "placed", False),  # the night knew it
        (NOW + SECOND, "placed", True),  # our clock lags behind the shop's
        (NOW - SECOND, "cancelled", False),
    ],
)
def test_people_who_bought_since_the_night_are_not_asked_to_come_back(
    remembered: psycopg.Connection,
    server: FaultyServer,
    ordered_at: datetime,
    status: str,
    *,
    is_withdrawn: bool,
) -> None:
    plan(remembered, [decision(1), decision(2)])
    order(remembered, ordered_at - timedelta(days=30))
    order(remembered, ordered_at, status)
    assert send(server) == int(is_withdrawn)
    expected = ["cancelled", "bought meanwhile"] if is_withdrawn else ["accepted", None]
    assert fates(remembered) == {"1": expected, "2": ["accepted", None]}


def test_a_campaign_that_purchases_do_not_stop_mails_all_the_same(
    remembered: psycopg.Connection, server: FaultyServer
) -> None:
    plan(remembered, [decision(1)])
    order(remembered, NOW - SECOND)
    assert send(server, PreSendCheck("Europe/Helsinki", frozenset({"second_purchase"}))) == 0


@pytest.fixture
def surveyed(remembered: psycopg.Connection) -> psycopg.Connection:
    """The ledger, in which customer 1 was asked before; mails to customers 1 and 2 are due."""
    asked = decision(1, campaign="survey", kind="transactional", not_after=NOW + SECOND)
    plan(remembered, [asked, decision(1), decision(2)])
    remembered.execute(
        "update ledger.messages set state = 'cancelled', state_reason = 'a test', cancelled_at = %s"
        " where campaign = 'survey'",
        [NOW],
    )
    return remembered


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([("satisfaction", "2")], "unhappy: satisfaction 2"),
        ([("review", "poor"), ("satisfaction", "5")], "unhappy: review poor"),
        ([("satisfaction", "5"), ("satisfaction", "1")], "unhappy: satisfaction 1"),
        ([("satisfaction", "1"), ("satisfaction", "3")], None),  # changed their mind
        ([("satisfaction", "3")], None),
        ([("interest", "2")], None),
    ],
)
def test_people_with_an_unhappy_answer_since_the_decision_are_not_mailed(
    surveyed: psycopg.Connection,
    server: FaultyServer,
    said: list[tuple[str, str]],
    reason: str | None,
) -> None:
    for hours, (question, answer) in enumerate(said):
        say(surveyed, timedelta(hours=9 - hours), question, answer)
    assert send(server) == int(reason is not None)
    assert _fates_of_winback(surveyed) == {
        "customer-1": ("cancelled" if reason else "accepted", reason),
        "customer-2": ("accepted", None),
    }


@pytest.mark.parametrize(("ago", "is_withdrawn"), [(PAUSE - SECOND, True), (PAUSE, False)])
def test_an_unhappy_answer_counts_for_as_long_as_the_shop_says(
    surveyed: psycopg.Connection, server: FaultyServer, ago: timedelta, *, is_withdrawn: bool
) -> None:
    say(surveyed, ago, "satisfaction", "1")
    assert send(server) == int(is_withdrawn)


def test_transactional_mail_goes_to_unhappy_people_too(
    surveyed: psycopg.Connection, server: FaultyServer
) -> None:
    say(surveyed, SECOND, "satisfaction", "1")
    plan(surveyed, [decision(1, occasion="order-2", **RECEIPT)])
    assert send(server) == 1
    states = surveyed.execute("select kind, state from ledger.messages where campaign = 'winback'")
    assert sorted(states) == [
        ("marketing", "accepted"),
        ("marketing", "cancelled"),
        ("transactional", "accepted"),
    ]


def test_a_shop_without_unhappy_answers_pauses_nobody(
    surveyed: psycopg.Connection, server: FaultyServer
) -> None:
    say(surveyed, SECOND, "satisfaction", "1")
    assert send(server, replace(CHECK, unhappy_answers={})) == 0


@pytest.mark.parametrize(
    ("other", "fate_of_late"),
    [
        (None, "accepted"),
        ({"send_at": NOW}, "cancelled"),
        ({"send_at": NOW + timedelta(hours=9)}, "cancelled"),
        ({"send_at": NOW + timedelta(days=1)}, "accepted"),
        ({"send_at": NOW, "not_after": NOW}, "accepted"),
        ({"send_at": NOW, **RECEIPT}, "accepted"),
        # 23:30 by the customer's clock: of this day in Tokyo, of the next in Helsinki.
        ({"send_at": NOW + timedelta(hours=16), "time_zone": "Asia/Tokyo"}, "accepted"),
        ({"send_at": NOW + timedelta(hours=8), "time_zone": "Asia/Tokyo"}, "cancelled"),
    ],
)
def test_marketing_that_is_a_day_late_gives_way_to_the_message_of_that_day(
    remembered: psycopg.Connection,
    server: FaultyServer,
    other: dict[str, Any] | None,
    fate_of_late: str,
) -> None:
    rows = [decision(1, send_at=NOW - timedelta(days=1)), decision(2, send_at=NOW)]
    if other is not None:
        rows.append(decision(1, occasion="order-2", **other))
    plan(remembered, rows)
    send(server, replace(CHECK, stopped_by_purchase=frozenset()), QUIET)
    occasions = dict(
        remembered.execute(
            "select occasion, state from ledger.messages where customer_id = 'customer-1'"
        ).fetchall()
    )
    assert occasions["order-1"] == fate_of_late
    assert occasions.get("order-2") != "cancelled"
    assert fates(remembered)["2"][0] == "accepted"


def test_after_days_of_silence_only_the_newest_message_goes_out(
    remembered: psycopg.Connection, server: FaultyServer
) -> None:
    days = range(1, 4)
    plan(
        remembered,
        [decision(1, occasion=str(ago), send_at=NOW - timedelta(days=ago)) for ago in days],
    )
    assert send(server, CHECK, QUIET) == 2
    states = remembered.execute("select occasion, state from ledger.messages order by occasion")
    assert states.fetchall() == [("1", "accepted"), ("2", "cancelled"), ("3", "cancelled")]


def test_late_marketing_counts_for_the_day_on_which_its_own_customer_gets_it(
    remembered: psycopg.Connection, server: FaultyServer
) -> None:
    late = {"send_at": NOW - timedelta(hours=9)}
    zones = ["Europe/Helsinki", "America/Anchorage", "Asia/Tokyo"]
    plan(remembered, [decision(i, time_zone=zone, **late) for i, zone in enumerate(zones)])
    assert send(server, CHECK, QUIET) == 0
    counted = remembered.execute("select release_at from ledger.messages order by customer_id")
    helsinki, anchorage, tokyo = (release_at for (release_at,) in counted)
    assert helsinki - NOW == pytest.approx(timedelta(minutes=45), abs=timedelta(minutes=1))
    # One request, released first on the evening of yesterday in Anchorage: but theirs is of today.
    assert anchorage - NOW == timedelta(hours=11)
    assert tokyo is None  # sent for this morning, and it comes today
    plan(remembered, [decision(1, occasion="later", time_zone=zones[1], **late)])
    assert send(server, CHECK, QUIET) == 1


def test_late_marketing_gives_way_to_what_arrived_already_on_that_day(
    remembered: psycopg.Connection, server: FaultyServer
) -> None:
    plan(remembered, [decision(1, occasion="today", send_at=NOW)])
    assert send(server, CHECK, QUIET) == 0
    plan(remembered, [decision(1, occasion="late", send_at=NOW - timedelta(days=1))])
    assert send(server, CHECK, QUIET) == 1
    states = remembered.execute("select occasion, state from ledger.messages order by occasion")
    assert states.fetchall() == [("late", "cancelled"), ("today", "accepted")]


def _fates_of_winback(connection: psycopg.Connection) -> dict[str, tuple[str, str | None]]:
    rows = connection.execute(
        "select customer_id, state, state_reason from ledger.messages where campaign = 'winback'"
    )
    return {customer: tuple(fate) for customer, *fate in rows}

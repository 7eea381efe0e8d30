"""A gift card's code: in the ledger until it is mailed, in one mail, and nowhere else."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from psycopg.types.json import Jsonb

from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.reconcile import reconcile
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.claims import Envelope, Wanted, claim_messages
from retention.ledger.gift_cards import Batch
from retention.ledger.messages import count_messages
from retention.ledger.requests import settle_stale_requests, submit_claim
from retention.ledger.templates import PushedTemplate, remember_template
from retention.rewards.issue import QUARTERLY, issue_planned, issue_run
from retention.rewards.reissue import CardNotVoidableError, reissue, void
from retention.sendgrid.client import SendGrid
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import answer, faulty_server, reset
from tests.integration.ledger.warehouse import NOW, decision, plan
from tests.integration.rewards.quarter import CUSTOMERS, approved_run, fill_grades
from tests.shops import shop_that

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    import psycopg

    from tests.integration.delivery.faulty_server import FaultyServer

SETTINGS = DeliverySettings(Sender("shop@example.com", "Shop"))
CODE = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){4}")
WHO = {"by": "Kaisa", "reason": "the mail was lost"}


@pytest.fixture
def cards(ledger: psycopg.Connection) -> psycopg.Connection:
    """A ledger with the cards of a quarter, whose mails are planned."""
    remember_template(ledger, "quarterly_reward", "en", PushedTemplate("d-2", "v-1", "h"), NOW)
    fill_grades(ledger, CUSTOMERS)
    issue_run(ledger, approved_run(ledger), shop_that(), NOW)
    _plan_mails(ledger)
    return ledger


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


def _plan_mails(connection: psycopg.Connection) -> None:
    """Plan the mail of every card that has a code, as a night would."""
    issued = connection.execute(
        "select card_id, customer_id, occasion from ledger.gift_cards where state = 'issued'"
    )
    plan(connection, [_decision(*row) for row in issued.fetchall()])


def _decision(card_id: UUID, customer: str, occasion: str) -> dict[str, Any]:
    return decision(
        campaign="quarterly_reward",
        customer_id=customer,
        occasion=occasion,
        email=f"{customer}@example.com",
        kind="transactional",
        purpose="rewards",
        context=Jsonb({"gift_card_id": str(card_id), "amount": "15 €"}),
    )


def _deliver(server: FaultyServer) -> Any:
    with SendGrid(API_KEY, server.url) as client:
        return deliver(connect, client, SETTINGS, now=NOW, due_until=NOW)


def _mailed(server: FaultyServer) -> dict[str, str]:
    """The code sent to each address."""
    return {
        each["to"][0]["email"]: each["dynamic_template_data"].get("gift_card_code")
        for body in server.bodies
        for each in orjson.loads(body)["personalizations"]
    }


def _codes(connection: psycopg.Connection) -> dict[str, str]:
    rows = connection.execute(
        "select customer_id || '@example.com', code_plain from ledger.gift_cards"
        " where state = 'issued'"
    )
    return dict(rows.fetchall())


def _card(connection: psycopg.Connection, customer: str) -> tuple[UUID, str]:
    return connection.execute(
        "select card_id, state from ledger.gift_cards where customer_id = %s"
        " order by planned_at desc, state desc limit 1",
        [customer],
    ).fetchone()


def _states(connection: psycopg.Connection) -> dict[str, int]:
    rows = connection.execute("select state, count(*) from ledger.gift_cards group by state")
    return dict(rows.fetchall())


def test_each_mail_carries_its_customers_code_and_the_ledger_forgets_it(
    cards: psycopg.Connection, server: FaultyServer
) -> None:
    codes = _codes(cards)
    assert _deliver(server).accepted == 5
    assert _mailed(server) == codes
    assert len(set(codes.values())) == 5
    assert _states(cards) == {"delivered": 5}
    kept = cards.execute(
        "select count(code_plain), count(code_hash), count(code_last_four) from ledger.gift_cards"
    )
    assert kept.fetchone() == (0, 5, 5)


def test_a_code_is_in_no_other_table_before_and_after(
    cards: psycopg.Connection, server: FaultyServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="retention")
    before = _everything_but_cards(cards)
    assert "gift_card_id" in before
    _deliver(server)
    for text in (before, _everything_but_cards(cards), caplog.text):
        assert not CODE.search(text)


def test_a_void_card_is_mailed_to_nobody(cards: psycopg.Connection, server: FaultyServer) -> None:
    void(cards, _card(cards, "anna")[0], now=NOW, **WHO)
    report = _deliver(server)
    assert (report.accepted, report.withdrawn) == (4, 1)
    assert "anna@example.com" not in _mailed(server)
    assert _states(cards) == {"delivered": 4, "cancelled": 1}
    reason = cards.execute("select state_reason from ledger.messages where state = 'cancelled'")
    assert reason.fetchone() == ("its gift card is void, or was mailed before",)


def test_a_refused_mail_leaves_the_card_its_code(cards: psycopg.Connection) -> None:
    codes = _codes(cards)
    refusal = answer("401 Unauthorized", b'{"errors": []}')
    with faulty_server(refusal) as server, pytest.raises(RuntimeError, match="401"):
        _deliver(server)
    assert _codes(cards) == codes
    assert count_messages(cards) == {"planned": 5}


class TestALostAnswer:
    @pytest.fixture
    def lost(self, cards: psycopg.Connection, server: FaultyServer) -> psycopg.Connection:
        """The mails were sent, and their outcome is unknown."""
        server.faults[:] = [reset]
        _deliver(server)
        assert count_messages(cards) == {"unknown": 5}
        server.faults.clear()
        server.bodies.clear()
        return cards

    def test_leaves_the_card_its_code(self, lost: psycopg.Connection) -> None:
        assert _states(lost) == {"issued": 5}

    def test_that_an_event_proves_has_the_code_forgotten(self, lost: psycopg.Connection) -> None:
        lost.execute(
            "insert into ledger.message_events (sg_event_id, event, message_id, request_id,"
            " sg_message_id, occurred_at, received_at, details) select 'e', 'delivered',"
            " message_id, request_id, 'sg-9.recvd', now(), now(), '{}' from ledger.messages limit 1"
        )
        with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
            reconcile(lost, client, SETTINGS, NOW + timedelta(minutes=10))
        assert _states(lost) == {"delivered": 5}

    def test_that_a_person_gives_up_is_made_good_by_another_card_and_mail(
        self, lost: psycopg.Connection, server: FaultyServer
    ) -> None:
        lost_id, _ = _card(lost, "anna")
        _, made_id = reissue(lost, lost_id, now=NOW, **WHO)
        issue_planned(lost, Batch(QUARTERLY), shop_that(), NOW)
        _plan_mails(lost)
        assert count_messages(lost) == {"unknown": 5, "planned": 1}
        _deliver(server)
        assert set(_mailed(server)) == {"anna@example.com"}
        assert lost.execute(
            "select state, occasion, replaces from ledger.gift_cards where customer_id = 'anna'"
            " order by occasion"
        ).fetchall() == [
            ("cancelled", "2026Q3", None),
            ("delivered", "2026Q3:reissue-1", lost_id),
        ]
        assert _card(lost, "anna") == (made_id, "delivered")

    def test_that_turns_up_after_all_does_not_revive_the_void_card(
        self, lost: psycopg.Connection
    ) -> None:
        reissue(lost, _card(lost, "anna")[0], now=NOW, **WHO)
        lost.execute("update ledger.messages set state = 'unknown'")
        lost.execute(
            "insert into ledger.message_events (sg_event_id, event, message_id, request_id,"
            " sg_message_id, occurred_at, received_at, details) select 'e', 'delivered',"
            " message_id, request_id, 'sg-9.recvd', now(), now(), '{}' from ledger.messages limit 1"
        )
        with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
            reconcile(lost, client, SETTINGS, NOW + timedelta(minutes=10))
        assert _states(lost) == {"delivered": 4, "cancelled": 1, "planned": 1}


class TestAMailThatIsLeaving:
    @pytest.fixture
    def leaving(self, cards: psycopg.Connection) -> psycopg.Connection:
        """All mails are committed for sending, and their worker is silent."""
        claim = claim_messages(cards, Wanted(NOW, 500, "shop@example.com"), NOW)
        submit_claim(cards, claim, Envelope("shop@example.com", "batch-1", "d-2", None), NOW)
        assert count_messages(cards) == {"submitting": 5}
        return cards

    def test_keeps_its_card_from_being_made_void(self, leaving: psycopg.Connection) -> None:
        with pytest.raises(CardNotVoidableError, match="try again in ten minutes"):
            void(leaving, _card(leaving, "anna")[0], now=NOW, **WHO)
        assert _states(leaving) == {"issued": 5}

    def test_and_is_lost_lets_its_card_be_made_void(self, leaving: psycopg.Connection) -> None:
        later = NOW + timedelta(minutes=10)
        settle_stale_requests(leaving, lease_began=later - timedelta(minutes=5), now=later)
        void(leaving, _card(leaving, "anna")[0], now=later, **WHO)
        assert _states(leaving) == {"issued": 4, "cancelled": 1}


def test_who_makes_a_card_void_at_the_pre_send_check_waits_and_is_refused(
    cards: psycopg.Connection,
) -> None:
    card_id, _ = _card(cards, "anna")
    refused: list[BaseException] = []

    def make_void() -> None:
        with connect("void") as mine:
            try:
                void(mine, card_id, now=NOW, **WHO)
            except CardNotVoidableError as error:
                refused.append(error)

    claim = claim_messages(cards, Wanted(NOW, 500, "shop@example.com"), NOW)
    with cards.transaction():
        submit_claim(cards, claim, Envelope("shop@example.com", "batch-1", "d-2", None), NOW)
        thread = threading.Thread(target=make_void)
        thread.start()
        _wait_for_lock()
    thread.join()
    assert len(refused) == 1
    assert _states(cards) == {"issued": 5}


def test_a_card_that_is_being_made_void_is_withdrawn_by_the_pre_send_check(
    cards: psycopg.Connection, server: FaultyServer
) -> None:
    with connect("void") as other, other.transaction():
        void(other, _card(cards, "anna")[0], now=NOW, **WHO)
        thread = threading.Thread(target=_deliver, args=(server,))
        thread.start()
        _wait_for_lock()
    thread.join()
    assert "anna@example.com" not in _mailed(server)
    assert count_messages(cards) == {"accepted": 4, "cancelled": 1}


class TestReissue:
    @pytest.fixture
    def delivered(self, cards: psycopg.Connection, server: FaultyServer) -> psycopg.Connection:
        _deliver(server)
        return cards

    def test_of_a_card_that_was_spent_from_is_refused(
        self, delivered: psycopg.Connection, server: FaultyServer
    ) -> None:
        code = _mailed(server)["anna@example.com"].lower().replace("-", "")
        delivered.execute(
            "insert into raw.gift_card_payments (payment_id, card_code, amount, currency)"
            " values ('p1', %s, 4.90, 'EUR')",
            [code],
        )
        with pytest.raises(CardNotVoidableError, match=r"4\.90 EUR were paid with gift card"):
            reissue(delivered, _card(delivered, "anna")[0], now=NOW, **WHO)
        assert _states(delivered) == {"delivered": 5}

    def test_again_and_again_keeps_one_card_alive(self, delivered: psycopg.Connection) -> None:
        for _ in range(3):
            reissue(delivered, _card(delivered, "anna")[0], now=NOW, **WHO)
            issue_planned(delivered, Batch(QUARTERLY), shop_that(), NOW)
        occasions = delivered.execute(
            "select occasion, state from ledger.gift_cards where customer_id = 'anna'"
            " order by occasion"
        )
        assert occasions.fetchall() == [
            ("2026Q3", "cancelled"),
            ("2026Q3:reissue-1", "cancelled"),
            ("2026Q3:reissue-2", "cancelled"),
            ("2026Q3:reissue-3", "issued"),
        ]

    def test_of_a_void_card_is_refused(self, delivered: psycopg.Connection) -> None:
        card_id, _ = _card(delivered, "anna")
        void(delivered, card_id, now=NOW, **WHO)
        with pytest.raises(CardNotVoidableError, match="is void already"):
            reissue(delivered, card_id, now=NOW, **WHO)

    def test_by_two_at_once_makes_one_card(self, delivered: psycopg.Connection) -> None:
        card_id, _ = _card(delivered, "anna")
        made: list[object] = []

        def attempt() -> None:
            with connect() as mine:
                try:
                    made.append(reissue(mine, card_id, now=NOW, **WHO))
                except CardNotVoidableError:
                    made.append(None)

        threads = [threading.Thread(target=attempt) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len([each for each in made if each]) == 1
        assert _states(delivered) == {"delivered": 4, "cancelled": 1, "planned": 1}


def _everything_but_cards(connection: psycopg.Connection) -> str:
    tables = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_schema in ('ledger', 'decisions', 'raw', 'rewards_reporting')"
        " and table_name <> 'gift_cards' and table_type = 'BASE TABLE'"
    ).fetchall()
    return "".join(
        str(connection.execute(f"select string_agg(t::text, ' ') from {name} as t").fetchone()[0])
        for (name,) in tables
    )


def _wait_for_lock() -> None:
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    with connect() as watcher:
        for _ in range(400):
            if watcher.execute(waiting).fetchone() != (0,):
                return
            threading.Event().wait(0.02)
    pytest.fail("nobody waits for anybody")

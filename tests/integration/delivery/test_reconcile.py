from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from retention.database import connect
from retention.delivery.breaker import Breaker
from retention.delivery.protocol import deliver
from retention.delivery.reconcile import SILENCE_ENDS_AFTER, ReconcileReport, reconcile
from retention.delivery.run import Run
from retention.delivery.settings import DeliverySettings, Sender
from retention.delivery.submission import submit
from retention.ledger.claims import Wanted, claim_messages
from retention.ledger.messages import count_messages
from retention.ledger.reconciliation import reconciling
from retention.ledger.requests import Answer, accept_request
from retention.ledger.states import RequestState
from retention.ledger.templates import (
    PushedTemplate,
    remember_template,
    remember_unsubscribe_group,
)
from retention.sendgrid.client import SendGrid
from retention.sendgrid.outcomes import Accepted
from tests.integration.delivery.conftest import API_KEY, Sandbox, running_sandbox
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg

    from retention.delivery.report import DeliveryReport

SETTINGS = DeliverySettings(Sender("shop@example.com", "Shop"), most_unknown_in_a_row=100)
MINUTE = timedelta(minutes=1)
RECEIPT = {"kind": "transactional", "purpose": "orders", "campaign": "receipt"}
LOST_AFTER = {"phase": "after_accept", "kind": "rst", "count": None}
LOST_BEFORE = {"phase": "before_accept", "kind": "rst", "count": None}
SENDS = "/v3/user/scheduled_sends"
NO_LOG = {"path": "/v3/logs", "kind": "status", "status": 403, "count": None}


class Shop:
    """A ledger and a sandbox whose clocks run together."""

    def __init__(self, ledger: psycopg.Connection, sandbox: Sandbox, client: SendGrid) -> None:
        self.ledger, self.sandbox, self.client = ledger, sandbox, client
        self.now = NOW

    def at(self, moment: datetime) -> Shop:
        self.now = moment
        self.sandbox.set_clock(moment)
        return self

    def deliver(self) -> DeliveryReport:
        return deliver(connect, self.client, SETTINGS, now=self.now, due_until=self.now)

    def lose(self, *faults: dict[str, Any]) -> None:
        """Deliver under these faults, run by run, until a run submits nothing."""
        self.sandbox.plan_faults(*faults)
        while self.deliver().submitted:
            pass
        self.sandbox.plan_faults(NO_LOG)

    def reconcile(self) -> ReconcileReport:
        return reconcile(self.ledger, self.client, SETTINGS, self.now)

    def states(self) -> dict[str, int]:
        return count_messages(self.ledger)

    def request(self) -> tuple[UUID, str]:
        return self.ledger.execute(
            "select request_id, state from ledger.requests order by claimed_at"
        ).fetchone()

    def hear(self, event: str) -> None:
        """Record an event about the first request, as the webhook would."""
        self.ledger.execute(
            "insert into ledger.message_events (sg_event_id, event, message_id, request_id,"
            " sg_message_id, occurred_at, received_at, details)"
            " select %s, %s, message_id, request_id, 'sg-9.recvd', now(), now(), '{}'"
            " from ledger.messages limit 1",
            [str(uuid4()), event],
        )


@pytest.fixture
def shop(ledger: psycopg.Connection, tmp_path: Path) -> Iterator[Shop]:
    with running_sandbox(tmp_path) as sandbox, SendGrid(API_KEY, sandbox.url) as client:
        sandbox.set_clock(NOW)
        _create_template(ledger, client)
        yield Shop(ledger, sandbox, client)


@pytest.mark.parametrize("fault", [LOST_AFTER, LOST_BEFORE], ids=["taken", "not taken"])
def test_an_unknown_request_is_cancelled_and_its_messages_reach_everybody_once(
    shop: Shop, fault: dict[str, Any]
) -> None:
    plan(shop.ledger, (decision(i) for i in range(20)))
    shop.lose(fault)
    assert shop.states() == {"unknown": 20}
    assert shop.at(NOW + 10 * MINUTE).reconcile().planned_again == 20
    assert shop.states() == {"planned": 20}
    assert shop.deliver().accepted == 20
    shop.at(NOW + 300 * MINUTE)
    audit = shop.sandbox.audit()
    assert (audit["delivered"] + audit["bounced"] + audit["blocked"], audit["scheduled"]) == (20, 0)
    assert audit["duplicates"] == []


def test_the_attempt_that_was_cancelled_stays_in_the_ledger(shop: Shop) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    shop.at(NOW + 10 * MINUTE).reconcile()
    shop.deliver()
    rows = shop.ledger.execute(
        "select state, batch_id, cancelled_at is not null from ledger.requests order by claimed_at"
    ).fetchall()
    assert [(state, is_cancelled) for state, _, is_cancelled in rows] == [
        ("cancelled", True),
        ("accepted", False),
    ]
    assert len({batch for _, batch, _ in rows}) == 2


def test_an_event_proves_that_the_request_was_taken(shop: Shop) -> None:
    plan(shop.ledger, [decision(1), decision(2)])
    shop.lose(LOST_AFTER)
    shop.hear("processed")
    assert shop.at(NOW + 10 * MINUTE).reconcile().accepted == 2
    assert shop.states() == {"accepted": 2}
    assert shop.request()[1] == "accepted"


def test_sendgrids_log_proves_that_the_request_was_taken(shop: Shop) -> None:
    plan(shop.ledger, [decision(1), decision(2)])
    shop.lose(LOST_AFTER)
    shop.sandbox.plan_faults()
    assert shop.at(NOW + 10 * MINUTE).reconcile().accepted == 2
    assert shop.states() == {"accepted": 2}


def test_an_address_that_the_log_cannot_be_asked_for_hides_nobody_elses(shop: Shop) -> None:
    plan(shop.ledger, [decision(i, email=f"o'neil-{i}@example.com") for i in range(4)])
    plan(shop.ledger, [decision("anna")])
    shop.lose(LOST_AFTER)
    shop.sandbox.plan_faults()
    assert shop.at(NOW + 10 * MINUTE).reconcile().accepted == 5


def test_nothing_is_given_up_while_the_log_that_may_prove_it_fails(shop: Shop) -> None:
    plan(shop.ledger, [decision(1, **RECEIPT)])
    shop.lose(LOST_AFTER)
    shop.sandbox.plan_faults({"path": "/v3/logs", "kind": "status", "status": 500, "count": None})
    assert shop.at(NOW + 73 * 60 * MINUTE).reconcile().unconfirmed == 0
    shop.sandbox.plan_faults()
    assert shop.reconcile().accepted == 1


def test_a_receipt_that_may_have_left_is_never_sent_again(shop: Shop) -> None:
    plan(shop.ledger, [decision(1, **RECEIPT)])
    shop.lose(LOST_BEFORE)
    for minutes in (10, 60, 48 * 60):
        assert shop.at(NOW + minutes * MINUTE).reconcile().planned_again == 0
        assert shop.deliver().submitted == 0
    assert shop.states() == {"unknown": 1}
    assert shop.at(NOW + (72 * 60 + 1) * MINUTE).reconcile().unconfirmed == 1
    assert shop.states() == {"unconfirmed": 1}
    assert shop.request()[1] == "unconfirmed"


@pytest.mark.parametrize(
    ("event", "state"), [("processed", "unconfirmed"), ("delivered", "accepted")]
)
def test_a_message_given_up_is_accepted_once_an_event_shows_its_delivery(
    shop: Shop, event: str, state: str
) -> None:
    plan(shop.ledger, [decision(1, **RECEIPT)])
    shop.lose(LOST_BEFORE)
    assert shop.at(NOW + 73 * 60 * MINUTE).reconcile().unconfirmed == 1
    shop.hear(event)
    shop.reconcile()
    assert shop.states() == {state: 1}


def test_a_message_that_expired_a_day_ago_is_given_up_sooner(shop: Shop) -> None:
    plan(shop.ledger, [decision(1, **RECEIPT, not_after=NOW + 60 * MINUTE)])
    shop.lose(LOST_BEFORE)
    assert shop.at(NOW + 24 * 60 * MINUTE).reconcile().unconfirmed == 0
    assert shop.at(NOW + 25 * 60 * MINUTE).reconcile().unconfirmed == 1


def test_a_cancel_that_would_come_too_late_is_not_tried(shop: Shop) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    report = shop.at(NOW + SETTINGS.cancel_lead - 14 * MINUTE).reconcile()
    assert (report.planned_again, report.waiting_requests) == (0, 1)
    assert shop.states() == {"unknown": 1}


def test_at_most_ten_cancels_are_held_at_once_and_slots_are_released(shop: Shop) -> None:
    plan(shop.ledger, (decision(i, email="home@example.com") for i in range(12)))
    shop.lose(LOST_AFTER)
    report = shop.at(NOW + 10 * MINUTE).reconcile()
    assert (report.planned_again, report.without_cancel_slot) == (10, 2)
    assert (report.held_cancels, report.held_for_silent) == (10, 0)
    shop.at(NOW + SETTINGS.cancel_lead + 11 * MINUTE).reconcile()
    held = shop.ledger.execute(
        "select count(*) from ledger.requests"
        " where cancelling_at is not null and cancel_slot_freed_at is null"
    )
    assert held.fetchone() == (0,)
    assert shop.client.api.user.scheduled_sends.get().json() == []


def test_a_cancel_is_not_taken_back_before_its_time_has_come_by_sendgrids_clock(shop: Shop) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    assert shop.at(NOW + 10 * MINUTE).reconcile().planned_again == 1
    shop.now = NOW + SETTINGS.cancel_lead + 11 * MINUTE  # our clock is ahead of SendGrid's
    assert shop.reconcile().held_cancels == 1
    assert shop.deliver().accepted == 1
    shop.at(NOW + 300 * MINUTE)
    assert shop.reconcile().held_cancels == 0
    assert shop.sandbox.audit()["duplicates"] == []


def test_a_run_says_until_when_silent_workers_hold_every_slot(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    plan(shop.ledger, (decision(i, email="home@example.com") for i in range(10)))
    shop.lose(LOST_AFTER)
    shop.ledger.execute("update ledger.requests set fell_silent_at = closed_at")
    report = shop.at(NOW + 10 * MINUTE).reconcile()
    assert (report.held_cancels, report.held_for_silent) == (10, 10)
    shop.at(NOW + SETTINGS.cancel_lead + 60 * MINUTE).reconcile()
    (said,) = {each for each in caplog.messages if "cancel slots are held, " in each}
    assert "10 of them for workers that stopped responding: until 2026-03-" in said


def test_a_call_of_a_silent_worker_that_comes_hours_late_reaches_nobody_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(shop.ledger, [decision(1)])
    late = _submit_without_posting(shop, monkeypatch)
    report = shop.at(NOW + 10 * MINUTE).reconcile()
    assert (report.planned_again, report.held_for_silent) == (1, 1)
    assert shop.deliver().accepted == 1
    shop.at(NOW + 300 * MINUTE).reconcile()
    assert isinstance(shop.client.submit(late), Accepted)
    shop.at(NOW + 310 * MINUTE).reconcile()
    audit = shop.sandbox.audit()
    assert (audit["cancelled"], audit["duplicates"]) == (1, [])
    shop.at(NOW + SETTINGS.cancel_lead + SILENCE_ENDS_AFTER + MINUTE).reconcile()
    assert shop.client.api.user.scheduled_sends.get().json() == []


def test_a_cancel_is_in_time_only_if_it_is_by_sendgrids_clock_too(shop: Shop) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    shop.sandbox.set_clock(NOW + SETTINGS.cancel_lead - 9 * MINUTE)
    shop.now = NOW + 10 * MINUTE  # our clock has stood still for a while
    assert shop.reconcile().planned_again == 0
    assert shop.states() == {"unknown": 1}


def test_a_cancel_without_an_answer_is_confirmed_before_anything_is_sent_again(
    shop: Shop,
) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    unsure = {"path": SENDS, "method": "POST", "phase": "after_accept", "kind": "rst"}
    shop.sandbox.plan_faults(NO_LOG, unsure)
    assert shop.at(NOW + 10 * MINUTE).reconcile().planned_again == 1


def test_an_unconfirmed_cancel_leaves_the_message_unknown_whatever_accepted_it(
    shop: Shop,
) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    silent = {"path": SENDS, "method": "GET", "kind": "status", "status": 500, "count": None}
    shop.sandbox.plan_faults(NO_LOG, silent)
    shop.at(NOW + 10 * MINUTE).reconcile()
    shop.hear("processed")
    accepted = Answer(RequestState.ACCEPTED, 202, "sg-1")
    accept_request(shop.ledger, shop.request()[0], accepted, NOW)
    assert shop.reconcile().accepted == 0
    assert shop.states() == {"unknown": 1}
    shop.hear("delivered")  # though: it went out in spite of the cancel
    assert shop.reconcile().accepted == 1


def test_a_refused_cancel_leaves_the_request_as_it_was(shop: Shop) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    refused = {"path": SENDS, "method": "POST", "kind": "status", "status": 403}
    shop.sandbox.plan_faults(NO_LOG, refused)
    shop.at(NOW + 10 * MINUTE).reconcile()
    shop.hear("processed")
    assert shop.reconcile().accepted == 1


@pytest.mark.parametrize("status", [401, 429])
def test_a_cancel_that_was_certainly_not_accepted_holds_no_slot(shop: Shop, status: int) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    outage = {"path": SENDS, "method": None, "kind": "status", "status": status, "count": None}
    shop.sandbox.plan_faults(NO_LOG, outage)
    report = shop.at(NOW + 10 * MINUTE).reconcile()
    assert (report.planned_again, report.held_cancels) == (0, 0)
    shop.hear("processed")
    assert shop.reconcile().accepted == 1


def test_a_refused_cancel_says_nothing_of_an_earlier_one_without_an_answer(shop: Shop) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    unsure = {"path": SENDS, "method": "POST", "kind": "rst"}
    refused = {"path": SENDS, "method": "POST", "kind": "status", "status": 403}
    for fault in (unsure, refused):
        shop.sandbox.plan_faults(NO_LOG, fault)
        shop.at(NOW + 10 * MINUTE).reconcile()
    shop.hear("processed")
    assert shop.reconcile().accepted == 0  # whether it is released depends on that cancel


def test_a_late_answer_does_not_bring_back_what_was_cancelled(shop: Shop) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    shop.at(NOW + 10 * MINUTE).reconcile()
    accepted = Answer(RequestState.ACCEPTED, 202, "sg-1")
    accept_request(shop.ledger, shop.request()[0], accepted, NOW)
    assert shop.states() == {"planned": 1}


def test_a_copy_that_arrived_in_spite_of_its_cancel_is_not_sent_again(shop: Shop) -> None:
    plan(shop.ledger, [decision(1)])
    shop.lose(LOST_AFTER)
    shop.at(NOW + 10 * MINUTE).reconcile()
    shop.hear("delivered")
    assert shop.deliver().withdrawn == 1
    assert shop.states() == {"cancelled": 1}


def test_only_one_worker_reconciles_at_a_time(shop: Shop) -> None:
    with connect() as other, reconciling(other) as is_ours:
        assert is_ours
        assert shop.reconcile().is_elsewhere
    assert not shop.reconcile().is_elsewhere


def test_no_log_of_a_reconciliation_holds_an_address_or_the_key(
    shop: Shop, every_log: pytest.LogCaptureFixture
) -> None:
    plan(shop.ledger, (decision(i, email="home@example.com") for i in range(2)))
    shop.lose(LOST_AFTER | {"count": 1}, LOST_BEFORE)
    shop.at(NOW + MINUTE).reconcile()
    assert "log cannot be queried" in every_log.text
    shop.sandbox.plan_faults()
    report = shop.at(NOW + 10 * MINUTE).reconcile()
    assert (report.accepted, report.planned_again) == (1, 1)  # SendGrid's log was asked for both
    assert "is cancelled" in every_log.text
    assert any(record.name.startswith("httpcore") for record in every_log.records)
    assert "@example.com" not in every_log.text
    assert API_KEY not in every_log.text


def _submit_without_posting(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Submit with a worker that is stopped just before its call; return the body it would post."""
    kept: list[bytes] = []
    run = Run(shop.client, SETTINGS, lambda: NOW, NOW, Breaker(SETTINGS))
    claim = claim_messages(shop.ledger, Wanted(NOW, 500, "shop@example.com"), NOW)
    with monkeypatch.context() as stopped:
        stopped.setattr(shop.client, "submit", lambda mail, _: kept.append(mail))
        submit(shop.ledger, run, claim)
    return kept.pop()


def _create_template(ledger: psycopg.Connection, client: SendGrid) -> None:
    from retention.delivery.templates import push_templates
    from retention.mail.template import TemplateSource
    from retention.sendgrid.account import Account

    sources = [TemplateSource("winback", "en", "Hi", "<p>Hi</p>", "Hi")]
    push_templates(ledger, Account(client), sources, NOW)
    template_id = ledger.execute("select template_id from ledger.templates").fetchone()[0]
    remember_template(ledger, "receipt", "en", PushedTemplate(template_id, "v", "h"), NOW)
    group_id = Account(client).create_unsubscribe_group("Offers", "Offers")
    remember_unsubscribe_group(ledger, "offers", group_id, "Offers", NOW)

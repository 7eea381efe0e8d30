"""Whatever happens, and in whatever order: nobody gets a mail twice, and nothing is lost.

Hypothesis combines workers that claim, submit, die and record, runs, reconciliations, faults,
events, time, and customers who buy or must not be mailed any more, with a real PostgreSQL and a
real sandbox. The sandbox's messages are the truth.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from retention.database import connect
from retention.delivery.breaker import Breaker
from retention.delivery.protocol import deliver
from retention.delivery.reconcile import reconcile
from retention.delivery.recording import record_outcome
from retention.delivery.report import DeliveryStoppedError
from retention.delivery.run import Run
from retention.delivery.settings import DeliverySettings, Sender
from retention.delivery.submission import submit
from retention.ledger.claims import Claim, ClaimLostError, Envelope, Wanted, claim_messages
from retention.ledger.messages import expire_messages
from retention.ledger.pre_send_check import ERASURE_KEY_VARIABLE, PreSendCheck, hash_address
from retention.ledger.requests import submit_claim
from retention.ledger.states import MessageState
from retention.ledger.templates import PushedTemplate, remember_template, remember_unsubscribe_group
from retention.sendgrid.account import Account
from retention.sendgrid.client import SendGrid
from retention.sendgrid.outcomes import NotSent, Outcome
from tests.integration.delivery.conftest import API_KEY, Sandbox, running_sandbox
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import psycopg

SETTINGS = DeliverySettings(
    Sender("shop@example.com", "Shop"), concurrency=1, patience=timedelta(0)
)
FINAL = {"accepted", "rejected", "cancelled", "unconfirmed"}
SENDS = "/v3/user/scheduled_sends"
MAIL_FAULTS = {
    "none": [],
    "lost before": [{"phase": "before_accept", "kind": "rst"}],
    "lost after": [{"phase": "after_accept", "kind": "rst"}],
    "limited": [{"kind": "rate_limit"}],
    "gateway": [{"phase": "after_accept", "kind": "html_502"}],
    "nothing named": [{"kind": "status", "status": 400}],
    "refused": [{"kind": "status", "status": 401}],
    "silent": [{"phase": "after_accept", "kind": "hang", "seconds": 5}],
}
CANCEL_FAULTS = {
    "none": [],
    "cancel lost before": [{"path": SENDS, "kind": "rst"}],
    "cancel lost after": [{"path": SENDS, "kind": "rst", "phase": "after_accept"}],
    "cancel refused": [{"path": SENDS, "kind": "status", "status": 403}],
    "not confirmed": [{"path": SENDS, "method": "GET", "kind": "status", "count": None}],
}
NO_LOG = {"path": "/v3/logs", "kind": "status", "status": 403, "count": None}
ERASURE_KEY = "a key"
# Events after which no mail to the customer may be submitted.
FAREWELLS = {
    "suppressed": (
        "insert into ledger.suppressions (address, scope, source, suppressed_at)"
        " values (%(email)s, 'address', 'bounces', %(now)s) on conflict do nothing"
    ),
    "forgotten": (
        "insert into ledger.erased (address_hash, erased_at) values (%(hash)s, %(now)s)"
        " on conflict do nothing"
    ),
    "bought": (
        "insert into raw.orders (order_id, customer_id, ordered_at, status)"
        " values (gen_random_uuid(), %(customer)s, %(now)s, 'placed')"
    ),
}
UNDELIVERED = {"cancelled", "expired"}


@dataclass
class Stage:
    """The parts that all examples share; time only moves forward."""

    ledger: psycopg.Connection
    sandbox: Sandbox
    client: SendGrid
    template: PushedTemplate
    now: Any = NOW
    examples: Any = field(default_factory=count)


@dataclass
class Hand:
    """A worker between two steps."""

    claim: Claim
    outcome: Outcome | None = None


class Delivery(RuleBasedStateMachine):
    """Everything that can happen to messages."""

    stage: ClassVar[Stage]

    def __init__(self) -> None:
        super().__init__()
        self.ledger, self.client = self.stage.ledger, self.stage.client
        self.campaign = f"campaign-{next(self.stage.examples)}"
        self.hands: list[Hand] = []
        self.planned: set[str] = set()
        self.final: dict[UUID, str] = {}
        self.gone: dict[str, set[int]] = {}
        check = PreSendCheck("Europe/Helsinki", stopped_by_purchase=frozenset({self.campaign}))
        self.settings = replace(SETTINGS, pre_send_check=check)
        self.ledger.execute(
            "truncate ledger.messages, ledger.requests, ledger.message_events, ledger.decisions,"
            " ledger.answers, ledger.suppressions, ledger.erased, raw.orders"
        )
        remember_template(self.ledger, self.campaign, "en", self.stage.template, NOW)

    @property
    def now(self) -> Any:
        return self.stage.now

    @rule(
        customers=st.sets(st.integers(0, 4), min_size=1),
        kind=st.sampled_from(["marketing", "marketing", "transactional"]),
        worthless_in=st.sampled_from([30, 4000, 4000]),
    )
    def enqueue(self, customers: set[int], kind: str, worthless_in: int) -> None:
        addresses = {4: "no address"}  # SendGrid refuses it
        changes = {
            "campaign": self.campaign,
            "kind": kind,
            "send_at": self.now,
            "not_after": self.now + timedelta(minutes=worthless_in),
        }
        plan(
            self.ledger,
            (
                decision(each, email=addresses.get(each, f"c{each}@example.com"), **changes)
                for each in customers
            ),
        )
        self.planned |= {f"customer-{each}" for each in customers}

    @rule()
    def claim(self) -> None:
        claimed = claim_messages(self.ledger, Wanted(self.now, 3, "shop@example.com"), self.now)
        if claimed:
            self.hands.append(Hand(claimed))

    @rule(which=st.integers(0, 9), fault=st.sampled_from(sorted(MAIL_FAULTS)))
    def submit(self, which: int, fault: str) -> None:
        hand = self._take(which, has_outcome=False)
        if hand is None:
            return
        run = Run(self.client, self.settings, lambda: self.now, self.now, Breaker(self.settings))
        with self._misbehaving(MAIL_FAULTS[fault]):
            try:
                hand.claim, hand.outcome = submit(self.ledger, run, hand.claim)
            except ClaimLostError as error:
                hand.outcome = NotSent(str(error))
        self.hands.append(hand)

    @rule(which=st.integers(0, 9))
    def die_between_commit_and_call(self, which: int) -> None:
        hand = self._take(which, has_outcome=False)
        if hand is not None:
            envelope = Envelope("shop@example.com", f"never-{uuid4()}", "d-1", 7)
            with suppress(ClaimLostError):
                submit_claim(
                    self.ledger, hand.claim, envelope, self.now, self.settings.pre_send_check
                )

    @rule(which=st.integers(0, 9))
    def record(self, which: int) -> None:
        hand = self._take(which, has_outcome=True)
        if hand is not None and hand.claim.messages:
            record_outcome(self.ledger, hand.claim, hand.outcome, self.now)

    @rule(which=st.integers(0, 9), has_outcome=st.booleans())
    def die(self, which: int, *, has_outcome: bool) -> None:
        self._take(which, has_outcome=has_outcome)

    @rule(fault=st.sampled_from(sorted(MAIL_FAULTS)))
    def deliver(self, fault: str) -> None:
        with self._misbehaving(MAIL_FAULTS[fault]), suppress(DeliveryStoppedError):
            deliver(connect, self.client, self.settings, now=self.now, due_until=self.now)

    @rule(fault=st.sampled_from(sorted(CANCEL_FAULTS)))
    def reconcile(self, fault: str) -> None:
        with self._misbehaving(CANCEL_FAULTS[fault]):
            reconcile(self.ledger, self.client, self.settings, self.now)

    @rule(
        fault=st.sampled_from(
            ["lost before", "lost after", "lost after", "silent", "nothing named", "refused"]
        ),
        minutes=st.sampled_from([3, 10, 29, 32]),
        cancel_fault=st.sampled_from(sorted(CANCEL_FAULTS)),
        farewell=st.sampled_from([None, None, *FAREWELLS]),
    )
    def meet_a_fault(
        self, fault: str, minutes: int, cancel_fault: str, farewell: str | None
    ) -> None:
        """Deliver, wait, reconcile and deliver again, like runs of the DAG every ten minutes."""
        number = 10 + len(self.planned)
        self.enqueue({number}, "marketing", 4000)
        self.deliver(fault)
        if farewell:
            self.part_with(number, farewell)
        self.wait(minutes)
        self.reconcile(cancel_fault)
        self.deliver("none")

    @rule(minutes=st.sampled_from([1, 3, 6, 6, 20, 50, 1500]))
    def wait(self, minutes: int) -> None:
        self.stage.now += timedelta(minutes=minutes)
        self.stage.sandbox.set_clock(self.now)

    @rule(number=st.integers(0, 3), farewell=st.sampled_from(sorted(FAREWELLS)))
    def part_with(self, number: int, farewell: str) -> None:
        email = f"c{number}@example.com"
        values = {
            "customer": f"customer-{number}",
            "email": email,
            "hash": hash_address(ERASURE_KEY, email),
            "now": self.now,
        }
        self.ledger.execute(FAREWELLS[farewell], values)
        self.gone.setdefault(email, self._copies().get(email, set()))

    @rule()
    def expire(self) -> None:
        expire_messages(self.ledger, self.now)

    @rule()
    def record_events(self) -> None:
        """Record the events that SendGrid would have reported by now."""
        for row in self._truth():
            events = ["processed"]
            events += ["delivered"] if row["state"] == "delivered" else []
            for event in events:
                self.ledger.execute(
                    "insert into ledger.message_events (sg_event_id, event, message_id,"
                    " request_id, occurred_at, received_at, details)"
                    " values (%s, %s, %s, %s, now(), now(), '{}') on conflict do nothing",
                    [
                        f"{event}-{row['id']}",
                        event,
                        row["paluu_message_id"],
                        row["paluu_request_id"],
                    ],
                )

    @invariant()
    def holds(self) -> None:
        live: dict[UUID, int] = {}
        for row in self._truth():
            if row["state"] not in UNDELIVERED:
                message_id = UUID(row["paluu_message_id"])
                live[message_id] = live.get(message_id, 0) + 1
        assert set(live.values()) <= {1}, "somebody is written twice"
        states = self._states()
        assert len(states) == len(self.planned), "a message was lost"
        assert set(states.values()) <= set(MessageState)
        for message_id, state in states.items():
            copies = live.get(message_id, 0)
            assert state != "accepted" or copies == 1, "accepted, but SendGrid does not have it"
            if state in {"planned", "claimed", "expired", "cancelled", "rejected"}:
                assert not copies, f"{state}, but SendGrid has it"
        for message_id, state in self.final.items():
            assert states[message_id] == state, "a final state did not stay"
        self.final |= {each: state for each, state in states.items() if state in FINAL}

    @invariant()
    def mails_nobody_who_is_gone(self) -> None:
        copies = self._copies() if self.gone else {}
        for email, before in self.gone.items():
            assert copies.get(email, set()) == before, "somebody is written who must not be"

    def teardown(self) -> None:
        """A week later, every message has a final state."""
        self.hands.clear()
        for days in (0, 0, 7, 0):
            self.wait(int(timedelta(days=days) / timedelta(minutes=1)) + 6)
            self.reconcile("none")
            self.deliver("none")
        self.holds()
        self.mails_nobody_who_is_gone()
        assert set(self._states().values()) <= FINAL | {"expired"}

    def _take(self, which: int, *, has_outcome: bool) -> Hand | None:
        fitting = [hand for hand in self.hands if (hand.outcome is not None) == has_outcome]
        if not fitting:
            return None
        hand = fitting[which % len(fitting)]
        self.hands.remove(hand)
        return hand

    def _misbehaving(self, faults: list[dict[str, Any]]) -> Any:
        return self.stage.sandbox.misbehaving(NO_LOG, *faults)

    def _truth(self) -> list[dict[str, Any]]:
        asked = {"campaign": self.campaign, "limit": 1000}
        url = f"{self.stage.sandbox.url}/_sandbox/messages.json"
        return httpx.get(url, params=asked).json()["messages"]

    def _copies(self) -> dict[str, set[int]]:
        """The ids of SendGrid's messages, by address."""
        copies: dict[str, set[int]] = {}
        for row in self._truth():
            copies.setdefault(row["to"], set()).add(row["id"])
        return copies

    def _states(self) -> dict[UUID, str]:
        return dict(self.ledger.execute("select message_id, state from ledger.messages"))


@pytest.fixture
def stage(ledger: psycopg.Connection, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    from retention.delivery.templates import push_templates
    from retention.ledger.templates import find_template
    from retention.mail.template import TemplateSource

    monkeypatch.setenv(ERASURE_KEY_VARIABLE, ERASURE_KEY)
    with (
        running_sandbox(tmp_path) as sandbox,
        SendGrid(API_KEY, sandbox.url, read_seconds=0.5) as client,
    ):
        sandbox.set_clock(NOW)
        account = Account(client)
        push_templates(ledger, account, [TemplateSource("any", "en", "Hi", "<p>Hi</p>", "Hi")], NOW)
        group_id = account.create_unsubscribe_group("Offers", "Offers")
        remember_unsubscribe_group(ledger, "offers", group_id, "Offers", NOW)
        yield Stage(ledger, sandbox, client, find_template(ledger, "any", "en"))


def test_nobody_gets_a_mail_twice_and_nothing_is_lost_whatever_happens(stage: Stage) -> None:
    Delivery.stage = stage
    run_state_machine_as_test(
        Delivery,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

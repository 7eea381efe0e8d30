from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson
import psycopg
import pytest
from psycopg.types.json import Jsonb

from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.report import DeliveryRefusedError
from retention.delivery.schedule import QuietHours
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.messages import count_messages
from retention.ledger.templates import PushedTemplate, remember_template
from retention.links.settings import PublicSettings
from retention.sendgrid.client import SendGrid
from tests.integration.delivery.conftest import API_KEY, Sandbox, Since
from tests.integration.delivery.faulty_server import ACCEPTED, faulty_server, send
from tests.integration.delivery.worker_process import start_worker
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import socket

    from retention.delivery.report import DeliveryReport

SETTINGS = DeliverySettings(Sender("shop@example.com", "Shop"))
PUBLIC = PublicSettings("https://shop.example", "a-key-of-thirty-two-characters-at-least")


def run(client: SendGrid, **changes: Any) -> DeliveryReport:
    arguments = {"now": NOW, "due_until": NOW}
    arguments |= {name: changes.pop(name) for name in arguments if name in changes}
    return deliver(connect, client, replace(SETTINGS, **changes), **arguments)


def test_every_due_message_is_accepted_once(
    pushed: psycopg.Connection, sandbox: SendGrid, audit: Since
) -> None:
    plan(pushed, (decision(i, locale=("en", "fi")[i % 2]) for i in range(1200)))
    report = run(sandbox)
    assert report.accepted == report.submitted == 1200
    assert count_messages(pushed) == {"accepted": 1200}
    assert audit["accepted"] == 1200
    assert audit["duplicate_count"] == 0


def test_a_run_begins_with_ten_mails_and_goes_on_with_five_hundred_a_request(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i) for i in range(1200)))
    settings = replace(SETTINGS, concurrency=1)  # threads at once may divide the rest
    with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
        deliver(connect, client, settings, now=NOW, due_until=NOW)
    carried = [len(orjson.loads(body)["personalizations"]) for body in server.bodies]
    assert carried == [10, 500, 500, 190]


def test_a_second_run_sends_nothing(
    pushed: psycopg.Connection, sandbox: SendGrid, audit: Since
) -> None:
    plan(pushed, [decision(1)])
    run(sandbox)
    assert run(sandbox).submitted == 0
    assert audit["accepted"] == 1


def test_a_run_submits_no_more_than_its_limit(
    pushed: psycopg.Connection, sandbox: SendGrid
) -> None:
    plan(pushed, (decision(i) for i in range(10)))
    settings = DeliverySettings(SETTINGS.sender, limit=7)
    assert deliver(connect, sandbox, settings, now=NOW, due_until=NOW).accepted == 7
    assert count_messages(pushed) == {"accepted": 7, "planned": 3}


def test_people_who_share_an_address_get_their_mails_in_separate_requests(
    pushed: psycopg.Connection, sandbox: SendGrid, audit: Since
) -> None:
    plan(pushed, (decision(i, email="home@example.com") for i in range(3)))
    assert run(sandbox).accepted == 3
    assert audit["requests_accepted"] == 3


def test_a_mail_that_is_due_later_is_scheduled(remembered: psycopg.Connection) -> None:
    later = NOW + timedelta(minutes=45, microseconds=1)
    receipt = {"kind": "transactional", "purpose": "orders"}
    plan(remembered, [decision(1, send_at=later, **receipt), decision(2, **receipt)])
    with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
        run(client, due_until=NOW + timedelta(hours=1))
    first, second = orjson.loads(server.bodies[0])["personalizations"]
    assert "send_at" not in first
    assert datetime.fromtimestamp(second["send_at"], UTC) == NOW + timedelta(minutes=45, seconds=1)


def test_late_marketing_waits_for_the_morning_of_each_customer(
    remembered: psycopg.Connection,
) -> None:
    zones = ["Europe/Helsinki", "Europe/Stockholm", "America/New_York", None]
    late = NOW - timedelta(hours=9)
    plan(remembered, (decision(i, send_at=late, time_zone=zone) for i, zone in enumerate(zones)))
    quiet = QuietHours(21, 8, ZoneInfo("Europe/Helsinki"))
    settings = replace(SETTINGS, quiet_hours=quiet)
    with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
        deliver(connect, client, settings, now=NOW, due_until=NOW)
    sent = orjson.loads(server.bodies[0])["personalizations"]
    released = {each["to"][0]["email"][:10]: each["send_at"] - NOW.timestamp() for each in sent}
    # It is 8:00 in Helsinki; a mail that is late needs 45 minutes, and a moment for the run.
    assert released["customer-0"] == released["customer-3"] == pytest.approx(45 * 60, abs=60)
    assert released["customer-1"] == 60 * 60
    assert released["customer-2"] == 7 * 60 * 60
    (kept,) = remembered.execute("select first_release_at from ledger.requests").fetchone()
    assert (kept - NOW).total_seconds() == released["customer-0"]


def test_mail_cannot_be_due_further_ahead_than_sendgrid_schedules(sandbox: SendGrid) -> None:
    with pytest.raises(ValueError, match="72 hours"):
        run(sandbox, due_until=NOW + timedelta(hours=73))


@pytest.mark.usefixtures("database")
def test_a_connection_that_does_not_commit_by_itself_is_refused(sandbox: SendGrid) -> None:
    with pytest.raises(ValueError, match="autocommit"):
        deliver(psycopg.connect, sandbox, SETTINGS, now=NOW, due_until=NOW)


def test_a_message_that_is_too_late_expires_and_is_reported(
    pushed: psycopg.Connection, sandbox: SendGrid, audit: Since
) -> None:
    plan(pushed, [decision(1, not_after=NOW + timedelta(hours=1)), decision(2)])
    report = run(sandbox, now=NOW + timedelta(hours=1))
    assert (report.expired, report.accepted) == (1, 1)
    assert count_messages(pushed) == {"accepted": 1, "expired": 1}
    assert audit["accepted"] == 1


def test_an_address_that_sendgrid_refuses_holds_up_nobody_else(
    pushed: psycopg.Connection, sandbox: SendGrid, audit: Since
) -> None:
    bad = {7: "no address", 250: "@example.com"}
    plan(pushed, (decision(i, email=bad.get(i, f"c{i}@example.com")) for i in range(500)))
    report = run(sandbox)
    assert (report.accepted, report.rejected) == (498, 2)
    assert audit["accepted"] == 498
    rejected = pushed.execute(
        "select customer_id, state_reason from ledger.messages where state = 'rejected'"
    ).fetchall()
    assert {customer for customer, _ in rejected} == {"customer-7", "customer-250"}
    assert all("valid address" in reason for _, reason in rejected)


def test_a_wrong_key_leaves_everything_planned_and_says_so_in_one_line(
    pushed: psycopg.Connection, sandbox_process: Sandbox
) -> None:
    plan(pushed, (decision(i) for i in range(3)))
    with (
        SendGrid("SG.wrong", sandbox_process.url) as client,
        pytest.raises(DeliveryRefusedError) as caught,
    ):
        run(client)
    assert "HTTP 401" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.report.returned == 3
    assert count_messages(pushed) == {"planned": 3}


def test_a_campaign_without_its_template_stops_alone(
    pushed: psycopg.Connection, sandbox: SendGrid, caplog: pytest.LogCaptureFixture
) -> None:
    plan(pushed, [decision(1), decision(2, campaign="replenishment"), decision(3)])
    report = run(sandbox)
    assert count_messages(pushed) == {"accepted": 2, "planned": 1}
    assert list(report.stopped_campaigns) == ["replenishment"]
    assert "no template was pushed for replenishment in 'en'" in caplog.text


@pytest.mark.parametrize("context", [{"gift_card_id": "7K2M"}, ["a list"]])
def test_a_campaign_whose_context_makes_no_mail_stops_alone(
    pushed: psycopg.Connection, sandbox: SendGrid, context: Any
) -> None:
    template = PushedTemplate("d-1", "v-1", "hash")
    remember_template(pushed, "survey", "en", template, NOW)
    broken = {"campaign": "survey", "send_at": NOW - timedelta(hours=1)}
    plan(pushed, [decision(1, **broken), decision(2)])
    pushed.execute(
        "update ledger.messages set context = %s where campaign = 'survey'", [Jsonb(context)]
    )
    report = run(sandbox, asking_campaigns=frozenset({"survey"}), public=PUBLIC)
    assert "cannot fill a mail" in report.stopped_campaigns["survey"]
    assert "7K2M" not in report.stopped_campaigns["survey"]
    assert count_messages(pushed) == {"planned": 1, "accepted": 1}


def test_a_nearly_expired_message_does_not_keep_others_from_being_cancelled(
    remembered: psycopg.Connection,
) -> None:
    soon = NOW + timedelta(minutes=15)
    plan(remembered, [decision(i, not_after=soon) if i == 3 else decision(i) for i in range(9)])
    with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
        run(client)
    releases = [
        [each["send_at"] <= soon.timestamp() for each in orjson.loads(body)["personalizations"]]
        for body in server.bodies
    ]
    assert sorted(releases) == [[False] * 8, [True]]


def test_a_campaign_whose_template_is_gone_at_sendgrid_stops_alone_and_loses_nothing(
    pushed: psycopg.Connection, sandbox: SendGrid
) -> None:
    plan(pushed, [decision(1), decision(2, locale="fi", campaign="replenishment")])
    pushed.execute(
        "insert into ledger.templates"
        " values ('replenishment', 'fi', 'd-00000000000000000000000000000000', 'v', 'h', now())"
    )
    report = run(sandbox)
    assert count_messages(pushed) == {"accepted": 1, "planned": 1}
    assert "template" in report.stopped_campaigns["replenishment"]


def test_the_data_of_a_mail_are_sent_as_the_ledger_holds_them(
    remembered: psycopg.Connection,
) -> None:
    context = {"points": 2**70, "price": 3.10, "name": 'Lämpö & "valo"'}
    plan(remembered, [decision(1, first_name=None, context=Jsonb(context))])
    with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
        run(client)
    (personalization,) = json.loads(server.bodies[0])["personalizations"]
    assert personalization["dynamic_template_data"] == context


def test_marketing_without_an_unsubscribe_group_is_not_sent(
    pushed: psycopg.Connection, sandbox: SendGrid
) -> None:
    plan(pushed, [decision(1, purpose="surveys")])
    report = run(sandbox)
    assert "unsubscribe group" in report.stopped_campaigns["winback"]
    assert count_messages(pushed) == {"planned": 1}


def test_transactional_mail_carries_no_unsubscribe_group(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, [decision(1, kind="transactional", purpose="orders")])
    with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
        run(client)
    assert "asm" not in orjson.loads(server.bodies[0])


def test_a_receipt_reaches_people_who_unsubscribed_from_everything_and_an_offer_does_not(
    pushed: psycopg.Connection, sandbox: SendGrid, sandbox_process: Sandbox
) -> None:
    sandbox_process.set_clock(NOW)
    sandbox_process.unsubscribe_from_all("gone@example.com")
    receipt = {"kind": "transactional", "purpose": "orders", "occasion": "order-2"}
    everything = [decision(1, email="gone@example.com", **each) for each in ({}, receipt)]
    plan(pushed, everything)
    run(sandbox)
    sandbox_process.set_clock(NOW + timedelta(hours=1))
    messages = pushed.execute("select kind, message_id from ledger.messages").fetchall()
    states = {kind: sandbox_process.find(message_id)["state"] for kind, message_id in messages}
    assert states == {"marketing": "dropped", "transactional": "delivered"}


def test_nothing_personal_leaves_the_recipient_and_the_template_data(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, [decision(1, first_name="Aino")])
    with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
        run(client)
    body = orjson.loads(server.bodies[0])
    for personalization in body["personalizations"]:
        del personalization["to"], personalization["dynamic_template_data"]
    rest = orjson.dumps(body).decode()
    assert "customer-1" not in rest
    assert "Aino" not in rest


def test_workers_in_their_own_processes_send_each_message_once(
    remembered: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = threading.Barrier(3)

    def meet(connection: socket.socket) -> None:
        meeting.wait(timeout=60)  # each worker begins with one request alone: these are all three
        connection.sendall(ACCEPTED)

    plan(remembered, (decision(i) for i in range(6000)))
    monkeypatch.setenv("SENDGRID_API_KEY", API_KEY)
    with faulty_server(meet, meet, meet, send(ACCEPTED)) as server:
        monkeypatch.setenv("SENDGRID_API_URL", server.url)
        workers = [start_worker() for _ in range(3)]
        assert [worker.wait(timeout=60) for worker in workers] == [0, 0, 0]
    assert count_messages(remembered) == {"accepted": 6000}
    posted = Counter(
        personalization["custom_args"]["paluu_message_id"]
        for body in server.bodies
        for personalization in orjson.loads(body)["personalizations"]
    )
    assert (len(posted), posted.total()) == (6000, 6000)


def test_no_log_of_any_level_holds_an_address_or_the_key(
    pushed: psycopg.Connection,
    sandbox: SendGrid,
    sandbox_process: Sandbox,
    every_log: pytest.LogCaptureFixture,
) -> None:
    plan(pushed, [decision(1), decision(2, email="not an@address@example.com")])
    run(sandbox)
    plan(pushed, [decision(3)])
    with SendGrid("SG.wrong", sandbox_process.url) as client, pytest.raises(DeliveryRefusedError):
        run(client)
    assert "Accepted" in every_log.text
    assert "Rejected" in every_log.text
    assert any(record.name.startswith("httpcore") for record in every_log.records)
    for secret in ("@example.com", API_KEY, "SG.wrong", "Aino"):
        assert secret not in every_log.text

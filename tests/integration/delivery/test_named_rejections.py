"""Rejections that name a message: whether the message is at fault, or its campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.messages import count_messages
from retention.sendgrid.client import SendGrid
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import ACCEPTED, answer, faulty_server, send
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import psycopg

    from retention.delivery.report import DeliveryReport
    from tests.integration.delivery.faulty_server import Fault, FaultyServer

SETTINGS = DeliverySettings(Sender("shop@example.com", "Shop"))
TAKEN = send(ACCEPTED)


def rejection(*fields: str) -> Fault:
    errors = [{"message": "cannot be", "field": field, "help": None} for field in fields]
    return answer("400 Bad Request", orjson.dumps({"errors": errors}))


def naming(*indices: int) -> Fault:
    return rejection(*(f"personalizations.{index}.dynamic_template_data" for index in indices))


def run(server: FaultyServer) -> DeliveryReport:
    with SendGrid(API_KEY, server.url) as client:
        return deliver(connect, client, SETTINGS, now=NOW, due_until=NOW)


def test_the_named_messages_are_rejected_and_the_others_sent(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i) for i in range(5)))
    with faulty_server(naming(0, 3), TAKEN) as server:
        report = run(server)
    assert report.stopped_campaigns == {}
    assert count_messages(remembered) == {"rejected": 2, "accepted": 3}


def test_a_fault_of_the_template_that_names_one_message_after_the_other_stops_the_campaign(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i) for i in range(30)))
    with faulty_server(naming(0)) as server:
        report = run(server)
    assert set(report.stopped_campaigns) == {"winback"}
    assert len(server.bodies) == 2
    assert count_messages(remembered) == {"rejected": 1, "planned": 29}


@pytest.mark.parametrize("count", [1, 3])
def test_a_rejection_that_names_most_messages_marks_none(
    remembered: psycopg.Connection, count: int
) -> None:
    plan(remembered, (decision(i) for i in range(count)))
    with faulty_server(naming(*range(count - count // 3))) as server:
        report = run(server)
    assert set(report.stopped_campaigns) == {"winback"}
    assert len(server.bodies) == 1
    assert count_messages(remembered) == {"planned": count}


def test_a_refused_address_rejects_its_message_even_if_it_is_the_only_one(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, [decision(0)])
    with faulty_server(rejection("personalizations.0.to.0.email")) as server:
        report = run(server)
    assert report.stopped_campaigns == {}
    assert count_messages(remembered) == {"rejected": 1}


def test_a_rejection_that_names_the_template_too_marks_none(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i) for i in range(9)))
    with faulty_server(rejection("personalizations.0.to", "template_id")) as server:
        report = run(server)
    assert set(report.stopped_campaigns) == {"winback"}
    assert count_messages(remembered) == {"planned": 9}


def test_a_message_alone_is_rejected_once_others_of_its_campaign_were_accepted(
    remembered: psycopg.Connection,
) -> None:
    # Messages to one address go in separate requests, one after the other.
    plan(remembered, (decision(i, email="home@example.com") for i in range(4)))
    with faulty_server(TAKEN, naming(0), TAKEN) as server:
        report = run(server)
    assert report.stopped_campaigns == {}
    assert count_messages(remembered) == {"accepted": 3, "rejected": 1}


def test_a_campaign_whose_template_breaks_during_a_run_loses_few_messages(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i, email="home@example.com") for i in range(30)))
    with faulty_server(TAKEN, naming(0)) as server:
        report = run(server)
    assert set(report.stopped_campaigns) == {"winback"}
    counts = count_messages(remembered)
    assert counts["rejected"] <= SETTINGS.concurrency
    assert counts["planned"] == 29 - counts["rejected"]

"""The links of mails that ask questions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from retention.database import connect
from retention.delivery.mail_body import MOST_PERSONALIZATIONS
from retention.delivery.protocol import deliver
from retention.delivery.run import PROBE
from retention.delivery.settings import DeliverySettings, Sender
from retention.links.answers import answers_url
from retention.links.settings import PublicSettings
from retention.sendgrid.client import SendGrid
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import faulty_server
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import psycopg

    from tests.integration.delivery.conftest import Since

PUBLIC = PublicSettings(
    "https://shop.example/retention/public", "a-key-of-thirty-two-characters-at-least"
)
ASKING = DeliverySettings(
    Sender("shop@example.com", "Shop"), public=PUBLIC, asking_campaigns=frozenset({"winback"})
)


def _template_data(settings: DeliverySettings) -> list[dict[str, Any]]:
    with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
        deliver(connect, client, settings, now=NOW, due_until=NOW)
    posted = orjson.loads(server.bodies[0])["personalizations"]
    return [each["dynamic_template_data"] for each in posted]


@pytest.mark.parametrize("kind", [{}, {"kind": "transactional", "purpose": "orders"}])
def test_each_mail_that_asks_gets_the_address_of_its_own_answers(
    remembered: psycopg.Connection, kind: dict[str, str]
) -> None:
    plan(remembered, [decision(1, **kind), decision(2, **kind)])
    addresses = [data["answers"] for data in _template_data(ASKING)]
    ids = remembered.execute("select message_id from ledger.messages").fetchall()
    assert len(set(addresses)) == 2
    assert set(addresses) == {
        answers_url(PUBLIC.url, PUBLIC.unsubscribe_key, id_) for (id_,) in ids
    }


@pytest.mark.parametrize(
    "settings",
    [
        replace(ASKING, asking_campaigns=frozenset({"survey"})),
        replace(ASKING, public=None),
    ],
)
def test_mail_without_questions_or_without_a_public_side_gets_no_address(
    remembered: psycopg.Connection, settings: DeliverySettings
) -> None:
    plan(remembered, [decision(1)])
    (data,) = _template_data(settings)
    assert data == {"product": "coffee", "first_name": "Aino"}


def test_a_whole_request_of_mails_that_ask_is_within_sendgrids_limits(
    pushed: psycopg.Connection, sandbox: SendGrid, audit: Since
) -> None:
    plan(pushed, (decision(i) for i in range(PROBE + MOST_PERSONALIZATIONS)))
    alone = replace(ASKING, concurrency=1)
    assert deliver(connect, sandbox, alone, now=NOW, due_until=NOW).accepted == 510
    assert audit["requests_accepted"] == 2

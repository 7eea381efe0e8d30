"""A ledger, SendGrid's key pair, and the public side of the engine, reached from outside."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.testclient import TestClient

from retention.database import connect
from retention.inbound import webhook as inbound_webhook
from retention.inbound.webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER
from retention.ledger.migration import migrate
from retention.ledger.templates import remember_unsubscribe_group
from retention.ledger.webhook import remember_webhook_key
from tests.integration.ledger.warehouse import NOW, create_warehouse, decision, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    import psycopg

    from demo.postgres import Cluster

PUBLIC_URL = "http://testserver/retention/public"
UNSUBSCRIBE_KEY = "a-key-of-thirty-two-characters-at-least"
OFFERS_GROUP = 7
WRITTEN = (
    "ledger.answers",
    "ledger.decisions",
    "ledger.message_events",
    "ledger.messages",
    "ledger.suppression_pulls",
    "ledger.suppressions",
    "ledger.templates",
    "ledger.unsubscribe_group_ids",
    "ledger.unsubscribe_groups",
    "ledger.webhook_keys",
    "ledger.webhook_refusals",
)


@dataclass(frozen=True)
class Signer:
    """Signs as SendGrid does: ECDSA on P-256 over the timestamp and the raw body."""

    private_key: ec.EllipticCurvePrivateKey

    @classmethod
    def create(cls) -> Signer:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> str:
        """Base64, as SendGrid shows it."""
        encoded = self.private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(encoded).decode()

    def headers(self, body: bytes, timestamp: int | str) -> dict[str, str]:
        signed = self.private_key.sign(str(timestamp).encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            SIGNATURE_HEADER: base64.b64encode(signed).decode(),
            TIMESTAMP_HEADER: str(timestamp),
        }


@pytest.fixture(scope="session")
def sendgrid() -> Signer:
    return Signer.create()


@pytest.fixture(scope="session")
def inbound_database(postgres: Cluster) -> Iterator[str]:
    """The name of a database with a ledger, created once for all inbound tests."""
    name = f"inbound_{uuid4().hex[:12]}"
    postgres.create_database(name)
    with pytest.MonkeyPatch.context() as patch:
        _lead_to(postgres, name, patch)
        migrate()
        with connect() as connection:
            create_warehouse(connection)
    yield name
    postgres.drop_database(name)


@pytest.fixture
def ledger(
    postgres: Cluster,
    inbound_database: str,
    sendgrid: Signer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[psycopg.Connection]:
    """An empty ledger that knows SendGrid's key and the group of the purpose `offers`."""
    import retention_ui.public

    _lead_to(postgres, inbound_database, monkeypatch)
    monkeypatch.setattr(inbound_webhook, "COUNT_EVERY", timedelta(0))
    fresh = inbound_webhook.Webhook(retention_ui.public._connect)
    monkeypatch.setattr(retention_ui.public, "webhook", fresh)
    with connect() as connection:
        connection.execute(f"truncate {', '.join(WRITTEN)} cascade")
        remember_webhook_key(connection, sendgrid.public_key, NOW)
        remember_unsubscribe_group(connection, "offers", OFFERS_GROUP, "Puoti: offers", NOW)
        yield connection


def _lead_to(postgres: Cluster, database: str, patch: pytest.MonkeyPatch) -> None:
    for variable, value in postgres.environment(database).items():
        patch.setenv(variable, value)


@pytest.fixture
def message_id(ledger: psycopg.Connection) -> UUID:
    """A message to customer-1@example.com in English."""
    plan(ledger, [decision(1, email="Customer-1@example.com")])
    return ledger.execute("select message_id from ledger.messages").fetchone()[0]


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The public side, by itself."""
    import retention_ui.public

    monkeypatch.setenv("PALUU_PUBLIC_URL", PUBLIC_URL)
    monkeypatch.setenv("PALUU_UNSUBSCRIBE_KEY", UNSUBSCRIBE_KEY)
    with TestClient(retention_ui.public.app) as client:
        yield client


@dataclass(frozen=True)
class Webhook:
    """Posts events as SendGrid does."""

    client: TestClient
    signer: Signer

    def post(self, *events: dict[str, Any], timestamp: int | None = None) -> int:
        """Post the events in one array; return the HTTP status."""
        return self.post_body(json.dumps(events, indent=1).encode(), timestamp=timestamp)

    def post_body(self, body: bytes, *, timestamp: int | None = None) -> int:
        moment = int(time.time()) if timestamp is None else timestamp
        headers = self.signer.headers(body, moment)
        return self.client.post("/events", content=body, headers=headers).status_code


@pytest.fixture
def webhook(public: TestClient, sendgrid: Signer, ledger: psycopg.Connection) -> Webhook:  # noqa: ARG001
    return Webhook(public, sendgrid)


def event(name: str, **fields: Any) -> dict[str, Any]:
    """An event as SendGrid sends it."""
    return {
        "email": "customer-1@example.com",
        "timestamp": int(NOW.timestamp()),
        "event": name,
        "sg_event_id": uuid4().hex,
        "sg_message_id": "Xj5LmNkWSOqRbdvOpR34BA.recvd-1",
        **fields,
    }


def contents(ledger: psycopg.Connection) -> dict[str, list[tuple]]:
    """Everything that inbound events write, except the time of receipt and refusals."""
    return {
        "events": ledger.execute(
            "select sg_event_id, event, message_id, request_id, attempt_id, sg_message_id,"
            " occurred_at, details::text from ledger.message_events order by sg_event_id"
        ).fetchall(),
        "suppressions": suppressions(ledger),
    }


def suppressions(ledger: psycopg.Connection) -> list[tuple]:
    return ledger.execute(
        "select address, scope, source, suppressed_at, removed_at from ledger.suppressions"
        " order by address, scope, source"
    ).fetchall()


def refusals(ledger: psycopg.Connection) -> dict[str, int]:
    rows = ledger.execute(
        "select reason, sum(refusal_count) from ledger.webhook_refusals group by reason"
    )
    return {reason: int(count) for reason, count in rows.fetchall()}

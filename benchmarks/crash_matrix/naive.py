"""The naive sender: a typical first version, and the control of the experiment.

It marks messages as sent after the response, and retries whenever it gets none. It is careful
otherwise: a transaction locks its messages, so two senders never hold the same ones.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx

from retention.database import connect

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

AT_ONCE = 8
TRIES = 3
TIMEOUT = 1.0

CREATE = """
    create table outbox (
        message_id uuid primary key,
        template_id text not null,
        email text not null,
        context jsonb not null,
        send_at timestamptz not null,
        is_sent boolean not null default false
    )
"""
TAKE = """
    select message_id, email, context, send_at, template_id from outbox
    where not is_sent and template_id = (
        select template_id from outbox where not is_sent
        order by message_id limit 1 for update skip locked
    )
    order by message_id limit %(at_once)s for update skip locked
"""
MARK = "update outbox set is_sent = true where message_id = any(%(message_ids)s)"


def send_naively(now: datetime) -> None:
    """Send all messages not marked as sent; give up when every attempt of a request has failed."""
    with connect() as connection, httpx.Client(timeout=TIMEOUT) as client:
        is_going_on = True
        while is_going_on:
            with connection.transaction():
                is_going_on = _send_some(connection, client, now)


def _send_some(connection: psycopg.Connection, client: httpx.Client, now: datetime) -> bool:
    rows = connection.execute(TAKE, {"at_once": AT_ONCE}).fetchall()
    if not rows:
        return False
    mail = {
        "from": {"email": "shop@example.com"},
        "template_id": rows[0][4],
        "personalizations": [_personalize(row, now) for row in rows],
    }
    if not any(_post(client, mail) for _ in range(TRIES)):
        return False
    connection.execute(MARK, {"message_ids": [row[0] for row in rows]})
    return True


def _personalize(row: tuple[Any, ...], now: datetime) -> dict[str, Any]:
    message_id, email, context, send_at, _ = row
    personalization = {
        "to": [{"email": email}],
        "dynamic_template_data": context,
        "custom_args": {"paluu_message_id": str(message_id)},
    }
    if send_at > now:
        personalization["send_at"] = int(send_at.timestamp())
    return personalization


def _post(client: httpx.Client, mail: dict[str, Any]) -> bool:
    url = f"{os.environ['SENDGRID_API_URL']}/v3/mail/send"
    key = {"Authorization": f"Bearer {os.environ['SENDGRID_API_KEY']}"}
    try:
        return client.post(url, json=mail, headers=key).is_success
    except httpx.HTTPError:
        return False

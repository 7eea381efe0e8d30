from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import retention_ui.public
from retention.database import connect
from retention.inbound import webhook as inbound_webhook
from retention.inbound.events import read_events
from retention.inbound.webhook import MOST_BYTES, SIGNATURE_HEADER, TIMESTAMP_HEADER
from retention.ledger.events import record_events
from retention.ledger.suppressions import unsubscribe_recipient
from retention.ledger.templates import remember_unsubscribe_group
from retention.ledger.webhook import remember_webhook_key
from tests.integration.inbound.conftest import (
    OFFERS_GROUP,
    Signer,
    Webhook,
    contents,
    event,
    refusals,
    suppressions,
)
from tests.integration.ledger.warehouse import NOW

if TYPE_CHECKING:
    from uuid import UUID

    import psycopg
    from starlette.testclient import TestClient

HOUR = 3600
BODY = json.dumps([event("delivered")]).encode()


def test_a_signed_post_is_recorded_with_our_ids_and_sendgrids(
    ledger: psycopg.Connection, webhook: Webhook
) -> None:
    message_id, request_id = uuid4(), uuid4()
    ids = {
        "paluu_message_id": str(message_id),
        "paluu_request_id": str(request_id),
        "paluu_attempt_id": f"{message_id}/1",
    }
    assert webhook.post(event("processed", sg_event_id="e-1", send_at=1, **ids)) == 204
    assert contents(ledger)["events"] == [
        (
            *("e-1", "processed", message_id, request_id, f"{message_id}/1"),
            *("Xj5LmNkWSOqRbdvOpR34BA.recvd-1", NOW, '{"send_at": 1}'),
        )
    ]


def test_an_event_of_a_name_we_do_not_know_is_kept(
    ledger: psycopg.Connection, webhook: Webhook
) -> None:
    assert webhook.post(event("teleported", destination="mars")) == 204
    found = ledger.execute("select event, details from ledger.message_events").fetchone()
    assert found == ("teleported", {"destination": "mars"})


def test_no_address_enters_the_details(ledger: psycopg.Connection, webhook: Webhook) -> None:
    posted = event(
        "bounce",
        type="blocked",
        reason="550 5.1.1 <customer-1@example.com>: user unknown",
        url="https://shop.example.com/?who=customer-1%40example.com",
        extra={"to": ["Customer-1@example.com"], "other@example.com": 1},
        ip="192.0.2.7",
        **{"smtp-id": "<1.2@ismtpd>"},
    )
    assert webhook.post(posted) == 204
    details = str(ledger.execute("select details from ledger.message_events").fetchone())
    assert "example.com" not in details.lower()
    assert "192.0.2.7" not in details
    assert "user unknown" in details


def _change_the_body(body: bytes, signer: Signer) -> tuple[bytes, dict[str, str]]:
    return body.replace(b"delivered", b"bounce   "), signer.headers(body, int(time.time()))


def _reserialise(body: bytes, signer: Signer) -> tuple[bytes, dict[str, str]]:
    headers = signer.headers(body, int(time.time()))
    return json.dumps(json.loads(body), indent=2).encode(), headers


def _sign_with_another_key(body: bytes, signer: Signer) -> tuple[bytes, dict[str, str]]:  # noqa: ARG001
    return body, Signer.create().headers(body, int(time.time()))


def _move_the_time(body: bytes, signer: Signer) -> tuple[bytes, dict[str, str]]:
    now = int(time.time())
    return body, signer.headers(body, now) | {TIMESTAMP_HEADER: str(now - 1)}


def _write_nonsense(body: bytes, signer: Signer) -> tuple[bytes, dict[str, str]]:
    return body, signer.headers(body, int(time.time())) | {SIGNATURE_HEADER: "%%%"}


def _leave_out(header: str) -> Any:
    def forge(body: bytes, signer: Signer) -> tuple[bytes, dict[str, str]]:
        headers = signer.headers(body, int(time.time()))
        del headers[header]
        return body, headers

    return forge


def _date(offset: float | str) -> Any:
    def forge(body: bytes, signer: Signer) -> tuple[bytes, dict[str, str]]:
        stamp = offset if isinstance(offset, str) else int(time.time() + offset)
        return body, signer.headers(body, stamp)

    return forge


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (_change_the_body, "forged"),
        (_reserialise, "forged"),
        (_sign_with_another_key, "forged"),
        (_move_the_time, "forged"),
        (_write_nonsense, "forged"),
        (_leave_out(SIGNATURE_HEADER), "unsigned"),
        (_leave_out(TIMESTAMP_HEADER), "unsigned"),
        (_date("soon"), "unsigned"),
        (_date("9" * 40), "unsigned"),
        (_date(-26.1 * HOUR), "stale"),
        (_date(0.1 * HOUR), "stale"),
    ],
)
def test_a_forged_post_is_counted_and_changes_nothing_else(
    ledger: psycopg.Connection, webhook: Webhook, forge: Any, reason: str
) -> None:
    assert webhook.post(event("spamreport")) == 204
    before = contents(ledger)
    for _ in range(2):
        body, headers = forge(BODY, webhook.signer)
        assert webhook.client.post("/events", content=body, headers=headers).status_code == 403
    assert contents(ledger) == before
    assert refusals(ledger) == {reason: 2}


def test_a_post_that_sendgrid_repeats_for_a_day_is_still_accepted(
    ledger: psycopg.Connection, webhook: Webhook
) -> None:
    assert webhook.post(event("open"), timestamp=int(time.time() - 24.5 * HOUR)) == 204
    assert len(contents(ledger)["events"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"null", b"[" * 100_000, b"[", b'{"event": "open"}'),
        *(b"\xff\xfe", BODY.replace(b"delivered", b"\xff")),
    ],
)
def test_a_signed_body_that_is_no_array_of_events_is_refused_and_counted(
    ledger: psycopg.Connection, webhook: Webhook, body: bytes
) -> None:
    assert webhook.post_body(body) == 403
    assert refusals(ledger) == {"malformed": 1}
    assert contents(ledger) == {"events": [], "suppressions": []}


@pytest.mark.parametrize(
    "flaw",
    [
        {"sg_event_id": None},
        {"sg_event_id": 7},
        {"sg_event_id": "x" * 1000},
        {"event": ""},
        {"timestamp": "noon"},
        {"timestamp": True},
        {"timestamp": 1e300},
    ],
)
def test_one_entry_that_is_no_event_does_not_affect_the_others(
    ledger: psycopg.Connection, webhook: Webhook, flaw: dict[str, Any]
) -> None:
    assert webhook.post(event("open", sg_event_id="good"), event("open") | flaw) == 204
    assert [row[0] for row in contents(ledger)["events"]] == ["good"]


def test_what_postgresql_cannot_hold_does_not_stop_the_post(
    ledger: psycopg.Connection, webhook: Webhook
) -> None:
    odd = event("open", useragent="a\0b", email="customer\0-1@example.com", asm_group_id=10**30)
    assert webhook.post(odd | {"paluu_message_id": "not-a-uuid", "k\0": [{"a": "\0"}]}) == 204
    ((_, _, message_id, *_),) = contents(ledger)["events"]
    assert message_id is None


@pytest.mark.parametrize(
    "entry",
    [
        b"1",
        b'"event"',
        b'{"sg_event_id": "odd", "event": "open", "timestamp": 1, "useragent": "a\\ud800"}',
        b'{"sg_event_id": "odd\\udfff", "event": "open\\ud800", "timestamp": 1, "k\\ud800": "b"}',
        b'{"sg_event_id": "odd", "event": "open", "timestamp": 1, "x": [1e400, -1e400, NaN]}',
        b'{"sg_event_id": "odd", "event": "open", "timestamp": 1e400, "x": "\\ud800"}',
        b'{"sg_event_id": "odd", "event": "open", "timestamp": 1, "y": 1e400, "x": 1'
        + b"0" * 5000
        + b"}",
        b'{"sg_event_id": "odd", "event": "open", "timestamp": -99999999999}',
        b'{"sg_event_id": "odd", "event": "open", "timestamp": 1, "x": '
        + b"[" * 600
        + b"]" * 600
        + b"}",
    ],
)
def test_the_contents_of_one_entry_never_affect_the_others(
    ledger: psycopg.Connection, webhook: Webhook, entry: bytes
) -> None:
    good = json.dumps(event("open", sg_event_id="a good one")).encode()
    assert webhook.post_body(b"[" + good + b", " + entry + b"]") == 204
    assert "a good one" in [row[0] for row in contents(ledger)["events"]]
    assert refusals(ledger) == {}


def test_a_flood_of_forged_posts_does_not_open_a_connection_for_each(
    ledger: psycopg.Connection, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound_webhook, "COUNT_EVERY", timedelta(hours=1))
    opened: list[str] = []
    real = retention_ui.public.connect
    monkeypatch.setattr(
        retention_ui.public,
        "connect",
        lambda *options: (opened.append(options[0]), real(*options))[1],
    )
    for _ in range(20):
        assert webhook.client.post("/events", content=BODY).status_code == 403
        body, headers = _sign_with_another_key(BODY, webhook.signer)
        assert webhook.client.post("/events", content=body, headers=headers).status_code == 403
    # The keys once, and the first refusal of each kind.
    assert len(opened) == 3
    assert refusals(ledger) == {"unsigned": 1, "forged": 1}
    monkeypatch.setattr(inbound_webhook, "COUNT_EVERY", timedelta(0))
    assert webhook.client.post("/events", content=BODY).status_code == 403
    assert refusals(ledger) == {"unsigned": 21, "forged": 20}


def test_a_locked_row_of_refusals_blocks_nobody(
    ledger: psycopg.Connection, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert webhook.client.post("/events", content=BODY).status_code == 403
    monkeypatch.setattr(retention_ui.public, "SHORT_TIMEOUTS", "-c lock_timeout=10ms")
    with connect() as other, other.transaction():
        other.execute("select 1 from ledger.webhook_refusals for update")
        assert webhook.client.post("/events", content=BODY).status_code == 403
    assert webhook.client.post("/events", content=BODY).status_code == 403
    assert refusals(ledger) == {"unsigned": 3}


def test_a_post_that_is_too_large_is_not_read(ledger: psycopg.Connection, webhook: Webhook) -> None:
    assert webhook.post_body(b"[" + b" " * MOST_BYTES) == 413
    assert refusals(ledger) == {"too large": 1}


def test_before_the_key_is_fetched_nothing_is_accepted(
    ledger: psycopg.Connection, webhook: Webhook
) -> None:
    ledger.execute("delete from ledger.webhook_keys")
    assert webhook.post(event("open")) == 403
    assert refusals(ledger) == {"no key": 1}


def test_a_replaced_key_is_accepted_as_long_as_sendgrid_repeats_posts_signed_with_it(
    ledger: psycopg.Connection, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = ledger.execute("select now()").fetchone()[0]
    other = Signer.create().public_key
    remember_webhook_key(ledger, other, now - timedelta(hours=25))
    assert webhook.post(event("open")) == 204
    ledger.execute("update ledger.webhook_keys set replaced_at = replaced_at - interval '2 h'")
    monkeypatch.setattr(retention_ui.public.webhook, "_keys_until", now)
    assert webhook.post(event("open")) == 403


def test_the_same_post_twice_changes_nothing(ledger: psycopg.Connection, webhook: Webhook) -> None:
    events = [event("processed"), event("bounce", type="bounce"), event("spamreport")]
    assert webhook.post(*events) == 204
    before = contents(ledger), ledger.execute("select * from ledger.message_events").fetchall()
    assert webhook.post(*events) == 204
    assert webhook.post(*reversed(events)) == 204
    after = contents(ledger), ledger.execute("select * from ledger.message_events").fetchall()
    assert after == before
    assert refusals(ledger) == {}


STORIES = st.lists(
    st.builds(
        lambda name, second, customer, group: event(
            name,
            timestamp=int(NOW.timestamp()) + second,
            email=f"{customer}@example.com",
            asm_group_id=group,
        ),
        # What takes each other back comes often, and often to the same person.
        st.sampled_from(
            [
                *("delivered", "bounce", "spamreport", "unsubscribe"),
                *("group_unsubscribe", "group_resubscribe") * 4,
            ]
        ),
        st.integers(0, 3),
        st.sampled_from(["ada", "ADA", "ada", "bo"]),
        st.sampled_from([OFFERS_GROUP] * 3 + [OFFERS_GROUP + 1]),
    ),
    max_size=8,
)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STORIES, st.data())
def test_any_order_of_events_with_any_repeats_gives_the_same_ledger(
    ledger: psycopg.Connection, story: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(story + story[: len(story) // 2]))
    assert _contents_after(ledger, [story]) == _contents_after(
        ledger, [[each] for each in shuffled]
    )


def _contents_after(
    ledger: psycopg.Connection, posts: list[list[dict[str, Any]]]
) -> dict[str, Any]:
    """The contents of an empty ledger after the posts."""
    ledger.execute("truncate ledger.message_events, ledger.suppressions")
    for post in posts:
        events, malformed = read_events(json.dumps(post).encode())
        assert malformed == 0
        record_events(ledger, events, NOW)
    return contents(ledger)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (event("bounce", type="bounce"), [("address", "bounces")]),
        (event("bounce"), [("address", "bounces")]),
        (event("bounce", type="blocked"), []),
        (event("spamreport"), [("address", "spam_reports")]),
        (event("unsubscribe"), [("all", "unsubscribes")]),
        (event("group_unsubscribe", asm_group_id=OFFERS_GROUP), [("offers", "groups")]),
        (event("group_unsubscribe", asm_group_id=999), []),
        (event("group_unsubscribe"), []),
        (event("dropped", reason="Bounced Address"), []),
    ],
)
def test_what_an_event_says_about_the_address_is_a_suppression(
    ledger: psycopg.Connection,
    webhook: Webhook,
    told: dict[str, Any],
    known: list[tuple[str, str]],
) -> None:
    assert webhook.post(told | {"email": "Customer-1@Example.com", "sg_event_id": "e"}) == 204
    assert suppressions(ledger) == [
        ("customer-1@example.com", scope, source, NOW, None) for scope, source in known
    ]


def test_a_click_in_a_mail_sent_before_the_group_changed_counts(
    ledger: psycopg.Connection, webhook: Webhook
) -> None:
    remember_unsubscribe_group(ledger, "offers", OFFERS_GROUP + 1, "Puoti Oy: offers", NOW)
    for group_id, name in ((OFFERS_GROUP, "ada"), (OFFERS_GROUP + 1, "bo")):
        webhook.post(event("group_unsubscribe", asm_group_id=group_id, email=f"{name}@example.com"))
    assert [row[:3] for row in suppressions(ledger)] == [
        ("ada@example.com", "offers", "groups"),
        ("bo@example.com", "offers", "groups"),
    ]


def test_rejoining_the_group_lifts_the_suppression_and_reverts_the_choice_on_our_page(
    ledger: psycopg.Connection, webhook: Webhook, message_id: UUID
) -> None:
    unsubscribe_recipient(ledger, message_id, "offers", NOW)
    about = {"asm_group_id": OFFERS_GROUP}
    later = int(NOW.timestamp()) + 60
    webhook.post(event("group_unsubscribe", **about))
    assert {row[4] for row in suppressions(ledger)} == {None}
    webhook.post(event("group_resubscribe", timestamp=later, **about))
    assert {row[4] for row in suppressions(ledger)} == {NOW + timedelta(minutes=1)}


def test_within_the_same_second_the_unsubscribe_wins(
    ledger: psycopg.Connection, webhook: Webhook
) -> None:
    about = {"asm_group_id": OFFERS_GROUP}
    webhook.post(event("group_unsubscribe", **about), event("group_resubscribe", **about))
    assert suppressions(ledger) == [("customer-1@example.com", "offers", "groups", NOW, None)]


def test_a_whole_post_is_one_insert(
    ledger: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed: list[str] = []

    def spy(connection: psycopg.Connection, statement: str, **more: Any) -> Any:
        executed.append(statement)
        return execute(connection, statement, **more)

    import retention.ledger.events
    from retention.ledger.statements import execute

    monkeypatch.setattr(retention.ledger.events, "execute", spy)
    events, _ = read_events(json.dumps([event("open") for _ in range(1000)]).encode())
    counts = record_events(ledger, events, NOW)
    assert (counts.recorded, counts.repeated) == (1000, 0)
    assert executed == ["record_events"]


def test_only_posts_reach_the_webhook(public: TestClient) -> None:
    assert public.get("/events").status_code == 405

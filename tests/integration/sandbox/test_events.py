"""Outcomes of mails, and their events in the webhook."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from sandbox.app import create_app
from sandbox.clock import Clock
from sandbox.contract.specification import LOGS, WEBHOOKS, validator
from sandbox.database import Database
from sandbox.state import Sandbox
from tests.integration.sandbox.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sandbox.contract.specification import Contract
    from tests.integration.sandbox.conftest import SandboxClient

Mail = dict[str, Any]
SETTINGS = "/v3/user/webhooks/event/settings"
EVENTS = (
    "processed", "dropped", "delivered", "deferred", "bounce", "open", "click", "spam_report",
    "unsubscribe", "group_unsubscribe", "group_resubscribe",
)  # fmt: skip
HOUR = 3600


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that runs."""
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
def listening(sandbox: SandboxClient, receiver: Receiver) -> Receiver:
    """The same, which the sandbox posts every kind of event to."""
    listen(sandbox, receiver)
    return receiver


def listen(sandbox: SandboxClient, receiver: Receiver) -> None:
    settings = {"enabled": True, "url": receiver.url, **dict.fromkeys(EVENTS, True)}
    sandbox.post(SETTINGS, settings, 201)


def chance(sandbox: SandboxClient, **probabilities: Any) -> None:
    sandbox.post("/_sandbox/probabilities", probabilities, 200)


def flush(sandbox: SandboxClient) -> dict[str, Any]:
    return sandbox.post("/_sandbox/webhook", None, 200)


def test_a_mail_is_processed_and_delivered_and_says_so_with_its_custom_arguments(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    arguments = {"paluu_message_id": "m-1", "email": "not-this-one"}
    answer = sandbox.send(mail(custom_args=arguments, categories=["winback", "fi"]))
    flush(sandbox)
    processed, delivered = listening.events
    assert (processed["event"], delivered["event"]) == ("processed", "delivered")
    for event in (processed, delivered):
        assert event["paluu_message_id"] == "m-1"
        assert event["email"] == "aino@example.com"
        assert event["category"] == ["winback", "fi"]
        assert event["sg_message_id"].startswith(f"{answer.headers['X-Message-Id']}.")
        assert abs(event["timestamp"] - sandbox.now().timestamp()) < HOUR
    assert processed["sg_event_id"] != delivered["sg_event_id"]


def test_an_event_has_the_same_id_in_the_logs_as_in_the_webhook(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    sandbox.send(mail())
    flush(sandbox)
    logged = sandbox.get(f"/v3/logs/{listening.events[0]['sg_message_id']}")["events"]
    assert {one["sg_event_id"] for one in logged} == {
        one["sg_event_id"] for one in listening.events
    }


def test_events_are_posted_automatically(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    sandbox.send(mail())
    sandbox.wait_for(lambda: listening.names() == ["processed", "delivered"])


def test_every_array_is_signed_over_its_raw_bytes(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    signed = sandbox.client.patch(f"{SETTINGS}/signed", json={"enabled": True}).json()
    assert sandbox.client.get(f"{SETTINGS}/signed/{signed['id']}").json() == signed
    sandbox.send(mail())
    flush(sandbox)
    post = listening.posts[0]
    assert post.is_signed(signed["public_key"])
    changed = type(post)(post.body.replace(b"\r\n", b""), post.signature, post.timestamp)
    assert not changed.is_signed(signed["public_key"])


def test_a_signature_uses_real_time_like_the_clocks_of_receivers(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    sandbox.client.patch(f"{SETTINGS}/signed", json={"enabled": True})
    before = time.time()
    sandbox.move_clock(advance_seconds=100 * HOUR)
    sandbox.send(mail())
    flush(sandbox)
    assert abs(int(listening.posts[0].timestamp) - before) < HOUR
    assert listening.events[0]["timestamp"] > before + 99 * HOUR


def test_signing_is_off_until_it_is_turned_on_and_can_be_turned_off(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    for enabled in (True, False):
        sandbox.client.patch(f"{SETTINGS}/signed", json={"enabled": enabled})
    assert sandbox.client.get(f"{SETTINGS}/signed").json()["public_key"] == ""
    sandbox.send(mail())
    flush(sandbox)
    assert listening.posts[0].signature == ""


def test_a_webhook_gets_only_the_events_it_selected(
    sandbox: SandboxClient, receiver: Receiver, mail: Callable[..., Mail]
) -> None:
    sandbox.post(SETTINGS, {"enabled": True, "url": receiver.url, "bounce": True}, 201)
    sandbox.send(mail())
    sandbox.send(mail("bounce+1@example.com"))
    flush(sandbox)
    assert receiver.names() == ["bounce"]


def test_an_array_that_a_webhook_does_not_accept_is_posted_again(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    listening.status = 500
    sandbox.send(mail())
    assert flush(sandbox)["posts_waiting"] == 1
    listening.status = 200
    sandbox.move_clock(advance_seconds=5 * HOUR)
    sandbox.wait_for(lambda: sandbox.webhook()["posts_waiting"] == 0)
    assert listening.posts[0].body == listening.posts[-1].body
    assert sandbox.webhook()["events_taken"] == 2


def test_each_attempt_to_post_an_array_waits_longer_than_the_one_before(
    tmp_path: Path, contract: Contract, receiver: Receiver, mail: Callable[..., Mail]
) -> None:
    database = Database(tmp_path / "sandbox.sqlite3")
    clock = Clock(database, lambda: datetime(2026, 11, 22, tzinfo=UTC))
    sandbox = Sandbox(database, contract, "SG.key", clock)
    # Not served, so that nothing is posted but by the steps of this test.
    client = TestClient(create_app(sandbox), headers={"Authorization": "Bearer SG.key"})
    client.post(SETTINGS, json={"enabled": True, "url": receiver.url, "delivered": True})
    client.post("/v3/mail/send", json=mail())
    receiver.status = 500
    attempts = []
    for second in (0, *range(0, 4 * HOUR, 60)):
        clock.set(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=second))
        posted = len(receiver.posts)
        sandbox.postman.deliver(sandbox.now_ms())
        attempts += [second] * (len(receiver.posts) - posted)
    sandbox.close()
    waits = [later - earlier for earlier, later in pairwise(attempts)]
    assert len(waits) > 3
    assert waits[0] > 0
    assert waits == sorted(set(waits))


def test_events_that_are_not_accepted_for_24_hours_are_lost(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    listening.status = 503
    sandbox.send(mail())
    flush(sandbox)
    sandbox.move_clock(advance_seconds=25 * HOUR)
    listening.status = 200
    status = flush(sandbox)
    assert (status["posts_waiting"], status["posts_lost"]) == (0, 1)
    assert {post.body for post in listening.posts} == {listening.posts[0].body}


def test_duplicates_carry_the_same_event_id_and_nothing_is_lost(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    chance(sandbox, duplicate=0.5, reorder=1, seed=3)
    sandbox.send(mail(personalizations=fifty_people()))
    flush(sandbox)
    by_id: dict[str, list[Any]] = {}
    for event in listening.events:
        by_id.setdefault(event["sg_event_id"], []).append(event)
    assert len(by_id) == 100
    assert all(same == [same[0]] * len(same) for same in by_id.values())
    assert {len(same) for same in by_id.values()} == {1, 2}


def test_disorder_is_reproducible_by_its_seed(
    start_sandbox: Callable[[], SandboxClient], receiver: Receiver, mail: Callable[..., Mail]
) -> None:
    def order(**probabilities: Any) -> list[tuple[str, str]]:
        sandbox = start_sandbox()
        listen(sandbox, receiver)
        chance(sandbox, **probabilities)
        sandbox.send(mail(personalizations=fifty_people()))
        flush(sandbox)
        return [(event["event"], event["email"]) for event in receiver.posts.pop().events]

    natural, shuffled = order(), order(reorder=1, seed=3)
    assert shuffled != natural
    assert sorted(shuffled) == sorted(natural)
    assert order(reorder=1, seed=3) == shuffled
    assert order(reorder=1, seed=4) not in (natural, shuffled)


def fifty_people() -> list[dict[str, Any]]:
    return [{"to": [{"email": f"person{number}@example.com"}]} for number in range(50)]


MAGIC = {
    "bounce": (["processed", "bounce"], "bounced"),
    "blocked": (["processed", "bounce"], "blocked"),
    "invalid": (["processed", "dropped"], "dropped"),
    "deferred": (["processed", "deferred", "delivered"], "delivered"),
    "async_bounce": (["processed", "delivered", "bounce"], "delivered"),
    "open": (["processed", "delivered", "open"], "delivered"),
    "machine_open": (["processed", "delivered", "open"], "delivered"),
    "click": (["processed", "delivered", "open", "click"], "delivered"),
    "unsubscribe": (["processed", "delivered", "unsubscribe"], "delivered"),
    "group_unsubscribe": (["processed", "delivered", "group_unsubscribe"], "delivered"),
    "spamreport": (["processed", "delivered", "spamreport"], "delivered"),
}


@pytest.mark.parametrize("magic", MAGIC)
def test_a_magic_recipient_has_the_outcome_in_its_name(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail], magic: str
) -> None:
    events, state = MAGIC[magic]
    group = sandbox.post("/v3/asm/groups", {"name": "Offers", "description": "Offers"}, 201)
    sandbox.send(mail(f"{magic}+7@example.com", asm={"group_id": group["id"]}))
    sandbox.move_clock(advance_seconds=HOUR)
    flush(sandbox)
    assert sorted(listening.names()) == sorted(events)
    assert sandbox.states() == [state]
    last = max(listening.events, key=lambda event: event["timestamp"])
    assert ("sg_message_id" in last) is (magic != "async_bounce")


def test_future_events_are_not_shown_before_their_time(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    sandbox.send(mail("open+7@example.com"))
    flush(sandbox)
    assert "open" not in listening.names()
    sandbox.move_clock(advance_seconds=HOUR)
    flush(sandbox)
    assert "open" in listening.names()


def test_a_scheduled_mail_is_processed_at_once_and_delivered_at_its_time(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    send_at = int(sandbox.now().timestamp()) + 2 * HOUR
    sandbox.send(mail(send_at=send_at))
    flush(sandbox)
    assert [(one["event"], one["send_at"]) for one in listening.events] == [("processed", send_at)]
    sandbox.move_clock(advance_seconds=3 * HOUR)
    flush(sandbox)
    assert listening.events[-1]["event"] == "delivered"
    assert listening.events[-1]["timestamp"] == send_at


def test_random_outcomes_are_seeded_by_message(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    def fates(prefix: str, *numbers: int, seed: int) -> list[tuple[str, str]]:
        chance(sandbox, bounce=0.3, open=0.3, seed=seed)
        people = [
            {
                "to": [{"email": f"{prefix}{number}@example.com"}],
                "custom_args": {"paluu_message_id": f"m-{number}"},
            }
            for number in numbers
        ]
        sandbox.send(mail(personalizations=people))
        sandbox.move_clock(advance_seconds=13 * HOUR)
        flush(sandbox)
        return sorted(
            (event["paluu_message_id"], event["event"])
            for event in listening.events
            if event["email"].startswith(prefix)
        )

    first = fates("a", *range(40), seed=11)
    assert {event for _, event in first} == {"processed", "delivered", "bounce", "open"}
    assert fates("b", *reversed(range(40)), seed=11) == first
    assert fates("c", *range(40), seed=12) != first


def test_events_match_the_official_schemas(
    sandbox: SandboxClient, listening: Receiver, mail: Callable[..., Mail]
) -> None:
    group = sandbox.post("/v3/asm/groups", {"name": "Offers", "description": "Offers"}, 201)
    kinds = ("bounce", "blocked", "invalid", "deferred", "click", "machine_open", "spamreport")
    kinds += ("unsubscribe", "group_unsubscribe")
    people = [{"to": [{"email": f"{kind}+1@example.com"}]} for kind in kinds]
    sandbox.send(mail(personalizations=people, asm={"group_id": group["id"]}, categories=["a"]))
    sandbox.move_clock(advance_seconds=HOUR)
    flush(sandbox)
    schema = validator(LOGS, "/components/schemas/EmailLogsEvent")
    told = {event["event"]: event for event in listening.events}
    assert set(told) == {
        *("processed", "dropped", "deferred", "delivered", "bounce", "open", "click"),
        *("spamreport", "unsubscribe", "group_unsubscribe"),
    }
    for name, event in told.items():
        # The webhook's unsubscribe has no date; the logs' has.
        complete = {**event, "date": "2026-11-22"} if name == "unsubscribe" else event
        assert [error.message for error in schema.iter_errors(complete)] == [], name


def test_webhooks_are_stored_as_in_the_specification(
    sandbox: SandboxClient, receiver: Receiver
) -> None:
    created = sandbox.post(SETTINGS, {"enabled": True, "url": receiver.url, "open": True}, 201)
    path = f"{SETTINGS}/{created['id']}"
    schema = validator(WEBHOOKS, "/components/schemas/EventWebhookNoDatesResponse")
    assert list(schema.iter_errors(sandbox.client.get(path).json())) == []
    sandbox.post(SETTINGS, {"enabled": True, "url": receiver.url}, 400)
    sandbox.post(SETTINGS, {"enabled": True, "url": "nowhere"}, 400)
    sandbox.post(SETTINGS, {"enabled": True}, 400)
    changed = sandbox.client.patch(path, json={"enabled": False}).json()
    assert (changed["enabled"], changed["open"], changed["url"]) == (False, True, receiver.url)
    assert sandbox.client.get(SETTINGS).json()["id"] == created["id"]
    listed = sandbox.client.get(f"{SETTINGS}/all").json()
    assert [one["id"] for one in listed["webhooks"]] == [created["id"]]
    assert sandbox.client.delete(path).status_code == 204
    assert sandbox.client.get(path).status_code == 404
    assert sandbox.client.get(f"{SETTINGS}/signed").status_code == 404


def test_probabilities_outside_of_0_to_1_are_refused(sandbox: SandboxClient) -> None:
    answer = sandbox.client.post("/_sandbox/probabilities", json={"bounce": 2})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("bounce")

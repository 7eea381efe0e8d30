"""Scheduled mail: the clock, the release, and pausing and cancelling in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.sandbox.conftest import SandboxClient

Mail = dict[str, Any]
STOPS = "/v3/user/scheduled_sends"
HOUR = 3600


@pytest.fixture
def schedule(sandbox: SandboxClient, mail: Callable[..., Mail]) -> Callable[..., str]:
    """Submit a mail that is due in some seconds, in a batch, and return the batch's id."""

    def submit(seconds: float, batch_id: str | None = None, message_id: str = "m-1") -> str:
        batch_id = batch_id or sandbox.batch()
        send_at = int((sandbox.now() + timedelta(seconds=seconds)).timestamp())
        arguments = {"paluu_message_id": message_id}
        sandbox.send(mail(send_at=send_at, batch_id=batch_id, custom_args=arguments))
        return batch_id

    return submit


def stop(sandbox: SandboxClient, batch_id: str, status: str = "cancel", answer: int = 201) -> Any:
    return sandbox.post(STOPS, {"batch_id": batch_id, "status": status}, answer)


def test_the_clock_can_be_set_and_continues(sandbox: SandboxClient) -> None:
    moment = "2026-03-29T01:30:00+02:00"
    sandbox.move_clock(now=moment)
    since = sandbox.now() - datetime.fromisoformat(moment)
    assert timedelta(0) <= since < timedelta(minutes=1)


@pytest.mark.parametrize(
    "body", [{}, {"now": "2026-03-29T01:30:00"}, {"now": 7}, {"advance_seconds": -1}, []]
)
def test_an_invalid_time_is_refused(sandbox: SandboxClient, body: Any) -> None:
    answer = sandbox.client.post("/_sandbox/clock", json=body)
    assert answer.status_code == 400
    assert "advance_seconds" in answer.json()["error"]


def test_the_clock_survives_a_restart(
    start_process: Callable[..., tuple[Any, SandboxClient]], tmp_path: Any
) -> None:
    process, before = start_process(tmp_path / "mail.sqlite3")
    before.move_clock(advance_seconds=100 * HOUR)
    process.kill()
    _, after = start_process(tmp_path / "mail.sqlite3")
    shift = after.client.get("/_sandbox/clock").json()["shift_seconds"]
    assert shift == pytest.approx(100 * HOUR)


def test_scheduled_mail_is_sent_at_its_time_and_not_before(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    schedule(2 * HOUR)
    assert sandbox.states() == ["scheduled"]
    sandbox.move_clock(advance_seconds=HOUR)
    assert sandbox.states() == ["scheduled"]
    sandbox.move_clock(advance_seconds=HOUR)
    assert sandbox.states() == ["delivered"]


def test_scheduled_mail_is_sent_in_real_time_too(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    schedule(1)
    sandbox.wait_for(lambda: sandbox.states() == ["delivered"])


def test_the_72_hours_count_from_the_clock_of_the_sandbox(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    late = int((sandbox.now() + timedelta(hours=80)).timestamp())
    sandbox.send(mail(send_at=late), 400)
    sandbox.move_clock(advance_seconds=10 * HOUR)
    sandbox.send(mail(send_at=late))


def test_a_batch_cancelled_in_time_reaches_nobody(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    batch_id = schedule(HOUR)
    assert stop(sandbox, batch_id) == {"batch_id": batch_id, "status": "cancel"}
    status = [{"batch_id": batch_id, "status": "cancel"}]
    assert sandbox.client.get(f"{STOPS}/{batch_id}").json() == status
    assert sandbox.client.get(STOPS).json() == status
    sandbox.move_clock(advance_seconds=2 * HOUR)
    assert sandbox.states() == ["cancelled"]
    audit = sandbox.audit(expected=["m-1"])
    assert (audit["cancelled"], audit["delivered"], audit["missing"]) == (1, 0, ["m-1"])


def test_nine_minutes_before_its_time_a_mail_can_no_longer_be_stopped(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    batch_id = schedule(HOUR)
    sandbox.move_clock(advance_seconds=51 * 60)
    stop(sandbox, batch_id)
    sandbox.move_clock(advance_seconds=HOUR)
    assert sandbox.states() == ["delivered"]


def test_mail_that_arrives_after_its_batch_was_cancelled_is_stopped_too(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    batch_id = sandbox.batch()
    stop(sandbox, batch_id)
    schedule(HOUR, batch_id)
    assert sandbox.states() == ["cancelled"]


def test_mail_that_arrives_after_its_own_time_stays_cancelled(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    batch_id = sandbox.batch()
    stop(sandbox, batch_id)
    sandbox.move_clock(advance_seconds=HOUR)
    schedule(-60, batch_id)
    assert sandbox.states() == ["cancelled"]


def test_ten_batches_can_be_stopped_at_a_time(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    batches = [schedule(HOUR, message_id=f"m-{number}") for number in range(11)]
    for batch_id in batches[:10]:
        stop(sandbox, batch_id)
    refusal = stop(sandbox, batches[10], answer=400)
    assert "maximum number" in refusal["errors"][0]["message"]
    sandbox.client.delete(f"{STOPS}/{batches[0]}")
    stop(sandbox, batches[10])
    assert sandbox.audit()["cancelled"] == 10


def test_a_cancelled_batch_frees_its_place_at_its_send_time(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    for number in range(10):
        stop(sandbox, schedule(HOUR, message_id=f"m-{number}"))
    sandbox.move_clock(advance_seconds=2 * HOUR)
    stop(sandbox, schedule(HOUR))


def test_a_status_is_changed_by_patch_and_not_by_a_second_post(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    batch_id = schedule(HOUR)
    stop(sandbox, batch_id, "pause")
    stop(sandbox, batch_id, "cancel", answer=400)
    path = f"{STOPS}/{batch_id}"
    assert sandbox.client.patch(path, json={"status": "cancel"}).status_code == 204
    assert sandbox.states() == ["cancelled"]
    assert sandbox.client.patch(path, json={"status": "stop"}).status_code == 400
    assert sandbox.client.patch(f"{STOPS}/other", json={"status": "pause"}).status_code == 404


def test_an_unknown_batch_cannot_be_stopped(sandbox: SandboxClient) -> None:
    stop(sandbox, "unknown", answer=400)


def test_a_paused_mail_waits_and_is_sent_when_the_pause_ends(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    batch_id = schedule(HOUR)
    stop(sandbox, batch_id, "pause")
    sandbox.move_clock(advance_seconds=2 * HOUR)
    assert sandbox.states() == ["paused"]
    assert sandbox.client.delete(f"{STOPS}/{batch_id}").status_code == 204
    sandbox.wait_for(lambda: sandbox.states() == ["delivered"])


def test_a_pause_of_more_than_72_hours_discards_the_mail(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    stop(sandbox, schedule(HOUR), "pause")
    sandbox.move_clock(advance_seconds=74 * HOUR)
    assert sandbox.states() == ["expired"]
    assert sandbox.audit(expected=["m-1"])["missing"] == ["m-1"]


def test_a_cancelled_copy_is_not_a_duplicate_but_two_live_ones_are(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    lost = schedule(HOUR)
    stop(sandbox, lost)
    schedule(2 * HOUR)
    assert sandbox.audit()["duplicates"] == []
    assert sandbox.audit(expected=["m-1"])["missing"] == []
    schedule(2 * HOUR)
    assert [one["paluu_message_id"] for one in sandbox.audit()["duplicates"]] == ["m-1"]
    assert 'role="alert"' in sandbox.page("/")


def test_unexpected_messages_are_named(
    sandbox: SandboxClient, schedule: Callable[..., str]
) -> None:
    schedule(HOUR, message_id="m-2")
    audit = sandbox.audit(expected=["m-1"])
    assert (audit["missing"], audit["unexpected"]) == (["m-1"], ["m-2"])

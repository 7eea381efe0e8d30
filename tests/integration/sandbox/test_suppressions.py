"""Suppression lists, unsubscribe groups, the logs, and erasing people."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.contract.specification import LOGS, SUPPRESSIONS, validator

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.sandbox.conftest import SandboxClient

Mail = dict[str, Any]
HOUR = 3600
LISTS = {
    "bounces": "bounce",
    "blocks": "blocked",
    "invalid_emails": "invalid",
    "spam_reports": "spamreport",
    "unsubscribes": "unsubscribe",
}
"""The magic recipient for each list."""


@pytest.fixture
def offers(sandbox: SandboxClient) -> int:
    return sandbox.post("/v3/asm/groups", {"name": "Offers", "description": "Offers"}, 201)["id"]


def suppress(sandbox: SandboxClient, path: str, *emails: str) -> None:
    sandbox.post(path, {"recipient_emails": list(emails)}, 201)


def emails(sandbox: SandboxClient, path: str, **query: Any) -> list[str]:
    return [one["email"] for one in sandbox.get(path, **query)]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_the_addresses_whose_events_led_to_it(
    sandbox: SandboxClient, mail: Callable[..., Mail], name: str
) -> None:
    sandbox.send(mail(f"{LISTS[name]}+1@example.com"))
    sandbox.send(mail())
    sandbox.move_clock(advance_seconds=HOUR)
    path = f"/v3/suppression/{name}"
    assert emails(sandbox, path) == [f"{LISTS[name]}+1@example.com"]
    schema = f"/paths/~1v3~1suppression~1{name}/get/responses/200/content/application~1json/schema"
    answer = sandbox.get(path)
    assert list(validator(SUPPRESSIONS, schema).iter_errors(answer)) == []


def test_pages_of_a_list_are_limited_by_limit_offset_and_time(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    path = "/v3/suppression/bounces"
    for number in range(3):
        sandbox.send(mail(f"bounce+{number}@example.com"))
        sandbox.move_clock(advance_seconds=HOUR)
    newest, middle, oldest = (f"bounce+{number}@example.com" for number in (2, 1, 0))
    assert emails(sandbox, path, limit=2) == [newest, middle]
    assert emails(sandbox, path, limit=2, offset=2) == [oldest]
    times = {one["email"]: one["created"] for one in sandbox.get(path)}
    assert emails(sandbox, path, start_time=times[middle]) == [newest, middle]
    assert emails(sandbox, path, end_time=times[middle]) == [middle, oldest]
    assert emails(sandbox, path, email="bounce+1") == [middle]
    for limit in ("0", "501", "many"):
        assert sandbox.client.get(path, params={"limit": limit}).status_code == 400


def test_one_address_or_all_can_be_removed_from_a_list(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    path = "/v3/suppression/bounces"
    for number in range(3):
        sandbox.send(mail(f"bounce+{number}@example.com"))
    assert sandbox.get(f"{path}/BOUNCE+1@example.com")[0]["status"] == "5.1.1"
    assert sandbox.client.delete(f"{path}/bounce+1@example.com").status_code == 204
    assert sandbox.client.delete(f"{path}/bounce+1@example.com").status_code == 404
    assert sandbox.get(f"{path}/bounce+1@example.com") == []
    assert sandbox.delete(path, {"emails": ["bounce+0@example.com"]}) == 204
    assert emails(sandbox, path) == ["bounce+2@example.com"]
    assert sandbox.delete(path, {"emails": ["a@example.com"], "delete_all": True}) == 400
    assert sandbox.delete(path, {"delete_all": True}) == 204
    assert emails(sandbox, path) == []


def test_mail_to_a_bounced_address_is_dropped_and_counted_against_the_sender(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    sandbox.send(mail("bounce+1@example.com"))
    sandbox.send(mail("bounce+1@example.com", custom_args={"paluu_message_id": "m-2"}))
    assert sandbox.states() == ["dropped", "bounced"]
    found = sandbox.audit()["suppressed_but_sent"]
    assert [(one["paluu_message_id"], one["suppressed_by"]) for one in found] == [
        ("m-2", "bounces")
    ]


def test_a_slow_request_is_judged_by_the_lists_at_its_start(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    sandbox.plan_fault(kind="slow", seconds=1)
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(sandbox.send, mail("anna@example.com"))
        time.sleep(0.3)
        suppress(sandbox, "/v3/asm/suppressions/global", "anna@example.com")
        slow.result()
    assert sandbox.states() == ["dropped"]
    assert sandbox.audit()["suppressed_but_sent"] == []


def test_a_blocked_address_gets_the_next_mail(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    for _ in range(2):
        sandbox.send(mail("blocked+1@example.com"))
    assert sandbox.states() == ["blocked", "blocked"]
    assert sandbox.audit()["suppressed_but_sent"] == []


def test_leaving_a_group_stops_only_its_mail_and_leaving_everything_stops_all(
    sandbox: SandboxClient, offers: int, mail: Callable[..., Mail]
) -> None:
    suppress(sandbox, f"/v3/asm/groups/{offers}/suppressions", "AINO@example.com")
    sandbox.send(mail(asm={"group_id": offers}))
    sandbox.send(mail())
    suppress(sandbox, "/v3/asm/suppressions/global", "aino@example.com")
    sandbox.send(mail())
    assert sandbox.states() == ["dropped", "delivered", "dropped"]
    bypass = {"bypass_unsubscribe_management": {"enable": True}}
    sandbox.send(mail(mail_settings=bypass))
    assert sandbox.states()[0] == "delivered"


def test_an_address_suppressed_after_acceptance_is_dropped_without_counting_against_the_sender(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    sandbox.send(mail(send_at=int(sandbox.now().timestamp()) + HOUR))
    suppress(sandbox, "/v3/asm/suppressions/global", "aino@example.com")
    sandbox.move_clock(advance_seconds=2 * HOUR)
    assert sandbox.states() == ["dropped"]
    assert sandbox.audit()["suppressed_but_sent"] == []


def test_an_address_suppressed_during_the_request_is_dropped_without_counting_against_the_sender(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    body = json.dumps(mail()).encode()
    request = sandbox.client.build_request("POST", "/v3/mail/send", content=body)
    request.headers["Content-Type"] = "application/json"
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    address = (request.url.host, request.url.port)
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(f"POST {request.url.path} HTTP/1.1\r\n{head}\r\n".encode())
        connection.sendall(body[:20])
        time.sleep(0.2)  # until the sandbox has begun to read
        suppress(sandbox, "/v3/asm/suppressions/global", "aino@example.com")
        connection.sendall(body[20:])
        assert b" 202 " in connection.recv(1000).splitlines()[0]
    assert sandbox.states() == ["dropped"]
    assert sandbox.audit()["suppressed_but_sent"] == []


def test_the_members_of_a_group_are_listed_searched_and_removed(
    sandbox: SandboxClient, offers: int
) -> None:
    path = f"/v3/asm/groups/{offers}/suppressions"
    suppress(sandbox, path, "aino@example.com", "eero@example.com")
    assert sorted(sandbox.get(path)) == ["aino@example.com", "eero@example.com"]
    asked = {"recipient_emails": ["eero@example.com", "other@example.com"]}
    assert sandbox.post(f"{path}/search", asked, 200) == ["eero@example.com"]
    everybody = sandbox.get("/v3/asm/suppressions")
    assert {(one["email"], one["group_name"]) for one in everybody} == {
        ("aino@example.com", "Offers"),
        ("eero@example.com", "Offers"),
    }
    groups = sandbox.get("/v3/asm/suppressions/eero@example.com")["suppressions"]
    assert [(one["name"], one["suppressed"]) for one in groups] == [("Offers", True)]
    assert sandbox.client.delete(f"{path}/eero@example.com").status_code == 204
    assert sandbox.get(path) == ["aino@example.com"]
    sandbox.post(path, {"recipient_emails": ["nowhere"]}, 400)


def test_leaving_a_group_that_does_not_exist_leaves_everything(sandbox: SandboxClient) -> None:
    suppress(sandbox, "/v3/asm/groups/99/suppressions", "aino@example.com")
    path = "/v3/asm/suppressions/global/aino@example.com"
    assert sandbox.get(path) == {"recipient_email": "aino@example.com"}
    assert sandbox.client.delete(path).status_code == 204
    assert sandbox.get(path) == {}


def test_a_group_is_changed_and_deleted_with_its_members(
    sandbox: SandboxClient, offers: int
) -> None:
    path = f"/v3/asm/groups/{offers}"
    suppress(sandbox, f"{path}/suppressions", "aino@example.com")
    changed = sandbox.client.patch(path, json={"name": "Deals"})
    assert (changed.status_code, changed.json()["name"]) == (201, "Deals")
    assert sandbox.client.delete(path).status_code == 204
    assert sandbox.client.get(path).status_code == 404
    assert sandbox.get("/v3/asm/suppressions") == []


def test_the_logs_find_messages_and_list_their_events(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    arguments = {"paluu_message_id": "m-1"}
    answer = sandbox.send(mail(custom_args=arguments, categories=["winback"]))
    sandbox.send(mail("bounce+1@example.com", categories=["birthday"]))
    found = sandbox.logs("to_email = 'aino@example.com' AND status IN ('delivered', 'processed')")
    assert [one["to_email"] for one in found] == ["aino@example.com"]
    sg_message_id = found[0]["sg_message_id"]
    assert sg_message_id.startswith(answer.headers["X-Message-Id"])
    detail = sandbox.get(f"/v3/logs/{sg_message_id}")
    assert detail["custom_args"] == arguments
    assert [one["event"] for one in detail["events"]] == ["delivered", "processed"]
    schema = validator(LOGS, "/components/schemas/EmailLogsGetMessageByIdResponse")
    assert list(schema.iter_errors(detail)) == []


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 2),
        ("categories IN ('birthday', 'other')", 1),
        ("status IN ('bounced')", 1),
        ("subject = 'Hello' AND categories IN (\"winback\")", 1),
        ('sg_message_id_created_at > TIMESTAMP "2000-01-01T00:00:00Z"', 2),
        ("sg_message_id_created_at < TIMESTAMP '2000-01-01T00:00:00Z'", 0),
        ("sg_message_id = 'unknown'", 0),
    ],
)
def test_the_logs_support_the_documented_queries(
    sandbox: SandboxClient, mail: Callable[..., Mail], query: str, number: int
) -> None:
    sandbox.send(mail(categories=["winback"]))
    sandbox.send(mail("bounce+1@example.com", categories=["birthday"]))
    assert len(sandbox.logs(query)) == number


@pytest.mark.parametrize(
    "query",
    [
        "custom_args = 'm-1'",
        "to_email IN ('aino@example.com')",
        "to_email = aino@example.com",
        "(to_email = 'a')",
        "to_email = 'a' OR to_email = 'b'",
        "sg_message_id_created_at > TIMESTAMP 'yesterday'",
    ],
)
def test_a_malformed_query_of_the_logs_is_refused(sandbox: SandboxClient, query: str) -> None:
    assert sandbox.client.post("/v3/logs", json={"query": query}).status_code == 400


def test_an_unknown_message_is_not_in_the_logs(sandbox: SandboxClient) -> None:
    assert sandbox.client.get("/v3/logs/unknown").status_code == 404
    sandbox.post("/v3/logs", {"limit": 1001}, 400)


def test_a_cancelled_message_is_dropped_in_the_logs(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    batch_id = sandbox.batch()
    sandbox.send(mail(batch_id=batch_id, send_at=int(sandbox.now().timestamp()) + HOUR))
    sandbox.post("/v3/user/scheduled_sends", {"batch_id": batch_id, "status": "cancel"}, 201)
    sandbox.move_clock(advance_seconds=2 * HOUR)
    found = sandbox.logs("status IN ('dropped')")
    events = sandbox.get(f"/v3/logs/{found[0]['sg_message_id']}")["events"]
    assert [one["event"] for one in events] == ["cancel_drop", "processed"]


def test_erasing_removes_everything_about_a_person_except_the_suppression(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    people = [{"to": [{"email": f"{name}@example.com", "name": name}]} for name in ("aino", "eero")]
    arguments = {"paluu_message_id": "m-1"}
    sandbox.send(mail(personalizations=people, custom_args=arguments))
    suppress(sandbox, "/v3/asm/suppressions/global", "aino@example.com")
    job = sandbox.post("/v3/recipients/erasejob", {"email_addresses": ["Aino@example.com"]}, 202)
    assert job["job_id"]
    assert sandbox.messages(q="aino") == []
    first = min(one["id"] for one in sandbox.messages())
    for view in ("mail", "text", "headers", "data", "request&whole=1"):
        page = sandbox.page(f"/messages/{first}?view={view}")
        assert "aino" not in page.lower()
        assert view != "headers" or "m-1" in page
    assert sandbox.messages(q="eero")
    assert emails(sandbox, "/v3/suppression/unsubscribes") == ["aino@example.com"]
    sandbox.post("/v3/recipients/erasejob", {"email_addresses": ["nowhere"]}, 400)
    sandbox.post("/v3/recipients/erasejob", {"email_addresses": []}, 400)


@pytest.mark.parametrize(("number", "status"), [(5000, 202), (5001, 400)])
def test_at_most_5000_people_are_erased_at_once(
    sandbox: SandboxClient, number: int, status: int
) -> None:
    everybody = [f"person{index}@example.com" for index in range(number)]
    sandbox.post("/v3/recipients/erasejob", {"email_addresses": everybody}, status)


@pytest.mark.parametrize(("size", "status"), [(256 * 1024, 202), (256 * 1024 + 1, 400)])
def test_a_request_to_erase_has_at_most_256_kilobytes(
    sandbox: SandboxClient, size: int, status: int
) -> None:
    body = json.dumps({"email_addresses": ["aino@example.com"]}).ljust(size)
    headers = {"Content-Type": "application/json"}
    answer = sandbox.client.post("/v3/recipients/erasejob", content=body, headers=headers)
    assert answer.status_code == status


def test_the_scopes_list_the_keys_permissions(sandbox: SandboxClient) -> None:
    scopes = sandbox.get("/v3/scopes")["scopes"]
    for scope in ("mail.send", "user.scheduled_sends.create", "suppression.bounces.read"):
        assert scope in scopes

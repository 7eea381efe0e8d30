"""The API over real HTTP: accepted and refused requests, and data after a crash."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

from sandbox.contract.specification import MAIL, SCOPES, SUPPRESSIONS, TEMPLATES, validator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.sandbox.conftest import SandboxClient

JSON = "content/application~1json/schema"


def test_the_official_client_sends_and_gets_the_id_of_its_request(sandbox: SandboxClient) -> None:
    client = SendGridAPIClient("SG.integration", host=sandbox.url)
    mail = Mail("hello@shop.example.com", "aino@example.com", "Kahvi", "Moi", "<p>Moi</p>")
    response = client.send(mail)
    assert response.status_code == 202
    assert response.body == b""
    stored = sandbox.messages()
    assert [one["to"] for one in stored] == ["aino@example.com"]
    assert stored[0]["x_message_id"] == response.headers["X-Message-Id"]


def test_a_call_without_a_key_or_with_a_wrong_one_is_unauthorized(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    bare = httpx.post(f"{sandbox.url}/v3/mail/send", json=mail())
    wrong = httpx.post(
        f"{sandbox.url}/v3/mail/send", json=mail(), headers={"Authorization": "Bearer SG.other"}
    )
    assert bare.status_code == wrong.status_code == 401
    assert bare.json()["errors"] == [
        {"message": "authorization required", "field": None, "help": None}
    ]
    assert "invalid, expired, or revoked" in wrong.json()["errors"][0]["message"]
    assert sandbox.messages() == []


def test_a_body_over_30_megabytes_is_too_large(sandbox: SandboxClient) -> None:
    response = sandbox.client.post("/v3/mail/send", content=b" " * (30 * 1024 * 1024 + 1))
    assert response.status_code == 413
    assert response.json()["errors"][0]["message"] == "content too large"


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"to=aino", "application/x-www-form-urlencoded", 415),
        (b'{"subject": "\xe4"}', "application/json", 415),
        (b'{"subject": ', "application/json", 400),
        (b"", "application/json", 400),
    ],
    ids=["a form", "not UTF-8", "half a JSON", "nothing"],
)
def test_a_body_that_is_not_json_is_refused(
    sandbox: SandboxClient, content: bytes, media_type: str, status: int
) -> None:
    response = sandbox.client.post(
        "/v3/mail/send", content=content, headers={"Content-Type": media_type}
    )
    assert response.status_code == status
    assert set(response.json()["errors"][0]) == {"message", "field", "help"}


def test_unknown_addresses_and_methods_answer_like_sendgrid(sandbox: SandboxClient) -> None:
    missing = sandbox.client.get("/v3/nothing")
    wrong_method = sandbox.client.get("/v3/mail/send")
    assert (missing.status_code, wrong_method.status_code) == (404, 405)
    assert missing.json()["errors"][0]["message"] == "not found"
    assert wrong_method.json()["errors"][0]["message"] == "method not allowed"


def test_sandbox_mode_answers_200_and_keeps_nothing(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(mail(mail_settings={"sandbox_mode": {"enable": True}}), 200)
    assert sandbox.audit()["accepted"] == 0


def test_mail_survives_a_killed_process(
    start_process: Callable[[Path], tuple[Any, SandboxClient]],
    tmp_path: Path,
    mail: Callable[..., dict[str, Any]],
) -> None:
    process, before = start_process(tmp_path / "mail.sqlite3")
    assert before.client.get("/_sandbox/health").json() == {"status": "ok", "messages": 0}
    sent = before.send(mail()).headers["X-Message-Id"]
    process.kill()
    _, after = start_process(tmp_path / "mail.sqlite3")
    assert [one["x_message_id"] for one in after.messages()] == [sent]


def test_one_bad_recipient_refuses_the_whole_request(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    people = [{"to": [{"email": f"person{n}@example.com"}]} for n in range(5)]
    people[3]["to"][0]["email"] = "nowhere"
    answer = sandbox.send(mail(personalizations=people), 400)
    assert [one["field"] for one in answer.json()["errors"]] == ["personalizations.3.to.0.email"]
    assert sandbox.audit()["accepted"] == 0
    assert sandbox.audit()["requests_rejected_by_status"] == {"400": 1}


def test_only_a_batch_that_was_created_may_be_used(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    batch_id = sandbox.post("/v3/mail/batch", None, 201)["batch_id"]
    assert sandbox.client.get(f"/v3/mail/batch/{batch_id}").json() == {"batch_id": batch_id}
    assert sandbox.client.get("/v3/mail/batch/other").status_code == 400
    sandbox.send(mail(batch_id=batch_id))
    sandbox.send(mail(batch_id="other"), 400)


def test_a_scheduled_mail_is_kept_with_its_time(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(mail(send_at=int(time.time()) + 3600))
    sandbox.send(mail(send_at=int(time.time()) - 3600))
    assert [one["state"] for one in sandbox.messages()] == ["delivered", "scheduled"]
    assert "scheduled for" in sandbox.page("/")


def test_the_first_version_of_a_template_is_active_until_another_is_activated(
    sandbox: SandboxClient,
) -> None:
    template_id = sandbox.create_template("One", "<p>1</p>")
    path = f"/v3/templates/{template_id}"
    second = sandbox.post(f"{path}/versions", {"name": "2", "subject": "Two", "active": 0}, 201)
    assert _active(sandbox, path) == ["One"]
    sandbox.post(f"{path}/versions/{second['id']}/activate", None, 200)
    assert _active(sandbox, path) == ["Two"]
    third = sandbox.post(f"{path}/versions", {"name": "3", "subject": "Three", "active": 1}, 201)
    assert _active(sandbox, path) == ["Three"]
    changed = sandbox.client.patch(f"{path}/versions/{third['id']}", json={"subject": "Four"})
    assert changed.json()["name"] == "3"
    assert _active(sandbox, path) == ["Four"]


def _active(sandbox: SandboxClient, path: str) -> list[str]:
    versions = sandbox.client.get(path).json()["versions"]
    return [version["subject"] for version in versions if version["active"]]


def test_a_version_is_shown_and_when_deleted_it_is_gone_and_nothing_is_sent_with_it(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    template_id = sandbox.create_template("One", "<p>1</p>", test_data='{"name": "Aino"}')
    path = f"/v3/templates/{template_id}"
    created = sandbox.get(path)["versions"][0]
    version = f"{path}/versions/{created['id']}"
    assert sandbox.get(version) == {**created, "test_data": '{"name": "Aino"}'}
    sandbox.send(mail(template_id=template_id))
    assert sandbox.client.delete(version).status_code == 204
    assert sandbox.client.get(version).status_code == 404
    assert sandbox.client.delete(version).status_code == 404
    assert sandbox.get(path)["versions"] == []
    refused = sandbox.send(mail(template_id=template_id), 400).json()["errors"]
    assert [one["field"] for one in refused] == ["template_id"]


def test_an_account_holds_300_templates(sandbox: SandboxClient) -> None:
    for number in range(300):
        last = sandbox.post("/v3/templates", {"name": f"t{number}", "generation": "dynamic"}, 201)
    refused = sandbox.post("/v3/templates", {"name": "one too many"}, 400)["errors"]
    assert "300" in refused[0]["message"]
    sandbox.post(f"/v3/templates/{last['id']}", {"name": "a copy too many"}, 400)
    sandbox.client.delete(f"/v3/templates/{last['id']}")
    sandbox.post("/v3/templates", {"name": "in its place"}, 201)


def test_templates_are_listed_by_generation_and_page(sandbox: SandboxClient) -> None:
    for number in range(3):
        sandbox.post("/v3/templates", {"name": f"t{number}", "generation": "dynamic"}, 201)
    sandbox.post("/v3/templates", {"name": "old"}, 201)
    listed = sandbox.client.get(
        "/v3/templates", params={"generations": "dynamic", "page_size": 2}
    ).json()
    assert listed["_metadata"]["count"] == 3
    rest = sandbox.client.get(listed["_metadata"]["next"]).json()
    names = [one["name"] for one in listed["result"] + rest["result"]]
    assert sorted(names) == ["t0", "t1", "t2"]
    assert sandbox.client.get("/v3/templates", params={"page_size": 9}).json()["result"] == [
        one for one in _all_templates(sandbox) if one["generation"] == "legacy"
    ]
    assert sandbox.client.get("/v3/templates").status_code == 400


def _all_templates(sandbox: SandboxClient) -> list[dict[str, Any]]:
    query = {"generations": "legacy,dynamic", "page_size": 200}
    return sandbox.client.get("/v3/templates", params=query).json()["result"]


def test_a_template_can_be_renamed_copied_and_deleted(sandbox: SandboxClient) -> None:
    template_id = sandbox.create_template("One", "<p>1</p>")
    path = f"/v3/templates/{template_id}"
    assert sandbox.client.patch(path, json={"name": "new"}).json()["name"] == "new"
    copy = sandbox.post(path, {"name": "copy"}, 201)
    assert [version["subject"] for version in copy["versions"]] == ["One"]
    assert sandbox.client.delete(path).status_code == 204
    assert sandbox.client.get(path).status_code == 404
    assert [one["name"] for one in _all_templates(sandbox)] == ["copy"]


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("{{#if a}}never closed", "Unclosed block"),
        ("{{#if a}}{{#if (shout b)}}never reached by most{{/if}}{{/if}}", "shout"),
    ],
)
def test_a_template_that_cannot_be_rendered_is_refused_on_upload(
    sandbox: SandboxClient, html: str, message: str
) -> None:
    template = sandbox.post("/v3/templates", {"name": "t", "generation": "dynamic"}, 201)
    body = {"name": "1", "subject": "Hi", "html_content": html}
    answer = sandbox.post(f"/v3/templates/{template['id']}/versions", body, 400)
    assert answer["errors"][0]["field"] == "html_content"
    assert message in answer["errors"][0]["message"]


def test_unsubscribe_groups_have_unique_names(sandbox: SandboxClient) -> None:
    group = {"name": "Offers", "description": "Offers and news"}
    created = sandbox.post("/v3/asm/groups", group, 201)
    sandbox.post("/v3/asm/groups", group, 400)
    sandbox.post("/v3/asm/groups", {"name": "Without a description"}, 400)
    assert sandbox.client.get(f"/v3/asm/groups/{created['id']}").json()["unsubscribes"] == 0
    assert [one["name"] for one in sandbox.client.get("/v3/asm/groups").json()] == ["Offers"]
    assert sandbox.client.get("/v3/asm/groups/99").status_code == 404


def test_answers_have_the_shape_of_the_official_specification(sandbox: SandboxClient) -> None:
    template_id = sandbox.create_template("One", "<p>1</p>")
    group = sandbox.post("/v3/asm/groups", {"name": "Offers", "description": "News"}, 201)
    sandbox.post("/v3/asm/groups", {"name": "Offers"}, 400)
    get = lambda path, **query: sandbox.client.get(path, params=query).json()  # noqa: E731
    template = get(f"/v3/templates/{template_id}")
    checks = [
        (TEMPLATES, "/components/schemas/TransactionalTemplate", template),
        (
            TEMPLATES,
            "/components/schemas/TransactionalTemplateVersionOutput",
            get(f"/v3/templates/{template_id}/versions/{template['versions'][0]['id']}"),
        ),
        (
            TEMPLATES,
            f"/paths/~1v3~1templates/get/responses/200/{JSON}",
            get("/v3/templates", page_size=5, generations="dynamic"),
        ),
        (SUPPRESSIONS, f"/paths/~1v3~1asm~1groups/get/responses/200/{JSON}", get("/v3/asm/groups")),
        (SUPPRESSIONS, f"/paths/~1v3~1asm~1groups/post/responses/201/{JSON}", group),
        (SCOPES, f"/paths/~1v3~1scopes/get/responses/200/{JSON}", get("/v3/scopes")),
        (
            MAIL,
            "/components/schemas/MailBatchResponse",
            sandbox.post("/v3/mail/batch", None, 201),
        ),
        (MAIL, "/components/schemas/ErrorResponse", sandbox.post("/v3/mail/send", {}, 400)),
    ]
    for file_name, pointer, answer in checks:
        errors = [error.message for error in validator(file_name, pointer).iter_errors(answer)]
        assert errors == [], pointer

"""`retention send-test`, and previews in the sandbox's inbox: mails that are not counted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from typer.testing import CliRunner

from retention.commands import app
from retention.delivery.trial_mail import TrialNotSentError
from retention.project.shop import read_shop
from retention.sendgrid.client import SendGrid, SendGridSettingsError
from tests.integration.delivery.conftest import API_KEY, Sandbox
from tests.integration.delivery.faulty_server import answer, faulty_server

if TYPE_CHECKING:
    import psycopg
    from click.testing import Result

ADDRESS = "me.myself@shop.example"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "1000"})


def send_test(*words: str, to: str = ADDRESS) -> Result:
    return run("send-test", "winback", "--to", to, *words)


def latest(sandbox: Sandbox, count: int = 1) -> list[dict[str, Any]]:
    """The latest messages of the inbox, newest first."""
    query = {"limit": count}
    answer = httpx.get(f"{sandbox.url}/_sandbox/messages.json", params=query)
    return answer.raise_for_status().json()["messages"]


@pytest.mark.usefixtures("sandbox")
def test_a_test_mail_is_marked_and_its_id_is_printed(sandbox_process: Sandbox) -> None:
    sent = send_test("--locale", "fi")
    assert sent.exit_code == 0, sent.output
    (message,) = latest(sandbox_process)
    assert message["to"] == ADDRESS
    assert message["subject"] == "[Test] Pitkästä aikaa, Maximiliana"
    assert message["categories"] == ["test"]
    assert message["custom_args"] == {"paluu_test": "winback.fi"}
    assert message["template_id"] is None
    assert message["send_at"] is None
    assert "Soap & salt" in message["text"]
    assert f"SendGrid accepted it as {message['x_message_id']}" in sent.output


@pytest.mark.usefixtures("sandbox")
def test_no_link_of_a_test_mail_unsubscribes_anybody(sandbox_process: Sandbox) -> None:
    assert send_test().exit_code == 0
    (message,) = latest(sandbox_process)
    assert "Unsubscribe: https://puoti.example.com#test\n" in message["text"]
    assert message["group_id"] is None


def test_a_test_mail_leaves_nothing_in_the_ledger(
    pushed: psycopg.Connection, sandbox_process: Sandbox
) -> None:
    def rows() -> dict[str, int]:
        tables = ("messages", "requests", "decisions", "templates", "message_events")
        counted = ((name, f"select count(*) from ledger.{name}") for name in tables)
        return {name: pushed.execute(query).fetchone()[0] for name, query in counted}

    before = rows()
    assert send_test().exit_code == 0
    assert latest(sandbox_process)[0]["categories"] == ["test"]
    assert rows() == before


@pytest.mark.usefixtures("sandbox")
def test_the_address_is_neither_printed_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert ADDRESS not in send_test().output
    assert ADDRESS not in send_test("--locale", "sv").output
    refused = send_test(to="me.myself@shop")
    assert refused.exit_code == 2
    assert "me.myself" not in refused.output + caplog.text


def test_the_test_mode_refuses_every_host_but_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", API_KEY)
    monkeypatch.setenv("SENDGRID_API_URL", "https://api.sendgrid.com")
    failed = send_test()
    assert failed.exit_code == 1
    assert isinstance(failed.exception, SendGridSettingsError)


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"kind": "status", "status": 401}, "SendGrid did not accept the mail: HTTP 401"),
        ({"kind": "rst"}, "the mail may or may not have left"),
    ],
)
def test_a_mail_that_was_not_accepted_is_reported(
    sandbox_process: Sandbox, fault: dict[str, Any], complaint: str
) -> None:
    planned = {"path": "/v3/mail/send", "method": "POST", "phase": "before_accept", "count": 1}
    with sandbox_process.misbehaving(planned | fault):
        failed = send_test()
    assert failed.exit_code == 1
    assert isinstance(failed.exception, TrialNotSentError)
    assert str(failed.exception).startswith(complaint)
    assert ADDRESS not in str(failed.exception)


@pytest.mark.usefixtures("sandbox")
def test_a_preview_is_in_the_sandboxs_inbox_too(sandbox_process: Sandbox) -> None:
    shown = run("preview", "winback")
    assert shown.exit_code == 0, shown.output
    assert f"Inbox: {sandbox_process.url}/?campaign=preview" in shown.output
    locales = read_shop().languages.mail_locales
    mails = dict(zip(reversed(locales), latest(sandbox_process, len(locales)), strict=True))
    finnish, english = mails["fi"], mails["en"]
    assert english["subject"].endswith("been a while, Maximiliana")
    assert finnish["subject"] == "Pitkästä aikaa, Maximiliana"
    assert {english["category"], finnish["category"]} == {"preview"}


def test_a_preview_goes_only_to_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", API_KEY)
    with faulty_server(answer("404 Not Found")) as server:
        monkeypatch.setenv("SENDGRID_API_URL", server.url)
        shown = run("preview", "winback")
    assert shown.exit_code == 0, shown.output
    assert "Inbox" not in shown.output
    assert server.bodies == [b""]  # it was asked whether it is one


def test_a_host_beyond_this_machine_gets_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PALUU_TEST_MODE")
    monkeypatch.setattr(httpx.Client, "get", lambda *_: pytest.fail("it was asked"))
    with SendGrid(API_KEY, "https://sendgrid.example") as client:
        assert client.find_inbox() is None


def test_without_a_response_there_is_no_inbox() -> None:
    with SendGrid(API_KEY, "http://127.0.0.1:9") as client:
        assert client.find_inbox() is None

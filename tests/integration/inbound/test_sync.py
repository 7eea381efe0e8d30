"""The sandbox and the ledger, synchronized by the tasks of `sync_sendgrid`."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
import uvicorn

from retention.database import connect
from retention.delivery.templates import ensure_unsubscribe_groups, push_templates
from retention.inbound.suppressions import synchronise
from retention.jobs import sync_sendgrid as sync
from retention.ledger.suppressions import resubscribe_recipient, unsubscribe_recipient
from retention.ledger.unsubscribe_groups import UnsubscribeGroup, adopt_unsubscribe_group
from retention.mail.template import TemplateSource
from retention.sendgrid.account import Account
from retention.sendgrid.client import SendGrid, SendGridError
from retention.sendgrid.suppression_lists import SuppressionLists
from tests.integration.delivery.conftest import API_KEY, Sandbox, running_sandbox
from tests.integration.inbound.conftest import UNSUBSCRIBE_KEY, refusals, suppressions
from tests.integration.ledger.warehouse import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    import psycopg

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RECIPIENT = "customer-1@example.com"


@pytest.fixture
def sandbox(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """A new account in the sandbox, to which the environment leads."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        monkeypatch.setenv("SENDGRID_API_KEY", API_KEY)
        monkeypatch.setenv("SENDGRID_API_URL", running.url)
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[SendGrid]:  # noqa: ARG001
    with SendGrid.from_environment() as client:
        yield client


@pytest.fixture
def account(client: SendGrid) -> Account:
    return Account(client)


@pytest.fixture
def lists(client: SendGrid) -> SuppressionLists:
    return SuppressionLists(client)


@pytest.fixture
def offers(ledger: psycopg.Connection, account: Account) -> int:
    """The unsubscribe group of the purpose `offers`."""
    return ensure_unsubscribe_groups(ledger, account, {"offers": "Puoti: offers"}, NOW)["offers"]


@pytest.fixture
def now(ledger: psycopg.Connection) -> datetime:
    """A time by which the sandbox has done everything that a test asks of it."""
    return ledger.execute("select now() + interval '2 minutes'").fetchone()[0]


def _call(client: SendGrid, method: str, path: str, body: Any = None) -> Any:
    api = client.api
    for part in path.split("/"):
        api = api._(part)
    return client.call(path, lambda: getattr(api, method)(request_body=body))


def _suppress_globally(client: SendGrid, addresses: list[str]) -> None:
    _call(client, "post", "asm/suppressions/global", {"recipient_emails": addresses})


def _held(ledger: psycopg.Connection) -> set[tuple[str, str, str]]:
    """The active suppressions."""
    return {row[:3] for row in suppressions(ledger) if row[4] is None}


def _sync(client: SendGrid, ledger: psycopg.Connection, now: datetime) -> Any:
    groups = Account(client).list_unsubscribe_groups().values()
    return synchronise(ledger, SuppressionLists(client), set(groups), now)


@contextmanager
def _api_server() -> Iterator[str]:
    """Serve the public side on a free port; yield its URL."""
    import retention_ui.public

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(retention_ui.public.app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def public_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with _api_server() as url:
        monkeypatch.setenv("PALUU_PUBLIC_URL", url)
        monkeypatch.setenv("PALUU_UNSUBSCRIBE_KEY", UNSUBSCRIBE_KEY)
        yield url


def test_sendgrid_reports_a_mails_fate_signed_and_the_address_is_suppressed(
    ledger: psycopg.Connection,
    sandbox: Sandbox,
    client: SendGrid,
    public_url: str,  # noqa: ARG001
    now: datetime,
) -> None:
    sync.ensure_webhook(now)
    message_id = uuid4()
    assert client.api.mail.send.post(request_body=_mail(message_id)).status_code == 202
    _wait_for(lambda: _flush(sandbox) and _events(ledger, message_id) >= {"processed", "bounce"})
    assert _held(ledger) == {("bounce+one@example.com", "address", "bounces")}
    assert refusals(ledger) == {}


def _mail(message_id: UUID) -> dict[str, Any]:
    """A mail to an address that bounces in the sandbox."""
    personalization = {
        "to": [{"email": "bounce+one@example.com"}],
        "custom_args": {"paluu_message_id": str(message_id)},
    }
    return {
        "from": {"email": "hei@puoti.example.com"},
        "subject": "Hi",
        "content": [{"type": "text/plain", "value": "Come back"}],
        "personalizations": [personalization],
    }


def _flush(sandbox: Sandbox) -> bool:
    return httpx.post(f"{sandbox.url}/_sandbox/webhook", timeout=30).is_success


def _events(ledger: psycopg.Connection, message_id: UUID) -> set[str]:
    rows = ledger.execute(
        "select event from ledger.message_events where message_id = %s", [message_id]
    )
    return {row[0] for row in rows}


def _wait_for(condition: Any) -> None:
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("what was waited for did not come")


def test_the_webhook_is_set_up_once_follows_our_address_and_repairs_itself(
    ledger: psycopg.Connection,
    account: Account,
    public_url: str,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sync.ensure_webhook(now)
    sync.ensure_webhook(now)
    (first,) = account.list_webhooks()
    assert first.settings["url"] == f"{public_url}/events"
    account.update_webhook(first.webhook_id, {"url": first.settings["url"], "enabled": False})
    monkeypatch.setenv("PALUU_PUBLIC_URL", "https://new.example.com/retention/public/")
    sync.ensure_webhook(now)
    (second,) = account.list_webhooks()
    assert second.webhook_id == first.webhook_id
    assert second.settings["url"] == "https://new.example.com/retention/public/events"
    assert second.settings["enabled"] is True
    keys = ledger.execute(
        "select public_key from ledger.webhook_keys where replaced_at is null"
    ).fetchall()
    assert keys == [(second.public_key,)]


def test_without_a_public_url_no_webhook_is_set_up(
    ledger: psycopg.Connection,  # noqa: ARG001
    account: Account,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PALUU_PUBLIC_URL", raising=False)
    sync.ensure_webhook(now)
    assert account.list_webhooks() == []


def test_lists_are_read_page_by_page_and_new_entries_by_the_next_run(
    ledger: psycopg.Connection, client: SendGrid, now: datetime
) -> None:
    everybody = [f"Person-{number}@example.com" for number in range(1001)]
    _suppress_globally(client, everybody)
    assert _sync(client, ledger, now).listed == 1001
    assert _held(ledger) == {(each.lower(), "all", "unsubscribes") for each in everybody}
    _suppress_globally(client, ["late@example.com"])
    counts = _sync(client, ledger, now + HOUR)
    assert ("late@example.com", "all", "unsubscribes") in _held(ledger)
    assert counts.removed == 0


def test_a_run_reads_the_last_hour_again_and_not_the_whole_list(
    ledger: psycopg.Connection, client: SendGrid, now: datetime
) -> None:
    _suppress_globally(client, ["early@example.com"])
    assert _sync(client, ledger, now).listed == 1
    assert _sync(client, ledger, now + timedelta(minutes=30)).listed == 1
    assert _sync(client, ledger, now + 2 * HOUR).listed == 1
    assert _sync(client, ledger, now + 4 * HOUR).listed == 0


def test_people_removed_from_a_list_are_released_by_the_next_full_pull(
    ledger: psycopg.Connection, client: SendGrid, now: datetime
) -> None:
    _suppress_globally(client, ["stays@example.com", "leaves@example.com"])
    _sync(client, ledger, now)
    _call(client, "delete", "asm/suppressions/global/leaves@example.com")
    _sync(client, ledger, now + HOUR)
    assert len(_held(ledger)) == 2
    assert _sync(client, ledger, now + DAY).removed == 1
    assert _held(ledger) == {("stays@example.com", "all", "unsubscribes")}


def test_an_event_that_is_ahead_of_the_list_is_not_undone_by_a_full_pull(
    ledger: psycopg.Connection, client: SendGrid, now: datetime
) -> None:
    ledger.execute(
        "insert into ledger.suppressions (address, scope, source, suppressed_at)"
        " values ('new@example.com', 'address', 'bounces', %s)",
        [now - timedelta(minutes=5)],
    )
    assert _sync(client, ledger, now).removed == 0
    assert _sync(client, ledger, now + DAY).removed == 1


def test_the_empty_lists_of_another_account_release_nobody_and_are_reported(
    ledger: psycopg.Connection, client: SendGrid, offers: int, now: datetime
) -> None:
    everybody = [f"person-{number}@example.com" for number in range(30)]
    group = UnsubscribeGroup("offers", offers, is_adopted=False, past_ids=())
    adopt_unsubscribe_group(ledger, group, now)
    ledger.cursor().executemany(
        "insert into ledger.suppressions (address, scope, source, suppressed_at)"
        " values (%(address)s, %(scope)s, %(source)s, %(since)s)",
        [
            {"address": each, "scope": scope, "source": source, "since": now - DAY}
            for each in everybody
            for scope, source in (("address", "spam_reports"), ("offers", "groups"))
        ],
    )
    new = {"recipient_emails": ["new@example.com"]}
    _call(client, "post", f"asm/groups/{offers}/suppressions", new)
    for _ in range(2):
        with pytest.raises(sync.RemovalsWithheldError, match=r"spam_reports.*30 of the 30.*groups"):
            sync.exchange_suppressions(now)
    assert len(_held(ledger)) == 61


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(("held", "is_believed"), [(1, True), (3, False)])
def test_a_short_list_that_lost_everybody_is_not_trusted_either(
    ledger: psycopg.Connection, now: datetime, held: int, *, is_believed: bool
) -> None:
    ledger.cursor().executemany(
        "insert into ledger.suppressions (address, scope, source, suppressed_at)"
        " values (%s, 'all', 'unsubscribes', %s)",
        [(f"person-{number}@example.com", now - DAY) for number in range(held)],
    )
    with nullcontext() if is_believed else pytest.raises(sync.RemovalsWithheldError):
        sync.exchange_suppressions(now)
    assert len(_held(ledger)) == (0 if is_believed else held)


def test_a_list_that_shrinks_while_it_is_read_is_read_again(
    client: SendGrid, lists: SuppressionLists, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = [f"person-{number}@example.com" for number in range(1000)]
    _suppress_globally(client, everybody)
    first_page = [address for address, _ in lists._read_page("unsubscribes", {"limit": 500})]
    removed = first_page[:60]
    read_page = lists._read_page

    def read_and_remove(name: str, query: dict[str, int]) -> list[tuple[str, datetime]]:
        page = read_page(name, query)
        while removed:
            _call(client, "delete", f"asm/suppressions/global/{removed.pop()}")
        return page

    monkeypatch.setattr(lists, "_read_page", read_and_remove)
    entries = lists.read("unsubscribes", None, now)
    assert set(entries) == set(everybody) - set(first_page[:60])


def test_an_unsubscribe_on_our_page_is_pushed_to_the_group_and_a_resubscribe_reverts_it(
    ledger: psycopg.Connection, client: SendGrid, offers: int, message_id: UUID, now: datetime
) -> None:
    unsubscribe_recipient(ledger, message_id, "offers", now)
    assert _sync(client, ledger, now).pushed == 1
    assert _members(client, offers) == [RECIPIENT]
    assert _sync(client, ledger, now).pushed == 0
    assert _held(ledger) == {(RECIPIENT, "offers", "page"), (RECIPIENT, "offers", "groups")}
    resubscribe_recipient(ledger, message_id, "offers", said_at=now + HOUR, now=now + HOUR)
    assert _sync(client, ledger, now + HOUR).withdrawn == 1
    assert _members(client, offers) == []
    assert _sync(client, ledger, now + 2 * HOUR).withdrawn == 0
    assert _held(ledger) == set()


def test_a_resubscribe_before_the_group_was_ever_read_leaves_nothing_behind(
    ledger: psycopg.Connection, client: SendGrid, offers: int, message_id: UUID, now: datetime
) -> None:
    unsubscribe_recipient(ledger, message_id, "offers", now)
    _sync(client, ledger, now)
    resubscribe_recipient(ledger, message_id, "offers", said_at=now + HOUR, now=now + HOUR)
    _sync(client, ledger, now + HOUR)
    assert _members(client, offers) == []
    assert _held(ledger) == set()


def test_members_of_a_group_are_suppressed_for_its_purpose_until_they_leave(
    ledger: psycopg.Connection, client: SendGrid, offers: int, now: datetime
) -> None:
    path = f"asm/groups/{offers}/suppressions"
    _call(client, "post", path, {"recipient_emails": ["Ada@example.com", "bo@example.com"]})
    _sync(client, ledger, now)
    assert _held(ledger) == {
        ("ada@example.com", "offers", "groups"),
        ("bo@example.com", "offers", "groups"),
    }
    _call(client, "delete", f"{path}/bo@example.com")
    _sync(client, ledger, now + 2 * HOUR)
    assert _held(ledger) == {("ada@example.com", "offers", "groups")}


def test_a_new_group_for_a_purpose_releases_nobody_and_gets_those_who_unsubscribed(
    ledger: psycopg.Connection, client: SendGrid, account: Account, offers: int, now: datetime
) -> None:
    old = f"asm/groups/{offers}/suppressions"
    _call(client, "post", old, {"recipient_emails": ["ada@example.com", "bo@example.com"]})
    _sync(client, ledger, now)
    renamed = {"offers": "Puoti Oy: offers"}
    new = ensure_unsubscribe_groups(ledger, account, renamed, NOW)["offers"]
    assert new != offers
    # Ada's place in the old group is gone, and a late click in an old mail leads there.
    _call(client, "delete", f"{old}/ada@example.com")
    _call(client, "post", old, {"recipient_emails": ["late@example.com"]})
    for hours in (2, 4, 30):
        assert _sync(client, ledger, now + hours * HOUR).removed == 0
    everybody = ["ada@example.com", "bo@example.com", "late@example.com"]
    assert sorted(_members(client, new)) == everybody
    assert _held(ledger) == {(each, "offers", "groups") for each in everybody}


def test_a_resubscribe_on_our_page_removes_people_from_the_old_group_and_the_new(
    ledger: psycopg.Connection,
    client: SendGrid,
    offers: int,
    message_id: UUID,
    now: datetime,
) -> None:
    unsubscribe_recipient(ledger, message_id, "offers", now)
    _sync(client, ledger, now)
    renamed = {"offers": "Puoti Oy: offers"}
    new = ensure_unsubscribe_groups(ledger, Account(client), renamed, NOW)["offers"]
    _sync(client, ledger, now)
    assert _members(client, offers) == _members(client, new) == [RECIPIENT]
    resubscribe_recipient(ledger, message_id, "offers", said_at=now + HOUR, now=now + HOUR)
    _sync(client, ledger, now + HOUR)
    assert _members(client, offers) == _members(client, new) == []
    assert _held(ledger) == set()


def test_what_belongs_to_a_deleted_group_does_not_end_up_on_the_list_for_all_mail(
    ledger: psycopg.Connection, client: SendGrid, offers: int, message_id: UUID, now: datetime
) -> None:
    unsubscribe_recipient(ledger, message_id, "offers", now)
    _call(client, "delete", f"asm/groups/{offers}")
    assert _sync(client, ledger, now).pushed == 0
    assert SuppressionLists(client).read("unsubscribes", None, now + HOUR) == {}
    assert _held(ledger) == {(RECIPIENT, "offers", "page")}


@pytest.mark.usefixtures("offers")
def test_neither_an_address_nor_a_key_is_logged_on_the_way(
    ledger: psycopg.Connection,
    sandbox: Sandbox,
    client: SendGrid,
    message_id: UUID,
    every_log: pytest.LogCaptureFixture,
) -> None:
    now = ledger.execute("select now()").fetchone()[0]
    unsubscribe_recipient(ledger, message_id, "offers", now)
    _sync(client, ledger, now)
    resubscribe_recipient(ledger, message_id, "offers", said_at=now + HOUR, now=now + HOUR)
    failing = {"path": "/v3/asm", "method": "DELETE", "kind": "status"}
    with sandbox.misbehaving(failing), pytest.raises(SendGridError) as caught:
        _sync(client, ledger, now + HOUR)
    assert "@example.com" not in str(caught.value)
    _sync(client, ledger, now + HOUR)
    sync.exchange_suppressions(now + HOUR)
    assert "suppressions:" in every_log.text
    assert any(record.name.startswith("httpcore") for record in every_log.records)
    assert "@example.com" not in every_log.text
    assert API_KEY not in every_log.text


def test_concurrent_pushes_create_one_template(
    ledger: psycopg.Connection,  # noqa: ARG001
    account: Account,
) -> None:
    source = TemplateSource("winback", "en", "Hi", "<p>Come back</p>", "Come back")

    def push(_: int) -> None:
        with connect() as connection, SendGrid.from_environment() as client:
            push_templates(connection, Account(client), [source], NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(push, range(4)))
    assert [template.name for template in account.list_templates()] == [source.name]


def _members(client: SendGrid, group_id: int) -> list[str]:
    return _call(client, "get", f"asm/groups/{group_id}/suppressions")

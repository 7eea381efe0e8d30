from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from retention.delivery.templates import PushCounts, ensure_unsubscribe_groups, push_templates
from retention.ledger.templates import find_template, find_unsubscribe_group
from retention.mail.template import TemplateSource
from retention.sendgrid.client import SendGridError
from tests.integration.ledger.warehouse import NOW

if TYPE_CHECKING:
    import psycopg

    from retention.sendgrid.account import Account
    from tests.integration.delivery.conftest import Sandbox


@pytest.fixture
def source() -> TemplateSource:
    campaign = f"campaign_{uuid4().hex[:8]}"
    return TemplateSource(campaign, "en", "Hi {{first_name}}", "<p>Come back</p>", "Come back")


def test_a_template_is_pushed_once_and_again_only_when_it_changes(
    ledger: psycopg.Connection, account: Account, source: TemplateSource
) -> None:
    assert push_templates(ledger, account, [source], NOW) == PushCounts(1, 0)
    first = find_template(ledger, source.campaign, "en")
    assert push_templates(ledger, account, [source], NOW) == PushCounts(0, 1)
    changed = replace(source, html="<p>Come back soon</p>")
    assert push_templates(ledger, account, [changed], NOW) == PushCounts(1, 0)
    second = find_template(ledger, source.campaign, "en")
    assert second.template_id == first.template_id
    assert second.content_hash != first.content_hash
    assert _active_version(account, second.template_id) == second.version_id == first.version_id


def test_text_that_moves_between_the_parts_is_a_change(source: TemplateSource) -> None:
    moved = replace(source, html=source.html + "C", plain=source.plain[1:])
    assert moved.content_hash != source.content_hash


def test_an_account_that_lost_the_template_gets_it_again(
    ledger: psycopg.Connection, account: Account, source: TemplateSource
) -> None:
    push_templates(ledger, account, [source], NOW)
    ledger.execute("update ledger.templates set template_id = 'd-gone', version_id = 'gone'")
    assert push_templates(ledger, account, [source], NOW) == PushCounts(1, 0)
    assert find_template(ledger, source.campaign, "en").template_id != "d-gone"


def test_a_push_that_ended_before_it_was_remembered_creates_no_second_template(
    ledger: psycopg.Connection, account: Account, source: TemplateSource
) -> None:
    push_templates(ledger, account, [source], NOW)
    ledger.execute("delete from ledger.templates")
    push_templates(ledger, account, [source], NOW)
    names = [template.name for template in account.list_templates()]
    assert names.count(source.name) == 1


def test_all_pages_of_templates_are_read(account: Account) -> None:
    created = {account.create_template(f"page-{uuid4()}") for _ in range(205)}
    assert created <= {template.template_id for template in account.list_templates()}


def test_a_purpose_has_one_unsubscribe_group_however_often_it_is_ensured(
    ledger: psycopg.Connection, account: Account
) -> None:
    name = f"Offers {uuid4().hex[:8]}"
    first = ensure_unsubscribe_groups(ledger, account, {"offers": name}, NOW)
    ledger.execute("delete from ledger.unsubscribe_groups")
    assert ensure_unsubscribe_groups(ledger, account, {"offers": name}, NOW) == first
    assert find_unsubscribe_group(ledger, "offers") == first["offers"]


def test_text_pushed_without_a_response_does_not_stay_after_it_is_reverted(
    ledger: psycopg.Connection, account: Account, sandbox_process: Sandbox, source: TemplateSource
) -> None:
    push_templates(ledger, account, [source], NOW)
    wrong = replace(source, html="<p>90 % off</p>")
    lost = {"path": "/v3/templates", "method": "PATCH", "phase": "after_accept", "kind": "rst"}
    with sandbox_process.misbehaving(lost), pytest.raises(SendGridError):
        push_templates(ledger, account, [wrong], NOW)
    assert find_template(ledger, source.campaign, "en").content_hash != source.content_hash
    assert push_templates(ledger, account, [source], NOW) == PushCounts(1, 0)
    assert push_templates(ledger, account, [source], NOW) == PushCounts(0, 1)


def test_ours_is_active_again_after_somebody_else_activated_another_version(
    ledger: psycopg.Connection, account: Account, source: TemplateSource
) -> None:
    push_templates(ledger, account, [source], NOW)
    ours = find_template(ledger, source.campaign, "en")
    other = {"name": "a draft", "subject": "Hm", "html_content": "<p>Hm</p>", "active": 1}
    account.create_version(ours.template_id, other)
    assert push_templates(ledger, account, [source], NOW) == PushCounts(1, 0)
    known = find_template(ledger, source.campaign, "en")
    assert _active_version(account, known.template_id) == known.version_id


def _active_version(account: Account, template_id: str) -> str | None:
    remote = {each.template_id: each for each in account.list_templates()}
    return remote[template_id].active_version_id

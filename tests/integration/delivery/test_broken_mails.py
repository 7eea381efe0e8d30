"""A mail that is broken, or whose questions cannot be answered, stops only its own campaign."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from retention.jobs import send_messages as outbox
from retention.jobs.send_messages import CampaignsStoppedError
from retention.ledger.templates import find_template, remember_template
from retention.links.answers import answers_url
from retention.project.campaigns import read_campaigns
from retention.project.manifest import current_manifest
from retention.project.shop import read_shop
from tests.integration.delivery.conftest import PUBLIC_URL, UNSUBSCRIBE_KEY
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from tests.integration.delivery.conftest import Sandbox

LINKS = "".join(
    f'<a href="{{{{answers}}}}/interest/{answer}">{answer}</a>' for answer in ("pets", "toys")
)


@pytest.fixture
def asking_project(project: Path) -> Path:
    """The project, in which winback asks about interests."""
    settings = project / "campaigns/winback/winback.yml"
    questions = "questions: {interest: [pets, toys]}\n          owner:"
    settings.write_text(settings.read_text().replace("owner:", questions))
    for mail in (project / "campaigns/winback").glob("email.*.html"):
        mail.write_text(f"{mail.read_text()}{LINKS}")
    return project


@pytest.mark.usefixtures("sandbox")
def test_a_broken_mail_keeps_its_messages_planned_and_the_others_are_sent(
    ledger: psycopg.Connection, project: Path
) -> None:
    outbox.push_templates(NOW)
    before = find_template(ledger, "winback", "en")
    broken = project / "campaigns/winback/email.fi.html"
    broken.write_text(broken.read_text() + "{{/if}}")
    other = project / "campaigns/second_purchase/email.en.html"
    other.write_text(other.read_text() + "<p>Anything else?</p>")
    plan(ledger, [decision(1), decision(2, campaign="second_purchase")])
    outbox.push_templates(NOW)
    with pytest.raises(CampaignsStoppedError) as raised:
        outbox.send_due(NOW, timedelta(hours=1))
    assert "winback: campaigns/winback/email.fi.html, line " in str(raised.value)
    assert "second_purchase" not in str(raised.value)
    assert _states(ledger) == {"winback": "planned", "second_purchase": "accepted"}
    assert find_template(ledger, "winback", "en") == before


@pytest.mark.usefixtures("sandbox")
def test_a_mail_that_was_not_pushed_is_not_sent_with_its_old_text(
    ledger: psycopg.Connection, project: Path
) -> None:
    outbox.push_templates(NOW)
    changed = project / "campaigns/winback/email.en.html"
    changed.write_text(changed.read_text() + "<p>Anything else?</p>")
    plan(ledger, [decision(1)])
    with pytest.raises(
        CampaignsStoppedError, match="does not have the current version of its mail in 'en'"
    ):
        outbox.send_due(NOW, timedelta(hours=1))
    assert _states(ledger) == {"winback": "planned"}
    outbox.push_templates(NOW)
    outbox.send_due(NOW, timedelta(hours=1))
    assert _states(ledger) == {"winback": "accepted"}


@pytest.mark.usefixtures("sandbox", "project")
def test_messages_planned_by_a_removed_campaign_are_not_sent(
    ledger: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.push_templates(NOW)
    winback = find_template(ledger, "winback", "en")
    remember_template(ledger, "black_friday", "en", winback, NOW)
    plan(ledger, [decision(1), decision(2, campaign="black_friday")])
    assert outbox.send_due(NOW, timedelta(hours=1))["accepted"] == 1
    assert _states(ledger) == {"winback": "accepted", "black_friday": "planned"}
    assert "black_friday: it is no longer in vars.campaigns" in caplog.text


@pytest.mark.usefixtures("sandbox")
def test_a_template_that_sendgrid_rejects_holds_up_no_other(
    ledger: psycopg.Connection, project: Path
) -> None:
    too_long = project / "campaigns/replenishment_reminder/email.en.html"
    text = too_long.read_text()
    subject = next(line for line in text.splitlines() if line.startswith("subject:"))
    too_long.write_text(text.replace(subject, f"subject: {json.dumps('long ' * 60)}"))
    outbox.push_templates(NOW)
    assert find_template(ledger, "replenishment_reminder", "en") is None
    assert find_template(ledger, "winback", "fi")
    campaigns = read_campaigns(current_manifest())
    stopped = outbox.campaigns_without_mail(ledger, read_shop(), campaigns)
    assert set(stopped) == {"replenishment_reminder"}


@pytest.mark.usefixtures("asking_project", "sandbox")
def test_mail_with_questions_waits_until_answers_can_be_received(
    ledger: psycopg.Connection, sandbox_process: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(ledger, [decision(1), decision(2, campaign="second_purchase")])
    outbox.push_templates(NOW)
    monkeypatch.delenv("PALUU_PUBLIC_URL")
    with pytest.raises(CampaignsStoppedError) as raised:
        outbox.send_due(NOW, timedelta(hours=1))
    assert str(raised.value).endswith(
        "winback: its mails ask questions, and without PALUU_PUBLIC_URL no answer reaches us"
    )
    assert _states(ledger) == {"winback": "planned", "second_purchase": "accepted"}
    monkeypatch.setenv("PALUU_PUBLIC_URL", PUBLIC_URL)
    outbox.send_due(NOW, timedelta(hours=1))
    assert _states(ledger)["winback"] == "accepted"
    message_id = ledger.execute(
        "select message_id from ledger.messages where campaign = 'winback'"
    ).fetchone()[0]
    link = f"{answers_url(PUBLIC_URL, UNSUBSCRIBE_KEY, message_id)}/interest/toys"
    assert link in sandbox_process.text_of(message_id)


@pytest.mark.usefixtures("sandbox")
def test_mail_with_a_link_that_its_campaign_does_not_know_is_not_sent(
    ledger: psycopg.Connection, asking_project: Path
) -> None:
    settings = asking_project / "campaigns/winback/winback.yml"
    settings.write_text(settings.read_text().replace("[pets, toys]", "[pets, home]"))
    plan(ledger, [decision(1)])
    outbox.push_templates(NOW)
    with pytest.raises(CampaignsStoppedError, match="'toys' is no answer to 'interest'"):
        outbox.send_due(NOW, timedelta(hours=1))
    assert _states(ledger) == {"winback": "planned"}


def _states(ledger: psycopg.Connection) -> dict[str, str]:
    return dict(ledger.execute("select campaign, state from ledger.messages").fetchall())

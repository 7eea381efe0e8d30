"""The engine shows a mail exactly as the sandbox renders its template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from retention.mail.candidate import read_sample_data
from retention.mail.compose import Mail, compose_campaign
from retention.mail.render import render_mail
from retention.mail.source import MailTemplateError
from retention.project.campaigns import read_campaigns
from retention.project.shop import project_directory, read_shop
from sandbox.mails import rendering
from sandbox.mails.messages import StoredMessage

if TYPE_CHECKING:
    from pathlib import Path

CAMPAIGNS = read_shop().nights.campaigns
SANDBOX = "http://127.0.0.1:8025"


def compose(campaign: str, *, is_marketing: bool = True) -> list[Mail]:
    return compose_campaign(project_directory(), read_shop(), campaign, is_marketing=is_marketing)


def stored(mail: Mail, data: dict) -> StoredMessage:
    """The mail as the sandbox stores it: a template and its data."""
    return StoredMessage(
        row={"message_id": 1, "x_message_id": "x", "template_id": "d-1"},
        mail={},
        personalization={"dynamic_template_data": data},
        content={
            "subject": mail.subject,
            "html": mail.html,
            "plain": mail.plain,
            "generate_plain": False,
        },
    )


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_the_engine_and_the_sandbox_render_every_mail_alike(manifest: Path, campaign: str) -> None:
    data = read_sample_data(project_directory(), campaign)
    is_marketing = read_campaigns(manifest)[campaign].kind == "marketing"
    for mail in compose(campaign, is_marketing=is_marketing):
        for context in (data.context(mail.locale), data.sparse_context(mail.locale)):
            message = stored(mail, context)
            theirs = rendering.render(message, SANDBOX)
            ours = render_mail(mail, rendering.template_data(message, SANDBOX))
            assert theirs.error == ""
            assert (ours.subject, ours.html, ours.plain) == (
                theirs.subject,
                theirs.html,
                theirs.text,
            )


def test_the_traced_page_differs_only_by_its_traces() -> None:
    mail = compose("winback")[0]
    rendered = render_mail(mail, read_sample_data(project_directory(), "winback").context("en"))
    traces = re.findall(r' data-at="([^"]*)"', rendered.traced_html)
    assert "campaigns/winback/email.en.html, line 14" in traces
    assert any(trace.startswith("mail_layouts/email.html, line ") for trace in traces)
    assert re.sub(r' data-at="[^"]*"', "", rendered.traced_html) == rendered.html
    assert "data-at" not in mail.html


def test_a_preheader_is_shown_as_text_and_not_as_html() -> None:
    mail = compose("winback")[0]
    rendered = render_mail(
        Mail(**{**vars(mail), "preheader": "{{first_name}} & co"}), {"first_name": "Bo <3"}
    )
    assert rendered.preheader == "Bo <3 & co"


def test_a_mail_that_cannot_be_filled_in_names_its_file() -> None:
    mail = compose("winback")[0]
    broken = Mail(**{**vars(mail), "subject": "{{#if (nothing a)}}{{/if}}"})
    with pytest.raises(MailTemplateError, match=r"^campaigns/winback/email\.en\.html cannot be fi"):
        render_mail(broken, {})

"""Pushes templates and unsubscribe groups to SendGrid, and writes only changes.

Each push first lists what exists there. So an account that lost a template, or another account
with the same ledger, gets what it lacks.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from retention.ledger.templates import (
    PushedTemplate,
    find_template,
    pushing,
    remember_template,
    remember_unsubscribe_group,
)
from retention.sendgrid.client import SendGridError
from retention.sendgrid.outcomes import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import psycopg

    from retention.mail.template import TemplateSource
    from retention.sendgrid.account import Account, RemoteTemplate

log = logging.getLogger(__name__)

IN_DOUBT = ""  # the hash of no mail


@dataclass(frozen=True)
class PushCounts:
    """How many templates were pushed, and how many were already up to date."""

    pushed: int
    unchanged: int


def push_templates(
    connection: psycopg.Connection,
    account: Account,
    sources: Iterable[TemplateSource],
    now: datetime,
) -> PushCounts:
    """Make SendGrid's templates equal to the sources.

    Args:
        connection: an open connection; each template is recorded as soon as it is pushed.
        account: the account at SendGrid.
        sources: every mail of every campaign.
        now: the current time.

    Raises:
        SendGridError: SendGrid cannot be reached or refuses the account; names the call. A
            template that SendGrid rejects for its content is logged instead, and not changed.
    """
    pushed = unchanged = 0
    with pushing(connection):
        remote = {template.template_id: template for template in account.list_templates()}
        for source in sources:
            known = _known(connection, source, remote)
            if known and known.content_hash == source.content_hash:
                unchanged += 1
                continue
            if known:
                # Until the response is there, SendGrid may have the old mail or the new one.
                doubted = replace(known, content_hash=IN_DOUBT)
                remember_template(connection, source.campaign, source.locale, doubted, now)
            try:
                template = _push(account, source, known, remote)
            except SendGridError as error:
                if not isinstance(error.outcome, Rejected):
                    raise
                # Delivery skips its campaign; the other templates are pushed all the same.
                log.error("template %s was not pushed: %s", source.name, error)  # noqa: TRY400
                continue
            remember_template(connection, source.campaign, source.locale, template, now)
            log.info("template %s is at SendGrid as %s", source.name, template.template_id)
            pushed += 1
    return PushCounts(pushed, unchanged)


def ensure_unsubscribe_groups(
    connection: psycopg.Connection, account: Account, names: Mapping[str, str], now: datetime
) -> dict[str, int]:
    """Find each consent purpose's unsubscribe group by its name, or create it.

    Args:
        connection: an open connection.
        account: the account at SendGrid.
        names: by purpose, the name that people see when they unsubscribe, such as
            `{"offers": "Offers"}`; at most 30 characters.
        now: the current time.

    Returns:
        SendGrid's group ids by purpose.

    Raises:
        SendGridError: SendGrid cannot be reached or refuses a group; names the call.
    """
    group_ids: dict[str, int] = {}
    with pushing(connection):
        existing = account.list_unsubscribe_groups()
        for purpose, name in names.items():
            if name not in existing:
                existing[name] = account.create_unsubscribe_group(name, f"Mails about {purpose}.")
            group_ids[purpose] = existing[name]
            remember_unsubscribe_group(connection, purpose, existing[name], name, now)
    return group_ids


def _known(
    connection: psycopg.Connection, source: TemplateSource, remote: Mapping[str, RemoteTemplate]
) -> PushedTemplate | None:
    """Return the pushed template of the source, if its version is still active at SendGrid."""
    known = find_template(connection, source.campaign, source.locale)
    if known is None or known.template_id not in remote:
        return None
    return known if known.version_id == remote[known.template_id].active_version_id else None


def _push(
    account: Account,
    source: TemplateSource,
    known: PushedTemplate | None,
    remote: Mapping[str, RemoteTemplate],
) -> PushedTemplate:
    version = _version(source)
    if known:
        account.update_version(known.template_id, known.version_id, version)
        return PushedTemplate(known.template_id, known.version_id, source.content_hash)
    # By name: an earlier push may have ended after creating the template, before recording it.
    named = [each.template_id for each in remote.values() if each.name == source.name]
    template_id = named[0] if named else account.create_template(source.name)
    version_id = account.create_version(template_id, version)
    return PushedTemplate(template_id, version_id, source.content_hash)


def _version(source: TemplateSource) -> dict[str, Any]:
    return {
        "name": f"{source.name} {source.content_hash[:12]}",
        "subject": source.subject,
        "html_content": source.html,
        "plain_content": source.plain,
        "generate_plain_content": False,
        "active": 1,
        "editor": "code",
    }

"""The tasks of `send_messages`: templates, reconciliation and delivery."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from retention.database import APPLICATION_NAME, connect
from retention.delivery import templates
from retention.delivery.protocol import deliver
from retention.delivery.reconcile import reconcile
from retention.delivery.schedule import QuietHours
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.claims import BUDGET_SPAN
from retention.ledger.messages import count_due_messages
from retention.ledger.pre_send_check import PreSendCheck
from retention.ledger.templates import find_template, find_waiting_campaigns
from retention.links.settings import URL_VARIABLE, read_public_settings
from retention.mail.compose import compose_mails
from retention.mail.questions import check_questions
from retention.project.campaigns import read_campaigns
from retention.project.manifest import current_manifest
from retention.project.shop import project_directory, read_shop
from retention.project.strict_model import SettingsError
from retention.sendgrid.account import Account
from retention.sendgrid.client import SendGrid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import psycopg

    from retention.links.settings import PublicSettings
    from retention.project.campaigns import Campaign
    from retention.project.shop import Shop

logger = logging.getLogger(__name__)


class CampaignsStoppedError(RuntimeError):
    """Some campaigns could not be sent and need a person; the message has each with its reason."""


def push_templates(now: datetime) -> None:
    """Bring SendGrid's templates and unsubscribe groups up to date with the campaigns' folders."""
    shop = read_shop()
    campaigns = read_campaigns(current_manifest())
    mails, broken = compose_mails(project_directory(), shop, campaigns)
    for name, error in broken.items():
        # `send_due` skips the campaign and fails with this reason; the others are sent.
        logger.error("campaign %s is skipped: %s", name, error)
    purposes = {
        campaign.purpose: f"{shop.storefront.shop_name}: {campaign.purpose}"
        for campaign in campaigns.values()
        if campaign.kind == "marketing"
    }
    with connect() as connection, SendGrid.from_environment() as client:
        account = Account(client)
        templates.ensure_unsubscribe_groups(connection, account, purposes, now)
        counts = templates.push_templates(connection, account, mails, now)
    logger.info("templates: %d pushed, %d unchanged", counts.pushed, counts.unchanged)


def reconcile_unknown(now: datetime) -> dict[str, int]:
    """Find out what happened to requests that SendGrid never answered, where possible.

    Returns:
        The number of messages by result.
    """
    with connect() as connection, SendGrid.from_environment() as client:
        settings = delivery_settings(read_shop(), read_campaigns(current_manifest()))
        report = reconcile(connection, client, settings, now)
    return asdict(report)


def send_due(
    now: datetime, ahead: timedelta, *, worker: int = 1, is_dry_run: bool = False
) -> dict[str, int]:
    """Send messages that are due until `now + ahead`; SendGrid holds each until its send time.

    Args:
        now: the current time.
        ahead: at most 72 hours; cut to one hour while an hourly budget applies.
        worker: the number of this worker among those that run in parallel.
        is_dry_run: only count the due messages.

    Returns:
        The number of messages by result.

    Raises:
        DeliveryRefusedError: SendGrid refuses the account; every message stays planned.
        DeliveryInterruptedError: SendGrid cannot be reached; a later run may succeed.
        CampaignsStoppedError: some campaigns could not be sent; the others were.
    """
    if is_dry_run:
        with connect() as connection:
            return {"due": count_due_messages(connection, now, now + ahead)}
    shop, campaigns = read_shop(), read_campaigns(current_manifest())
    with connect() as connection:
        without_mail = campaigns_without_mail(connection, shop, campaigns)
        retired = retired_campaigns(connection, campaigns)
    settings = delivery_settings(shop, campaigns)
    dead = campaigns_with_dead_links(shop, campaigns, settings.public)
    settings = replace(settings, stopped_campaigns=retired | dead | without_mail)
    if settings.hourly_budget is not None:
        ahead = min(ahead, BUDGET_SPAN)
    connect_worker = partial(connect, f"{APPLICATION_NAME} delivery {worker}")
    with SendGrid.from_environment() as client:
        report = deliver(connect_worker, client, settings, now=now, due_until=now + ahead)
    logger.info("delivery: %s", report)
    for name, why in retired.items():
        logger.warning("campaign %s: %s", name, why)
    stopped = {name: why for name, why in report.stopped_campaigns.items() if name not in retired}
    if stopped:
        reasons = "; ".join(f"{name}: {why}" for name, why in stopped.items())
        message = f"the other campaigns were sent, these were not: {reasons}"
        raise CampaignsStoppedError(message)
    return {
        "accepted": report.accepted,
        "rejected": report.rejected,
        "unknown": report.unknown,
        "withdrawn": report.withdrawn,
        "expired": report.expired,
    }


def campaigns_without_mail(
    connection: psycopg.Connection, shop: Shop, campaigns: Mapping[str, Campaign]
) -> dict[str, str]:
    """Return the campaigns whose current mails SendGrid does not have, with the reasons.

    Nobody would notice if an older version were sent, so their messages stay planned.
    """
    mails, broken = compose_mails(project_directory(), shop, campaigns)
    stopped = {name: str(error) for name, error in broken.items()}
    for mail in mails:
        pushed = find_template(connection, mail.campaign, mail.locale)
        if pushed is None or pushed.content_hash != mail.content_hash:
            stopped[mail.campaign] = (
                f"SendGrid does not have the current version of its mail in '{mail.locale}':"
                " see the log of push_templates"
            )
    return stopped


def retired_campaigns(
    connection: psycopg.Connection, campaigns: Mapping[str, Campaign]
) -> dict[str, str]:
    """Return the campaigns with planned messages that the shop no longer has, with the reasons.

    A campaign is stopped by taking it off the list. This is intended, so it is not a failure. Its
    messages expire, or are sent when the campaign comes back in time.
    """
    return {
        name: "it is no longer in vars.campaigns; its planned messages wait"
        for name in find_waiting_campaigns(connection)
        if name not in campaigns
    }


def campaigns_with_dead_links(
    shop: Shop, campaigns: Mapping[str, Campaign], public: PublicSettings | None
) -> dict[str, str]:
    """Return the campaigns whose mails ask questions that cannot be answered, with the reasons.

    Every click on an answer must reach us, so their messages stay planned.
    """
    stopped: dict[str, str] = {}
    for name, campaign in campaigns.items():
        if campaign.questions and public is None:
            stopped[name] = (
                f"its mails ask questions, and without {URL_VARIABLE} no answer reaches us"
            )
            continue
        try:
            check_questions(project_directory(), shop, campaign)
        except SettingsError as error:
            stopped[name] = str(error)
    return stopped


def delivery_settings(shop: Shop, campaigns: Mapping[str, Campaign]) -> DeliverySettings:
    """Return the delivery policy from the shop, its campaigns and the environment.

    Raises:
        PublicSettingsError: `PALUU_PUBLIC_URL` or `PALUU_UNSUBSCRIBE_KEY` is invalid.
    """
    stopped = frozenset(each.name for each in campaigns.values() if each.stops_after_purchase)
    pause = timedelta(days=shop.marketing.unhappy_pause_days)
    return DeliverySettings(
        Sender(shop.sending.sender_email, shop.sending.sender_name),
        hourly_budget=shop.sending.sender_hourly_budget,
        quiet_hours=QuietHours(
            shop.marketing.quiet_hours_start, shop.marketing.quiet_hours_end, shop.zone
        ),
        pre_send_check=PreSendCheck(
            shop.storefront.shop_timezone, stopped, shop.marketing.unhappy_answers, pause
        ),
        public=read_public_settings(),
        asking_campaigns=frozenset(each.name for each in campaigns.values() if each.questions),
    )

"""Submitting: everything between a claim and SendGrid's response."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import orjson

from retention.delivery.mail_body import build_body
from retention.delivery.schedule import late_releases, release_span, release_times
from retention.ledger.claims import ClaimLostError, Envelope
from retention.ledger.gift_cards import find_codes
from retention.ledger.requests import submit_claim
from retention.ledger.templates import find_template, find_unsubscribe_group
from retention.sendgrid.client import NotSentError, SendGridError
from retention.sendgrid.outcomes import NotSent, Outcome, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import psycopg

    from retention.delivery.run import Run
    from retention.delivery.schedule import Releases
    from retention.ledger.claims import Claim

MOST_WAITED = timedelta(minutes=1)  # between commit and call; far less than the lease


class CampaignNotReadyError(RuntimeError):
    """A campaign lacks a template or an unsubscribe group, or a context cannot fill its mail."""


def submit(connection: psycopg.Connection, run: Run, claim: Claim) -> tuple[Claim, Outcome]:
    """Hand a claim to SendGrid.

    Returns:
        The claim without the messages that the pre-send check withdrew, and the outcome.

    Raises:
        CampaignNotReadyError: nothing was sent; a person must fix the campaign.
        ClaimLostError: nothing was sent; the messages no longer belong to this worker.
    """
    template_id, group_id = _look_up(connection, claim)
    try:
        batch_id = run.batch_ids.take()
    except SendGridError as error:
        return claim, _of_batch(error.outcome)
    now = run.clock()
    quiet = run.settings.quiet_hours
    releases = release_times(claim.messages, now, run.settings.cancel_lead, quiet)
    late = late_releases(claim.messages, releases, now, quiet)
    sender = run.settings.sender.email
    envelope = Envelope(sender, batch_id, template_id, group_id, *release_span(releases), late)
    mail = _build(claim, envelope, run, releases, {})
    began = run.wall_clock()
    left = submit_claim(connection, claim, envelope, now, run.settings.pre_send_check)
    run.report.add(withdrawn=len(claim.messages) - len(left.messages), submitted=len(left.messages))
    if not left.messages:
        return left, NotSent("no message passed the pre-send check")
    codes = _codes_of(connection, left)
    if codes or len(left.messages) < len(claim.messages):
        mail = _build(left, envelope, run, releases, codes)
    return left, _post(run, mail, began)


def _build(
    claim: Claim,
    envelope: Envelope,
    run: Run,
    releases: Releases,
    codes: Mapping[UUID, str],
) -> bytes:
    """Return the request for a claim; if it cannot be built, only its campaign is at fault."""
    try:
        return orjson.dumps(build_body(claim, envelope, run.settings, releases, codes))
    except (TypeError, ValueError) as error:
        # Without the error's own text: it quotes the context.
        message = f"a context of {claim.campaign} cannot fill a mail: {type(error).__name__}"
        raise CampaignNotReadyError(message) from None


def _codes_of(connection: psycopg.Connection, claim: Claim) -> dict[UUID, str]:
    """Return the codes of the gift cards in the claim's mails, read as late as possible."""
    card_ids = claim.card_ids
    if not card_ids:
        return {}
    codes = find_codes(connection, card_ids)
    if len(codes) < len(set(card_ids)):
        # The pre-send check found them all, and voiding a card waits for its mail's outcome.
        message = f"request {claim.request_id}: a gift card has lost its code since the check"
        raise ClaimLostError(message)
    return codes


def _post(run: Run, mail: bytes, began: float) -> Outcome:
    """Post the mail, unless this process stood still since `began` (wall clock, seconds).

    A worker that was suspended after its commit must not simply continue: its messages may
    meanwhile have left in another batch.
    """
    if run.breaker.is_wide():
        run.batch_ids.order()
    return run.client.submit(mail, partial(_require_at_once, run, began))


def _require_at_once(run: Run, began: float) -> None:
    # By the wall clock, since the monotonic clock stops while a machine is suspended. The absolute
    # value, since a clock that was set back hides how much time has passed.
    waited = abs(run.wall_clock() - began)
    if waited > MOST_WAITED.total_seconds():
        message = f"{waited:.0f} s passed between the commit and the call"
        raise NotSentError(message)


def _look_up(connection: psycopg.Connection, claim: Claim) -> tuple[str, int | None]:
    template = find_template(connection, claim.campaign, claim.locale)
    if template is None:
        message = f"no template was pushed for {claim.campaign} in '{claim.locale}'"
        raise CampaignNotReadyError(message)
    if claim.kind != "marketing":
        return template.template_id, None
    group_id = find_unsubscribe_group(connection, claim.purpose)
    if group_id is None:
        message = f"no unsubscribe group was created for the purpose '{claim.purpose}'"
        raise CampaignNotReadyError(message)
    return template.template_id, group_id


def _of_batch(outcome: Outcome) -> Outcome:
    """Return the outcome for a mail that was not posted because the batch id call failed."""
    if isinstance(outcome, Refused | NotSent):
        return outcome
    return NotSent(f"no batch id: {outcome.text}", outcome.status)

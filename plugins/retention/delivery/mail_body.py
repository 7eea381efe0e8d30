"""Builds the body of a v3 mail/send request from a claim."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson

from retention.ledger.gift_cards import CODE_KEY
from retention.links.answers import answers_url
from retention.links.unsubscribe import link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from retention.delivery.schedule import Releases
    from retention.delivery.settings import DeliverySettings
    from retention.ledger.claims import Claim, ClaimedMessage, Envelope
    from retention.links.settings import PublicSettings

# SendGrid takes 1,000; half of that halves the messages that one lost response leaves unknown.
MOST_PERSONALIZATIONS = 500
# A receipt also goes to people who unsubscribed from everything; SendGrid would silently drop it.
PAST_UNSUBSCRIBES = {"bypass_unsubscribe_management": {"enable": True}}


def build_body(
    claim: Claim,
    envelope: Envelope,
    settings: DeliverySettings,
    releases: Releases,
    codes: Mapping[UUID, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the request for a claim: one personalization per message, in the claim's order.

    Args:
        claim: the messages; at most 500, no address twice.
        envelope: SendGrid's ids of the template, the batch and the unsubscribe group.
        settings: the sender, and the URL where people unsubscribe and answer.
        releases: when SendGrid is to release each mail, see `release_times`.
        codes: codes of the gift cards in the messages, by card id.

    Raises:
        TypeError, ValueError: the context of a message cannot fill a mail.
    """
    body: dict[str, Any] = {
        "from": {"email": settings.sender.email, "name": settings.sender.name},
        "template_id": envelope.template_id,
        "batch_id": envelope.batch_id,
        "categories": [claim.campaign],
        "personalizations": [
            _personalize(each, settings, releases, codes) for each in claim.messages
        ],
    }
    if claim.kind == "transactional":
        body["mail_settings"] = PAST_UNSUBSCRIBES
    if envelope.unsubscribe_group_id is not None:
        body["asm"] = {"group_id": envelope.unsubscribe_group_id}
    return body


def _personalize(
    message: ClaimedMessage,
    settings: DeliverySettings,
    releases: Releases,
    codes: Mapping[UUID, str],
) -> dict[str, Any]:
    message_id = str(message.message_id)
    personalization: dict[str, Any] = {
        "to": [{"email": message.email}],
        "dynamic_template_data": _template_data(message, settings, codes),
        # Ids only: SendGrid keeps these for ever, where its staff can see them.
        "custom_args": {
            "paluu_message_id": message_id,
            "paluu_request_id": str(message.request_id),
            "paluu_attempt_id": f"{message_id}/{message.attempt}",
        },
    }
    release = releases[message.message_id]
    if release is not None:
        personalization["send_at"] = int(release.timestamp())
    if settings.public is not None and message.kind == "marketing":
        personalization["headers"] = _unsubscribe_headers(message, settings.public)
    return personalization


def _template_data(
    message: ClaimedMessage, settings: DeliverySettings, codes: Mapping[UUID, str]
) -> dict[str, Any] | orjson.Fragment:
    """Return the data that fills the template, usually the context exactly as in the ledger.

    A mail that asks a question also gets the URL that all its answer links begin with. A mail with
    a gift card also gets the code, which is stored in no context: it is only in the request.
    """
    added: dict[str, str] = {}
    public = settings.public
    if public is not None and message.campaign in settings.asking_campaigns:
        added["answers"] = answers_url(public.url, public.unsubscribe_key, message.message_id)
    card_id = message.card_id
    if card_id is not None and card_id in codes:
        added[CODE_KEY] = codes[card_id]
    if not added:
        return orjson.Fragment(message.context)
    return orjson.loads(message.context) | added


def _unsubscribe_headers(message: ClaimedMessage, public: PublicSettings) -> dict[str, str]:
    """Return the headers that let a mail program unsubscribe in one click (RFC 8058)."""
    url = link(public.url, public.unsubscribe_key, message.message_id, message.purpose)
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }

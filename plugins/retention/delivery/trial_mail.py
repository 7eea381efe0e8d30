"""A trial mail, to a colleague or to the inbox of a sandbox; it counts nowhere.

It is not a message of the ledger, so caps, cooldowns and reports ignore it. It carries its own
content, since the template at SendGrid may be older, or missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from retention.sendgrid.outcomes import Accepted, Unknown

if TYPE_CHECKING:
    from retention.delivery.settings import Sender
    from retention.mail.render import RenderedMail
    from retention.sendgrid.client import SendGrid


class TrialNotSentError(RuntimeError):
    """SendGrid did not accept the mail, or may not have; the text has no addresses."""


@dataclass(frozen=True)
class Trial:
    """How a trial mail is marked.

    Attributes:
        category: its category in SendGrid's statistics.
        subject_prefix: put before the subject.
    """

    category: str
    subject_prefix: str


TEST = Trial("test", "[Test] ")
PREVIEW = Trial("preview", "")


def send_trial(
    client: SendGrid, mail: RenderedMail, sender: Sender, recipient: str, trial: Trial
) -> str:
    """Send a mail at once, without recording it; return SendGrid's id of it.

    Args:
        client: the account at SendGrid.
        mail: the rendered mail.
        sender: the sender of the mail.
        recipient: an address, which is neither logged nor stored.
        trial: how the mail is marked.

    Raises:
        TrialNotSentError: SendGrid did not accept it, or its response was lost.
    """
    outcome = client.submit(orjson.dumps(_build_body(mail, sender, recipient, trial)))
    match outcome:
        case Accepted():
            return outcome.sendgrid_message_id
        case Unknown():
            message = f"the mail may or may not have left: {outcome.text}"
        case _:
            message = f"SendGrid did not accept the mail: {outcome.text}"
    raise TrialNotSentError(message)


def _build_body(mail: RenderedMail, sender: Sender, recipient: str, trial: Trial) -> dict[str, Any]:
    return {
        "from": {"email": sender.email, "name": sender.name},
        "personalizations": [{"to": [{"email": recipient}]}],
        "subject": f"{trial.subject_prefix}{mail.subject}",
        "content": [
            {"type": "text/plain", "value": mail.plain},
            {"type": "text/html", "value": mail.html},
        ],
        "categories": [trial.category],
        "custom_args": {"paluu_test": f"{mail.campaign}.{mail.locale}"},
    }

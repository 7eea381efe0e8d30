"""A mail that is looked at and counts nowhere: to a colleague, or to the inbox of a sandbox.

It is no message of the ledger, so no cap, no cooldown and no report knows of it; and it carries
its words itself, since the template at SendGrid may be an older one, or none.
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
    """SendGrid did not take the mail, or nobody knows; has SendGrid's words, without addresses."""


@dataclass(frozen=True)
class Trial:
    """What a trial mail is marked with.

    Attributes:
        category: SendGrid's statistics keep it apart by this.
        subject_prefix: stands before the subject.
    """

    category: str
    subject_prefix: str


TEST = Trial("test", "[Test] ")
PREVIEW = Trial("preview", "")


def send_trial(
    client: SendGrid, mail: RenderedMail, sender: Sender, recipient: str, trial: Trial
) -> str:
    """Send a mail at once, outside of everything that counts; return SendGrid's id of it.

    Args:
        client: the account at SendGrid.
        mail: what is sent, filled in.
        sender: who it comes from.
        recipient: an address, which is neither logged nor kept.
        trial: what it is marked with.

    Raises:
        TrialNotSentError: SendGrid did not take it, or its answer was lost.
    """
    outcome = client.submit(orjson.dumps(_build_body(mail, sender, recipient, trial)))
    match outcome:
        case Accepted():
            return outcome.sendgrid_message_id
        case Unknown():
            message = f"nobody can tell whether the mail left: {outcome.text}"
        case _:
            message = f"SendGrid did not take the mail: {outcome.text}"
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

"""A mail as SendGrid keeps it: one template per campaign and language."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class TemplateSource:
    """A mail of a campaign in one language, ready for SendGrid; its parts are Handlebars.

    Attributes:
        campaign: name of the campaign's folder.
        locale: BCP 47.
        subject: at most 255 characters.
        html: at most 1,048,576 bytes, as is `plain`.
        plain: the same in plain text.
    """

    campaign: str
    locale: str
    subject: str
    html: str
    plain: str

    @property
    def name(self) -> str:
        """The template's name at SendGrid, by which it is found again."""
        return f"{self.campaign}.{self.locale}"

    @property
    def content_hash(self) -> str:
        """SHA-256 of all parts, in hexadecimal."""
        parts = (part.encode() for part in (self.subject, self.html, self.plain))
        framed = b"".join(b"%d:%s" % (len(part), part) for part in parts)
        return hashlib.sha256(framed).hexdigest()

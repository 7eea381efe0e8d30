"""Renders a stored request as the mail that its recipient would see.

Rendering happens when a page needs it, not on acceptance.
"""

from dataclasses import dataclass
from typing import Any

from pydantic_handlebars import HandlebarsError

from sandbox.mails.messages import StoredMessage
from sandbox.mails.plain_text import language_of, text_of
from sendgrid_templates import handlebars

UNRENDERABLE = "(the template could not be rendered)"


@dataclass(frozen=True)
class Rendered:
    """A mail as its recipient would see it.

    Attributes:
        html: the HTML version, or an empty string when there is none.
        text: the text version, made from the HTML when the sender gave none.
        locale: language from the template data or the HTML, or an empty string.
        error: why the template could not be rendered, or an empty string.
    """

    subject: str
    html: str
    text: str
    locale: str
    error: str = ""


def subject_of(message: StoredMessage) -> str:
    """Render only the subject."""
    try:
        return _subject(message, template_data(message, ""))
    except HandlebarsError:
        return UNRENDERABLE


def render(message: StoredMessage, base_url: str) -> Rendered:
    """Render a message; its unsubscribe links lead to the sandbox at ``base_url``.

    Unknown helpers were refused when the template was uploaded. A mail that exceeds the limits of
    our engine (10 MB, or blocks nested 100 deep) gives an error text instead; it still counts as
    sent.
    """
    data = template_data(message, base_url)
    try:
        html, text = _bodies(message, data)
        subject = _subject(message, data)
    except HandlebarsError as error:
        return Rendered(UNRENDERABLE, "", "", _locale(message, ""), str(error))
    return Rendered(subject, html, text or text_of(html), _locale(message, html))


def template_data(message: StoredMessage, base_url: str) -> dict[str, Any]:
    """Return the dynamic template data, with the two links that SendGrid adds."""
    links = unsubscribe_links(message, base_url)
    data = message.personalization.get("dynamic_template_data", {})
    return {
        **data,
        "unsubscribe": links["unsubscribe"],
        "unsubscribe_preferences": links["preferences"],
    }


def unsubscribe_links(message: StoredMessage, base_url: str) -> dict[str, str]:
    """Return the recipient's links to unsubscribe from the group, and to the preferences."""
    link = f"{base_url}/unsubscribe/{message.x_message_id}/{message.message_id}"
    return {"unsubscribe": link, "preferences": f"{link}?preferences=1"}


def _is_dynamic(message: StoredMessage) -> bool:
    return message.content is not None and (message.template_id or "").startswith("d-")


def _subject(message: StoredMessage, data: dict[str, Any]) -> str:
    if _is_dynamic(message):
        return handlebars.render(message.content["subject"], data)
    return _substituted(
        message, message.personalization.get("subject") or message.mail.get("subject", "")
    )


def _bodies(message: StoredMessage, data: dict[str, Any]) -> tuple[str, str]:
    if _is_dynamic(message):
        plain = "" if message.content["generate_plain"] else message.content["plain"]
        return handlebars.render(message.content["html"], data), handlebars.render(plain, data)
    blocks = {block["type"]: block["value"] for block in message.mail.get("content", ())}
    bodies = (_substituted(message, blocks.get(kind, "")) for kind in ("text/html", "text/plain"))
    html, text = (_with_links(body, data) for body in bodies)
    return html, text


def _substituted(message: StoredMessage, text: str) -> str:
    for tag, value in message.personalization.get("substitutions", {}).items():
        text = text.replace(tag, value)
    return text


def _with_links(body: str, data: dict[str, Any]) -> str:
    """Replace the link tags in mails without a dynamic template."""
    return (
        body.replace("<%asm_group_unsubscribe_raw_url%>", data["unsubscribe"])
        .replace("<%asm_global_unsubscribe_raw_url%>", data["unsubscribe"])
        .replace("<%asm_preferences_raw_url%>", data["unsubscribe_preferences"])
    )


def _locale(message: StoredMessage, html: str) -> str:
    named = message.personalization.get("dynamic_template_data", {}).get("locale")
    return named if isinstance(named, str) else language_of(html)

"""The page of one message: the mail as its reader sees it, and all its other views."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.mails import messages
from sandbox.mails.messages import StoredMessage
from sandbox.mails.rendering import Rendered, render
from sandbox.pages.frame import frame
from sandbox.pages.page import in_thread, page, pretty
from sandbox.pages.timeline import timeline
from sandbox.state import Sandbox, from_ms

VIEWS = {
    "mail": "Mail",
    "text": "Text",
    "headers": "Headers",
    "data": "Template data",
    "request": "Raw request",
}
MAIL_POLICY = (
    "default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""Policy for the mail itself: no scripts and no forms, only its own styles and pictures.

Links open in a new window.
"""


def show_message(request: Request) -> Response:
    """Show one message: the mail, or another view of it."""
    sandbox, message = _message(request)
    if message is None:
        return page(request, "not_found.html", status=404)
    rendered = render(message, str(request.base_url).rstrip("/"))
    view = request.query_params.get("view", "mail")
    copies = messages.copies(sandbox.database, message)
    whole = "whole" in request.query_params
    alone = {**message.mail, "personalizations": [message.personalization]}
    return page(
        request,
        "message.html",
        message=message,
        rendered=rendered,
        headers=_headers(sandbox, message, rendered),
        data=pretty(message.personalization.get("dynamic_template_data", {})),
        raw=pretty(message.mail if whole else alone),
        whole=whole,
        copies=copies,
        steps=timeline(sandbox, message, copies),
        views=VIEWS,
        view=view if view in VIEWS else "mail",
        phone=request.query_params.get("width") == "phone",
        **frame(sandbox),
    )


def show_mail(request: Request) -> Response:
    """Return only the HTML of a message, for the iframe on its page."""
    _sandbox, message = _message(request)
    html = render(message, str(request.base_url).rstrip("/")).html if message else ""
    return HTMLResponse(
        f'<base target="_blank">{html}'
        if "<head" not in html
        else html.replace("<head>", '<head><base target="_blank">', 1),
        headers={
            "Content-Security-Policy": MAIL_POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _message(request: Request) -> tuple[Sandbox, StoredMessage | None]:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox, messages.one(sandbox.database, request.path_params["message_id"])


def _headers(sandbox: Sandbox, message: StoredMessage, rendered: Rendered) -> dict[str, str]:
    """Return the headers of the mail, as far as the request determines them."""
    reply_to = message.mail.get("reply_to")
    fixed = {
        "From": _address(message.sender),
        **{
            field.capitalize(): ", ".join(_address(one) for one in message.personalization[field])
            for field in ("to", "cc")
            if message.personalization.get(field)
        },
        "Reply-To": _address(reply_to) if reply_to else "",
        "Subject": rendered.subject,
        "Date": from_ms(message.row["accepted_at"])
        .astimezone(sandbox.timezone)
        .strftime("%Y-%m-%d %H:%M:%S %z"),
        "X-Message-Id": message.x_message_id,
    }
    custom = {**message.mail.get("headers", {}), **message.personalization.get("headers", {})}
    return {name: value for name, value in {**fixed, **custom}.items() if value}


def _address(address: dict[str, str]) -> str:
    return f"{address['name']} <{address['email']}>" if address.get("name") else address["email"]


routes = [
    Route("/messages/{message_id:int}", in_thread(show_message)),
    Route("/messages/{message_id:int}/mail", in_thread(show_mail)),
]

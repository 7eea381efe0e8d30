"""SendGrid's error answers: status, message, field path and URL of the documentation."""

import dataclasses
from typing import Any

HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#"

UNAUTHORIZED = "authorization required"
INVALID_KEY = "The provided authorization grant is invalid, expired, or revoked"


@dataclasses.dataclass(frozen=True)
class ApiError:
    """One entry of ``errors`` in an answer.

    Attributes:
        message: SendGrid's own text where it is known.
        field: path with indexes, such as ``personalizations.0.to``; None where SendGrid has none.
        help: URL of the documentation, or None.
        explanation: the real cause, for users of the sandbox; not part of the answer.
    """

    message: str
    field: str | None = None
    help: str | None = None
    explanation: str = dataclasses.field(default="", compare=False)

    def answer(self) -> dict[str, Any]:
        """Return the entry as SendGrid sends it."""
        entry = dataclasses.asdict(self)
        del entry["explanation"]
        return entry


class RequestRejected(Exception):  # noqa: N818 - named for what happened to the request
    """A request that is answered with 4xx and recorded as rejected."""

    def __init__(self, status: int, errors: list[ApiError]) -> None:
        """Store the HTTP status and the entries of ``errors``."""
        super().__init__(f"{status}: {'; '.join(error.message for error in errors)}")
        self.status = status
        self.errors = errors


def rejected(
    status: int, message: str, field: str | None = None, explanation: str = ""
) -> RequestRejected:
    """Return a rejection with a single error."""
    return RequestRejected(status, [ApiError(message, field, None, explanation)])


def mail_error(
    message: str, path: str, anchor: str | None = None, explanation: str = ""
) -> ApiError:
    """Return an error of mail/send; its help links to the field's documentation."""
    if anchor is None:
        names = [part for part in path.split(".") if not part.isdigit() and part != "email"]
        anchor = ".".join(["message", *names])
    return ApiError(message, path, HELP + anchor, shortened(explanation))


def cryptic(explanation: str) -> ApiError:
    """Return the generic answer of SendGrid's parser, for example for a number in custom_args."""
    return ApiError("Bad Request", None, None, shortened(explanation))


def shortened(text: str, length: int = 300) -> str:
    """Truncate a text that quotes the request, which may have a thousand personalizations."""
    return text if len(text) <= length else text[: length - 1] + "…"


def body_of(errors: list[ApiError]) -> dict[str, Any]:
    """Return the JSON body of an error answer."""
    return {"errors": [error.answer() for error in errors]}

"""SendGrid's v3 API: the only file that speaks HTTP.

The calls are those of the official SDK; its transport is replaced. The SDK's own opens a
connection per request, waits for ever, and at DEBUG logs the API key and the recipients.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self

import httpx
import orjson
import python_http_client
from sendgrid import SendGridAPIClient

from retention.sendgrid.outcomes import (
    NotSent,
    Outcome,
    Unknown,
    classify,
    read_date,
    without_addresses,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

# httpx logs every URL it asks for, and some hold an address.
logging.getLogger("httpx").setLevel(logging.WARNING)

KEY_VARIABLE = "SENDGRID_API_KEY"
URL_VARIABLE = "SENDGRID_API_URL"
RESIDENCY_VARIABLE = "SENDGRID_DATA_RESIDENCY"
RESIDENCES = {"global": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}
GLOBAL_URL = RESIDENCES["global"]
TEST_MODE_VARIABLE = "PALUU_TEST_MODE"
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0  # far below the lease of a request, see DeliverySettings
MOST_CONNECTIONS = 8
NO_CONTENT = 204

# httpx tells of them between having a connection and writing to it, headers and then body; without
# all of its body SendGrid takes no mail.
BEFORE_WRITING = {"http11.send_request_headers.started", "http11.send_request_body.started"}
# Raised before the first byte of a request could have gone out.
BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class SendGridSettingsError(ValueError):
    """The environment does not say how to reach SendGrid."""


class NotSentError(RuntimeError):
    """A mail must not leave any more, and has not; says why."""


class SendGridError(RuntimeError):
    """A call other than mail/send did not succeed; `outcome` says what its answer proves."""

    def __init__(self, call: str, outcome: Outcome) -> None:
        super().__init__(f"SendGrid, {call}: {outcome.text}")
        self.outcome = outcome


class PooledClient(python_http_client.Client):
    """The SDK's client over one pool of connections; answers are `httpx.Response`, never raised.

    It takes the place of the SDK's whole request method and not only of its transport, because
    the logging of key and recipients is in that method.
    """

    def __init__(self, pool: httpx.Client, host: str, headers: Mapping[str, str], *path: str):
        super().__init__(host, request_headers=dict(headers), version=3, url_path=list(path))
        self._pool = pool

    def _build_client(self, name: str | None = None) -> PooledClient:
        path = [*self._url_path, name] if name else self._url_path
        return PooledClient(self._pool, self.host, self.request_headers, *path)

    def __getattr__(self, name: str) -> Any:
        if name in self.methods:
            return partial(self._request, name.upper())
        return super().__getattr__(name)

    def _request(
        self,
        method: str,
        request_body: object = None,
        query_params: dict | None = None,
        extensions: dict[str, Any] | None = None,
    ) -> httpx.Response:
        is_encoded = request_body is None or isinstance(request_body, bytes)
        return self._pool.request(
            method,
            self._build_url(query_params),
            content=request_body if is_encoded else orjson.dumps(request_body),
            headers={**self.request_headers, "Content-Type": "application/json"},
            extensions=extensions,
        )


class SendGrid:
    """One account at SendGrid; safe to share between threads. Close it, or use it in a `with`."""

    def __init__(
        self,
        api_key: str,
        url: str = GLOBAL_URL,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        """Prepare the pool; no connection is opened yet.

        Args:
            api_key: the account's key; never logged.
            url: where the API answers; nothing else chooses the host.
            connect_seconds: how long connecting may take.
            read_seconds: how long SendGrid may be silent, and how long one write may take.

        Raises:
            SendGridSettingsError: key or URL cannot be right.
        """
        _require_key(api_key)
        _require_url(url)
        timeout = httpx.Timeout(read_seconds, connect=connect_seconds, pool=connect_seconds)
        limits = httpx.Limits(
            max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS
        )
        self._pool = httpx.Client(
            timeout=timeout,
            limits=limits,
            follow_redirects=False,
            verify=httpx.create_ssl_context(),  # with the environment's certificates in any case
            # A proxy of the environment would carry what is meant for this machine away from it.
            trust_env=not _is_loopback(httpx.URL(url).host),
        )
        self._url = url.rstrip("/")
        sdk = SendGridAPIClient(api_key=api_key, host=self._url).client
        self.api = PooledClient(self._pool, sdk.host, sdk.request_headers)

    @classmethod
    def from_environment(cls) -> Self:
        """Reach the account of `SENDGRID_API_KEY`.

        The host is that of `SENDGRID_API_URL`, else of `SENDGRID_DATA_RESIDENCY` (`global` or
        `eu`): a residency never leads away from a URL that was set.

        Raises:
            SendGridSettingsError: the key is missing, or key, URL or residency cannot be right.
        """
        key = os.environ.get(KEY_VARIABLE, "").strip()
        return cls(key, os.environ.get(URL_VARIABLE, "").strip() or _residence())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the pool's connections."""
        self._pool.close()

    def submit(self, mail: bytes, require: Callable[[], None] = lambda: None) -> Outcome:
        """Post a mail/send once and return what the answer, or its absence, proves.

        Args:
            mail: the body, JSON.
            require: called when a connection is there, right before the headers and the body go
                out; raises `NotSentError` when they must not.
        """

        def trace(event: str, _: dict[str, Any]) -> None:
            if event in BEFORE_WRITING:
                require()

        try:
            response = self.api.mail.send.post(request_body=mail, extensions={"trace": trace})
        except NotSentError as error:
            return NotSent(str(error))
        except httpx.HTTPError as error:
            return _classify_failure(error)
        return classify(response.status_code, response.headers, response.content)

    def find_inbox(self) -> str | None:
        """Return where people see the mails, when this is a sandbox on this machine; else None."""
        if not _is_loopback(httpx.URL(self._url).host):
            return None
        try:
            health = self._pool.get(f"{self._url}/_sandbox/health")
        except httpx.HTTPError:
            return None
        return self._url if health.is_success else None

    def create_batch(self) -> str:
        """Return a new batch id; a mail that carries it can be cancelled until it is released.

        Raises:
            SendGridError: there is none.
        """
        name = "POST mail/batch"
        with reading(name):
            return self.call(name, self.api.mail.batch.post)["batch_id"]

    def call(self, name: str, send: Callable[[], httpx.Response]) -> Any:
        """Make a call that sends no mail; return its JSON, None for a 204.

        Args:
            name: what the call is called in errors; without addresses.
            send: makes the call, once.

        Raises:
            SendGridError: it did not succeed, or nobody knows.
        """
        return self.call_dated(name, send)[0]

    def call_dated(
        self, name: str, send: Callable[[], httpx.Response]
    ) -> tuple[Any, datetime | None]:
        """Make a call as `call` does; return also when SendGrid answered, by its own clock.

        The moment is aware; it is None when the answer does not tell.
        """
        try:
            response = send()
        except httpx.HTTPError as error:
            raise SendGridError(name, _classify_failure(error)) from None
        if not response.is_success:
            outcome = classify(response.status_code, response.headers, response.content)
            raise SendGridError(name, outcome)
        answered_at = read_date(response.headers.get("Date", ""))
        if response.status_code == NO_CONTENT:
            return None, answered_at
        try:
            return orjson.loads(response.content), answered_at
        except orjson.JSONDecodeError:
            raise SendGridError(name, Unknown("the answer is not JSON")) from None


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Read what a call answered; JSON of another shape than SendGrid's proves nothing.

    Args:
        name: what the call is called in errors; without addresses.

    Raises:
        SendGridError: the answer lacks what was looked for.
    """
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # Without the error's words, which may quote the answer.
        text = f"the answer is JSON of another shape ({type(error).__name__})"
        raise SendGridError(name, Unknown(text)) from None


def _classify_failure(error: httpx.HTTPError) -> NotSent | Unknown:
    text = without_addresses(f"{type(error).__name__}: {error}")
    return NotSent(text) if isinstance(error, BEFORE_SENDING) else Unknown(text)


def _require_key(key: str) -> None:
    # The text must not quote the key, nor may httpx come to do so.
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        message = f"{KEY_VARIABLE} is missing or holds blanks: set it to an API key of SendGrid"
        raise SendGridSettingsError(message)


def _residence() -> str:
    residency = os.environ.get(RESIDENCY_VARIABLE, "").strip().lower() or "global"
    if residency not in RESIDENCES:
        message = (
            f"{RESIDENCY_VARIABLE} is '{residency}': it must be one of {', '.join(RESIDENCES)}"
        )
        raise SendGridSettingsError(message)
    return RESIDENCES[residency]


def _require_url(url: str) -> None:
    try:
        parsed = httpx.URL(url)
        is_usable = parsed.scheme in {"https", "http"} and bool(parsed.host)
    except httpx.InvalidURL:
        is_usable = False
    if not is_usable:
        message = f"{URL_VARIABLE} is '{url}': it must be a URL such as {GLOBAL_URL}"
        raise SendGridSettingsError(message)
    is_test = os.environ.get(TEST_MODE_VARIABLE, "").strip() not in {"", "0"}
    if is_test and not _is_loopback(parsed.host):
        message = (
            f"{TEST_MODE_VARIABLE} is set, and '{parsed.host}' is not this machine: point "
            f"{URL_VARIABLE} at a sandbox on 127.0.0.1, or leave the test mode"
        )
        raise SendGridSettingsError(message)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

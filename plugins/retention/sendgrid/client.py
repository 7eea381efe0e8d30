"""SendGrid's v3 API: the only module with HTTP code.

The calls are those of the official SDK, over another transport. The SDK's own transport opens a
connection per request, has no timeout, and at DEBUG logs the API key and the recipients.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self, cast

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
    from collections.abc import Callable, Generator, Mapping
    from datetime import datetime

# httpx logs every URL it requests, and some contain an address.
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

# The trace events of httpx between getting a connection and writing to it, for the headers and then
# the body. SendGrid accepts no mail without the complete body.
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
    """An environment variable that is needed to reach SendGrid is missing or invalid."""


class NotSentError(RuntimeError):
    """A mail must not leave any more, and has not left; the message says why."""


class SendGridError(RuntimeError):
    """A call other than mail/send did not succeed; `outcome` says what its response proves."""

    def __init__(self, call: str, outcome: Outcome) -> None:
        super().__init__(f"SendGrid, {call}: {outcome.text}")
        self.outcome = outcome


class PooledClient(python_http_client.Client):
    """The SDK's client over one connection pool; returns `httpx.Response` for every status.

    It replaces the SDK's whole request method and not only its transport, because that method logs
    the key and the recipients.
    """

    def __init__(
        self, pool: httpx.Client, host: str, headers: Mapping[str, str], *path: str
    ) -> None:
        super().__init__(host, request_headers=dict(headers), version=3, url_path=list(path))
        self._pool = pool

    def _build_client(self, name: str | None = None) -> PooledClient:
        path = [*self._url_path, name] if name else self._url_path
        return PooledClient(self._pool, self.host, self.request_headers, *path)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any path of the API
        if name in self.methods:
            return partial(self._request, name.upper())
        return super().__getattr__(name)

    def _request(
        self,
        method: str,
        request_body: object = None,
        query_params: dict[str, Any] | None = None,
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
    """One account at SendGrid; thread-safe. Close it, or use it in a `with` block."""

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
            url: the base URL of the API; nothing else chooses the host.
            connect_seconds: the timeout for connecting.
            read_seconds: the timeout for each read and each write.

        Raises:
            SendGridSettingsError: the key or the URL is invalid.
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
            verify=httpx.create_ssl_context(),  # always with the environment's certificates
            # A proxy from the environment must not carry requests to this machine away from it.
            trust_env=not _is_loopback(httpx.URL(url).host),
        )
        self._url = url.rstrip("/")
        sdk = SendGridAPIClient(api_key=api_key, host=self._url).client
        self.api = PooledClient(self._pool, sdk.host, sdk.request_headers)

    @classmethod
    def from_environment(cls) -> Self:
        """Return a client for the account of `SENDGRID_API_KEY`.

        The host is that of `SENDGRID_API_URL` if it is set, otherwise that of
        `SENDGRID_DATA_RESIDENCY` (`global` or `eu`).

        Raises:
            SendGridSettingsError: the key is missing, or the key, URL or residency is invalid.
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
        """Post a mail/send once and return what the response, or its absence, proves.

        Args:
            mail: the body, JSON.
            require: called once the connection is open, right before the headers and again before
                the body are written; raises `NotSentError` to stop them.
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
        """Return the URL of the inbox if this is a sandbox on this machine, None otherwise."""
        if not _is_loopback(httpx.URL(self._url).host):
            return None
        try:
            health = self._pool.get(f"{self._url}/_sandbox/health")
        except httpx.HTTPError:
            return None
        return self._url if health.is_success else None

    def create_batch(self) -> str:
        """Return a new batch id; a mail that carries it can be cancelled until it is released."""
        name = "POST mail/batch"
        with reading(name):
            return cast("str", self.call(name, self.api.mail.batch.post)["batch_id"])

    def call(self, name: str, send: Callable[[], httpx.Response]) -> Any:  # noqa: ANN401 - JSON
        """Make a call that sends no mail; return its JSON, or None for a 204.

        Args:
            name: the name of the call in errors; without addresses.
            send: makes the call, once.

        Raises:
            SendGridError: it failed, or its outcome is unknown.
        """
        return self.call_dated(name, send)[0]

    def call_dated(
        self, name: str, send: Callable[[], httpx.Response]
    ) -> tuple[Any, datetime | None]:
        """Make a call as `call` does; also return the time of the response by SendGrid's clock.

        The time is aware; it is None when the response has no valid `Date`.
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
            raise SendGridError(name, Unknown("the response is not JSON")) from None


@contextmanager
def reading(name: str) -> Generator[None]:
    """Guard code that reads a response: JSON of an unexpected shape proves nothing.

    Args:
        name: the name of the call in errors; without addresses.

    Raises:
        SendGridError: the response lacks the expected content.
    """
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # Without the error's text, which may quote the response.
        text = f"the response is JSON of an unexpected shape ({type(error).__name__})"
        raise SendGridError(name, Unknown(text)) from None


def _classify_failure(error: httpx.HTTPError) -> NotSent | Unknown:
    text = without_addresses(f"{type(error).__name__}: {error}")
    return NotSent(text) if isinstance(error, BEFORE_SENDING) else Unknown(text)


def _require_key(key: str) -> None:
    # Neither this text nor an error of httpx may quote the key.
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        message = f"{KEY_VARIABLE} is missing or invalid: set it to an API key of SendGrid"
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
    except httpx.InvalidURL:
        parsed = None
    if parsed is None or parsed.scheme not in {"https", "http"} or not parsed.host:
        message = f"{URL_VARIABLE} is '{url}': it must be a URL such as {GLOBAL_URL}"
        raise SendGridSettingsError(message)
    is_test = os.environ.get(TEST_MODE_VARIABLE, "").strip() not in {"", "0"}
    if is_test and not _is_loopback(parsed.host):
        message = (
            f"{TEST_MODE_VARIABLE} is set, and '{parsed.host}' is not this machine: point "
            f"{URL_VARIABLE} at a sandbox on 127.0.0.1, or unset {TEST_MODE_VARIABLE}"
        )
        raise SendGridSettingsError(message)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

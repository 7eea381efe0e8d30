"""The servers that all runs share: one PostgreSQL, with a database per run, and one sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from benchmarks.crash_matrix import naive
from benchmarks.crash_matrix.faults import STOPS
from benchmarks.crash_matrix.webhook_receiver import (
    REPORTED,
    WebhookReceiver,
    running_webhook_receiver,
)
from benchmarks.crash_matrix.worker import API_KEY
from demo import guard
from demo.postgres import Cluster
from retention.database import connect
from retention.delivery.templates import ensure_unsubscribe_groups, push_templates
from retention.ledger.migration import migrate
from retention.mail.template import TemplateSource
from retention.sendgrid.account import Account
from retention.sendgrid.client import SendGrid
from tests.integration.ledger.warehouse import create_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from benchmarks.crash_matrix.faults import FaultKind

ROOT = Path(__file__).parents[2]
TEMPLATE_DATABASE = "crash_template"
START_SECONDS = 60
MAILS = (("winback", "en"), ("winback", "fi"), ("reminder", "en"), ("receipt", "en"))
AS_US = {"Authorization": f"Bearer {API_KEY}"}
PURPOSES = {"offers": "Offers", "reminders": "Reminders"}


@dataclass(frozen=True)
class Servers:
    """The servers that all runs share.

    Attributes:
        cluster: the PostgreSQL server.
        sandbox: a client of the sandbox, without a proxy.
        folder: directory of the workers' logs.
        webhook: receives SendGrid's events.
    """

    cluster: Cluster
    sandbox: httpx.Client
    folder: Path
    webhook: WebhookReceiver
    _numbers: Iterator[int]

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection]:
        """Connect to a new database with ledger and templates, and set `PG*` to it."""
        name = f"crash_{next(self._numbers)}"
        self.cluster.create_database(name, TEMPLATE_DATABASE)
        with _environment(self.cluster.environment(name)):
            with connect() as connection:
                yield connection
            self.cluster.drop_database(name)

    def now(self) -> datetime:
        """Return the current time of the sandbox's clock."""
        return datetime.fromisoformat(self.sandbox.get("/_sandbox/clock").json()["now"])

    def wait_until(self, moment: datetime) -> datetime:
        """Move the sandbox's clock forward to `moment`, never back; return its new time."""
        ahead = max(moment - self.now(), timedelta(0))
        body = {"advance_seconds": ahead.total_seconds()}
        answer = self.sandbox.post("/_sandbox/clock", json=body).raise_for_status()
        now = datetime.fromisoformat(answer.json()["now"])
        shown = self.clock.with_suffix(".new")
        shown.write_text(str(now.timestamp() - time.time()))
        shown.replace(self.clock)
        return now

    @property
    def clock(self) -> Path:
        """A file with the number of seconds by which the sandbox's clock is ahead of real time."""
        return self.folder / "clock"

    def start_fault(self, fault: FaultKind, seed: int) -> None:
        """Make the sandbox fail in this way from now on."""
        faults = [fault.as_json(seed)] if fault.count else []
        self.sandbox.post("/_sandbox/faults", json={"faults": faults}).raise_for_status()

    def end_faults(self) -> None:
        """End all faults, once they hold up no request any more."""
        deadline = time.monotonic() + START_SECONDS
        while any(fault["holding"] for fault in self._faults()):
            if time.monotonic() > deadline:
                message = f"the sandbox still holds a request after {START_SECONDS} s"
                raise RuntimeError(message)
            time.sleep(0.05)
        self.sandbox.delete("/_sandbox/faults").raise_for_status()

    def remove_cancels(self) -> None:
        """Delete the cancels that earlier runs left, so the account is like new."""
        stops = self.sandbox.get(STOPS, headers=AS_US).raise_for_status().json()
        for stop in stops:
            batch = f"{STOPS}/{stop['batch_id']}"
            self.sandbox.delete(batch, headers=AS_US).raise_for_status()

    def suppress(self, address: str) -> None:
        """Put an address on the sandbox's global suppression list."""
        self._post("/v3/asm/suppressions/global", {"recipient_emails": [address]})

    def report_events(self) -> None:
        """Make the sandbox post its events to our webhook."""
        switches = dict.fromkeys(REPORTED, True)
        settings = {"enabled": True, "url": self.webhook.url, **switches}
        self._post("/v3/user/webhooks/event/settings", settings)

    def receive_events(self, connection: psycopg.Connection | None, now: datetime) -> None:
        """Record all events until `now` in a ledger; without one, discard them."""
        self.sandbox.post("/_sandbox/webhook").raise_for_status()
        if connection is None:
            self.webhook.discard()
        else:
            self.webhook.record(connection, now)

    def audit(self, expected: list[str]) -> dict[str, Any]:
        """Return the sandbox's audit, given the ids of the messages that should arrive."""
        body = {"expected": expected}
        return self.sandbox.post("/_sandbox/audit", json=body).raise_for_status().json()

    def _faults(self) -> list[dict[str, Any]]:
        return self.sandbox.get("/_sandbox/faults").raise_for_status().json()["faults"]

    def _post(self, path: str, body: dict[str, Any]) -> None:
        self.sandbox.post(path, json=body, headers=AS_US).raise_for_status()


@contextmanager
def running_servers(folder: Path) -> Iterator[Servers]:
    """Start PostgreSQL and the sandbox, and create the template of all databases."""
    cluster = Cluster(folder / "postgres", is_throw_away=True)
    cluster.start()
    try:
        with (
            _running_sandbox(folder) as url,
            httpx.Client(base_url=url, timeout=START_SECONDS, trust_env=False) as sandbox,
            running_webhook_receiver() as webhook,
        ):
            _make_template(cluster, url)
            servers = Servers(cluster, sandbox, folder, webhook, count())
            servers.report_events()
            yield servers
    finally:
        cluster.remove()


def _make_template(cluster: Cluster, url: str) -> None:
    cluster.create_database(TEMPLATE_DATABASE)
    now = datetime.now(tz=UTC)  # noqa: TID251 - the time of pushing templates does not matter
    with (
        _environment(cluster.environment(TEMPLATE_DATABASE)),
        SendGrid(API_KEY, url) as client,
    ):
        migrate()
        with connect() as connection:
            create_warehouse(connection)
            connection.execute(naive.CREATE)
            sources = [
                TemplateSource(campaign, locale, "Hi {{first_name}}", "<p>{{product}}</p>", "Hi")
                for campaign, locale in MAILS
            ]
            push_templates(connection, Account(client), sources, now)
            ensure_unsubscribe_groups(connection, Account(client), PURPOSES, now)


@contextmanager
def _running_sandbox(folder: Path) -> Iterator[str]:
    """Run the sandbox in its own process; yield its URL once it responds."""
    command = [
        *(sys.executable, "-m", "sandbox", "--port", "0", "--api-key", API_KEY),
        *("--database", str(folder / "mail.sqlite3")),
    ]
    with (folder / "sandbox.log").open("w") as log:
        process = guard.start(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    with process:
        url = next(word for word in process.stdout.readline().split() if word.startswith("http"))
        try:
            _wait_until_healthy(url)
            yield url
        finally:
            process.terminate()


def _wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/_sandbox/health", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    message = f"the sandbox at {url} did not respond in {START_SECONDS} s"
    raise RuntimeError(message)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables within the `with` block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ |= variables
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

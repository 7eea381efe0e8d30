from __future__ import annotations

import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from demo import guard
from retention.database import connect
from retention.delivery.templates import ensure_unsubscribe_groups, push_templates
from retention.ledger.templates import (
    PushedTemplate,
    remember_template,
    remember_unsubscribe_group,
)
from retention.mail.template import TemplateSource
from retention.project.manifest import current_manifest
from retention.project.shop import PROJECT_VARIABLE, project_directory
from retention.sendgrid.account import Account
from retention.sendgrid.client import SendGrid
from tests.integration.ledger.warehouse import NOW, create_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    import psycopg

API_KEY = "SG.a-key-that-must-never-be-logged"
PUBLIC_URL = "https://shop.example/retention/public"
UNSUBSCRIBE_KEY = "a-key-of-thirty-two-characters-at-least"
ROOT = Path(__file__).parents[3]


@dataclass
class Sandbox:
    """The SendGrid sandbox, in a separate process."""

    url: str

    def audit(self) -> dict[str, Any]:
        """The accepted messages, from the sandbox's own records."""
        return httpx.get(f"{self.url}/_sandbox/audit").raise_for_status().json()

    def find(self, message_id: UUID) -> dict[str, Any]:
        """The accepted message with that id, as the inbox has it."""
        found = httpx.get(f"{self.url}/_sandbox/messages.json", params={"limit": 1000})
        messages = found.raise_for_status().json()["messages"]
        (one,) = (each for each in messages if each["paluu_message_id"] == str(message_id))
        return one

    def text_of(self, message_id: UUID) -> str:
        """The plain text of an accepted message, as its recipient gets it."""
        return self.find(message_id)["text"]

    def unsubscribe_from_all(self, address: str) -> None:
        """Put an address on the global unsubscribe list."""
        httpx.post(
            f"{self.url}/v3/asm/suppressions/global",
            json={"recipient_emails": [address]},
            headers={"Authorization": f"Bearer {API_KEY}"},
        ).raise_for_status()

    def set_clock(self, now: datetime) -> None:
        """Set its clock to `now`, and release the mails due by then."""
        body = {"now": now.isoformat()}
        httpx.post(f"{self.url}/_sandbox/clock", json=body).raise_for_status()

    def plan_faults(self, *faults: dict[str, Any]) -> None:
        """Inject these faults from now on, and no others."""
        body = {"faults": list(faults)}
        httpx.post(f"{self.url}/_sandbox/faults", json=body).raise_for_status()

    @contextmanager
    def misbehaving(self, *faults: dict[str, Any]) -> Iterator[None]:
        """Inject these faults within the `with` block."""
        self.plan_faults(*faults)
        try:
            yield
        finally:
            self.plan_faults()


@contextmanager
def running_sandbox(folder: Path) -> Iterator[Sandbox]:
    """Run a sandbox that keeps its mails in `folder`."""
    log = (folder / "log").open("w")
    process = guard.start(
        [
            *(sys.executable, "-m", "sandbox", "--port", "0"),
            *("--api-key", API_KEY, "--database", str(folder / "mail.sqlite3")),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    with process, log:
        url = next(word for word in process.stdout.readline().split() if word.startswith("http"))
        _wait_until_healthy(url)
        yield Sandbox(url)
        process.terminate()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@dataclass
class Since:
    """The sandbox's audit since the start of a test, because all tests share one sandbox."""

    sandbox: Sandbox
    before: dict[str, Any]

    def __getitem__(self, name: str) -> int:
        return self.sandbox.audit()[name] - self.before[name]


@pytest.fixture
def audit(sandbox_process: Sandbox) -> Since:
    return Since(sandbox_process, sandbox_process.audit())


@pytest.fixture
def sandbox(sandbox_process: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[SendGrid]:
    """A client of the sandbox, to which the environment also leads."""
    monkeypatch.setenv("SENDGRID_API_KEY", API_KEY)
    monkeypatch.setenv("SENDGRID_API_URL", sandbox_process.url)
    with SendGrid.from_environment() as client:
        yield client


@pytest.fixture
def account(sandbox: SendGrid) -> Account:
    return Account(sandbox)


@pytest.fixture
def ledger(ledger_database: str) -> Iterator[psycopg.Connection]:  # noqa: ARG001 - sets PG*
    """A connection to a database with a new ledger and a warehouse without decisions."""
    with connect() as connection:
        create_warehouse(connection)
        yield connection


@pytest.fixture
def pushed(ledger: psycopg.Connection, sandbox: SendGrid) -> psycopg.Connection:
    """The ledger, with winback's templates and groups in the sandbox."""
    sources = [
        TemplateSource("winback", locale, "Hi {{first_name}}", "<p>{{product}}</p>", "{{product}}")
        for locale in ("en", "fi")
    ]
    push_templates(ledger, Account(sandbox), sources, NOW)
    ensure_unsubscribe_groups(ledger, Account(sandbox), {"offers": "Offers"}, NOW)
    return ledger


@pytest.fixture
def remembered(ledger: psycopg.Connection) -> psycopg.Connection:
    """The ledger, with records of winback's templates at SendGrid; for servers without any."""
    remember_template(ledger, "winback", "en", PushedTemplate("d-1", "v-1", "hash"), NOW)
    remember_unsubscribe_group(ledger, "offers", 7, "Offers", NOW)
    return ledger


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the whole project with a public side, which the engine reads from now on."""
    current_manifest()
    copy = tmp_path / "project"
    shutil.copytree(project_directory(), copy, ignore=shutil.ignore_patterns("logs"))
    monkeypatch.setenv(PROJECT_VARIABLE, str(copy))
    monkeypatch.setenv("PALUU_PUBLIC_URL", PUBLIC_URL)
    monkeypatch.setenv("PALUU_UNSUBSCRIBE_KEY", UNSUBSCRIBE_KEY)
    return copy


def _wait_until_healthy(url: str) -> None:
    for _ in range(200):
        try:
            if httpx.get(f"{url}/_sandbox/health").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail(f"the sandbox at {url} did not become healthy")

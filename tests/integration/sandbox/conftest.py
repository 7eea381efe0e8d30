"""A real sandbox on a free port, and a client for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from demo import guard
from sandbox.__main__ import listening_socket
from sandbox.clock import Clock
from sandbox.contract.specification import Contract
from sandbox.database import Database
from sandbox.server import create_server
from sandbox.state import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
API_KEY = "SG.integration"


@dataclass
class SandboxClient:
    """A client of a running sandbox at ``url``, with its key and some shortcuts."""

    url: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=30
        )

    def create_template(
        self, subject: str, html: str, name: str = "winback.en", **version: Any
    ) -> str:
        """Create a dynamic template with one active version; return its id."""
        template = self.post("/v3/templates", {"name": name, "generation": "dynamic"}, 201)
        content = {"name": "1", "subject": subject, "html_content": html, **version}
        self.post(f"/v3/templates/{template['id']}/versions", content, 201)
        return template["id"]

    def post(self, path: str, body: Any, status: int) -> Any:
        response = self.client.post(path, json=body)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    def get(self, path: str, **query: Any) -> Any:
        response = self.client.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def delete(self, path: str, body: Any) -> int:
        return self.client.request("DELETE", path, json=body).status_code

    def logs(self, query: str) -> list[dict[str, Any]]:
        body = {"query": query, "limit": 100} if query else {}
        return self.post("/v3/logs", body, 200)["messages"]

    def send(self, mail: dict[str, Any], status: int = 202) -> httpx.Response:
        response = self.client.post("/v3/mail/send", json=mail)
        assert response.status_code == status, response.text
        return response

    def messages(self, **query: Any) -> list[dict[str, Any]]:
        return self.client.get("/messages.json", params=query).json()["messages"]

    def page(self, path: str) -> str:
        response = self.client.get(path)
        assert response.status_code == 200
        return response.text

    def audit(self, expected: list[str] | None = None) -> dict[str, Any]:
        if expected is None:
            return self.client.get("/_sandbox/audit").json()
        return self.post("/_sandbox/audit", {"expected": expected}, 200)

    def batch(self) -> str:
        return self.post("/v3/mail/batch", None, 201)["batch_id"]

    def now(self) -> datetime:
        return datetime.fromisoformat(self.client.get("/_sandbox/clock").json()["now"])

    def move_clock(self, **body: Any) -> None:
        self.post("/_sandbox/clock", body, 200)

    def states(self) -> list[str]:
        return [one["state"] for one in self.messages()]

    def plan_fault(self, **fault: Any) -> None:
        self.post("/_sandbox/faults", {"faults": [fault]}, 200)

    def faults(self) -> list[dict[str, Any]]:
        return self.client.get("/_sandbox/faults").json()["faults"]

    def webhook(self) -> dict[str, Any]:
        return self.client.get("/_sandbox/webhook").json()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds that the sandbox's background threads bring about."""
        for _ in range(600):
            if condition():
                return
            time.sleep(0.05)
        pytest.fail("it did not happen within half a minute")


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The compiled contract, once for all sandboxes."""
    return Contract.load()


@contextmanager
def served(path: Path, contract: Contract) -> Iterator[SandboxClient]:
    """Serve a sandbox on a database file, by its real server on a free port."""
    database = Database(path)
    clock = Clock(database, lambda: datetime.now(tz=UTC))  # noqa: TID251
    sandbox = Sandbox(database, contract, API_KEY, clock)
    server = create_server(sandbox)
    listener = listening_socket("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    client = SandboxClient(f"http://127.0.0.1:{listener.getsockname()[1]}")
    yield client
    client.client.close()
    server.should_exit = True
    thread.join()
    sandbox.close()


@pytest.fixture
def start_sandbox(tmp_path: Path, contract: Contract) -> Iterator[Callable[[], SandboxClient]]:
    """Start sandboxes, each of them fresh and empty."""
    files = (tmp_path / f"sandbox_{number}.sqlite3" for number in count())
    with ExitStack() as running:
        yield lambda: running.enter_context(served(next(files), contract))


@pytest.fixture
def sandbox(start_sandbox: Callable[[], SandboxClient]) -> SandboxClient:
    """A fresh, empty sandbox."""
    return start_sandbox()


@pytest.fixture
def start_process() -> Iterator[Callable[[Path], tuple[subprocess.Popen[str], SandboxClient]]]:
    """Start sandboxes as separate processes on a database file; they are killed at the end."""
    processes: list[subprocess.Popen[str]] = []
    clients: list[SandboxClient] = []

    def start(database: Path) -> tuple[subprocess.Popen[str], SandboxClient]:
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--api-key", API_KEY]
        process = guard.start(
            [*command, "--database", str(database)],
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'plugins'}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        address = re.search(r"http://\S+", process.stdout.readline())[0]
        clients.append(SandboxClient(address))
        return process, clients[-1]

    yield start
    for client in clients:
        client.client.close()
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def mail() -> Callable[..., dict[str, Any]]:
    """Build a valid mail to one person; keyword arguments replace its parts."""

    def build(email: str = "aino@example.com", name: str = "Aino", **more: Any) -> dict[str, Any]:
        return {
            "personalizations": [{"to": [{"email": email, "name": name}]}],
            "from": {"email": "hello@shop.example.com", "name": "Kahvipuu"},
            "subject": "Hello",
            "content": [{"type": "text/plain", "value": "Hello from the shop"}],
            **more,
        }

    return build

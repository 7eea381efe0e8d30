"""A delivery worker in a separate process, for tests that run several or kill one."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.settings import DeliverySettings, Sender
from retention.sendgrid.client import SendGrid
from tests.integration.ledger.warehouse import NOW

ROOT = Path(__file__).parents[3]


def start_worker() -> subprocess.Popen[bytes]:
    """Start a worker with the database and the SendGrid of the environment."""
    search_path = f"import sys; sys.path[:0] = [{str(ROOT / 'plugins')!r}, {str(ROOT)!r}]"
    code = f"{search_path}; from {__name__} import main; main()"
    return subprocess.Popen([sys.executable, "-c", code])


def main() -> None:
    settings = DeliverySettings(Sender("shop@example.com", "Shop"), patience=timedelta(seconds=5))
    with SendGrid.from_environment() as client:
        deliver(connect, client, settings, now=NOW, due_until=NOW)

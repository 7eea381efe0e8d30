"""What Airflow's api-server serves to everybody, and what it serves only after a login."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retention.links.unsubscribe import link
from tests.integration.inbound.conftest import (
    PUBLIC_URL,
    UNSUBSCRIBE_KEY,
    Signer,
    contents,
    event,
    refusals,
    suppressions,
)

if TYPE_CHECKING:
    from uuid import UUID

    import psycopg

ROOT = Path(__file__).parents[3]
PUBLIC = "/retention/public"


def test_events_unsubscribes_and_answers_need_no_login_and_every_other_page_does(
    ledger: psycopg.Connection, message_id: UUID, sendgrid: Signer, tmp_path: Path
) -> None:
    body = json.dumps([event("delivered")]).encode()
    page = link(PUBLIC, UNSUBSCRIBE_KEY, message_id, "offers")
    expected = {
        ("POST", f"{PUBLIC}/events", body, sendgrid): 204,
        ("POST", f"{PUBLIC}/events", body, Signer.create()): 403,
        ("POST", f"{PUBLIC}/events", body, None): 403,
        ("GET", page): 200,
        ("POST", page): 200,
        ("POST", f"{PUBLIC}/answers/nonsense/satisfaction/4"): 404,
        ("GET", f"{PUBLIC}/"): 404,
        ("GET", "/retention/data-docs/"): 401,
        ("GET", f"{PUBLIC}/../data-docs/"): 401,
        ("GET", "/retention/data-docs/2026-11-22/x/index.html"): 401,
        ("GET", "/api/v2/dags"): 401,
    }
    answers = _ask([_call(*request) for request in expected], tmp_path)
    assert dict(zip(expected, answers, strict=True)) == expected
    assert [row[1] for row in contents(ledger)["events"]] == ["delivered"]
    assert refusals(ledger) == {"forged": 1, "unsigned": 1}
    assert [row[:3] for row in suppressions(ledger)] == [
        ("customer-1@example.com", "offers", "page")
    ]


def _call(
    method: str, path: str, body: bytes = b"", signer: Signer | None = None
) -> dict[str, Any]:
    return {
        "method": method,
        "path": path,
        "body": base64.b64encode(body).decode(),
        "headers": signer.headers(body, int(time.time())) if signer else {},
    }


def _ask(calls: list[dict[str, Any]], home: Path) -> list[int]:
    environment = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "PALUU_PUBLIC_URL": PUBLIC_URL,
        "PALUU_UNSUBSCRIBE_KEY": UNSUBSCRIBE_KEY,
        "PYTHONPATH": str(ROOT / "plugins"),
    }
    script = Path(__file__).with_name("api_server.py")
    asked = subprocess.run(
        [sys.executable, str(script)],
        input=json.dumps(calls),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stderr.splitlines()[-1])

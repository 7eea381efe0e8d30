"""Sends the requests on its standard input to Airflow's own api-server with our plugins.

A separate process, because Airflow reads its configuration once, when it is imported.
"""

from __future__ import annotations

import base64
import json
import sys

from airflow.api_fastapi.app import create_app
from starlette.testclient import TestClient

calls = json.load(sys.stdin)
with TestClient(create_app(apps="core")) as client:
    answers = [
        client.request(
            call["method"],
            call["path"],
            content=base64.b64decode(call.get("body", "")),
            headers=call.get("headers"),
            follow_redirects=False,
        ).status_code
        for call in calls
    ]
json.dump(answers, sys.stderr)

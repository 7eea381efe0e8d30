from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PLUGINS = Path(__file__).parents[3] / "plugins"


def test_the_http_client_logs_no_url_whatever_else_is_imported() -> None:
    code = (
        "import logging; logging.basicConfig(level='DEBUG'); import retention.sendgrid.client;"
        " print(logging.getLogger('httpx').isEnabledFor(logging.INFO))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PLUGINS, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"

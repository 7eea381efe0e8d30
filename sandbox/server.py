"""The server of the application: uvicorn, with connections that faults can break."""

from typing import Any

import uvicorn

from sandbox.app import create_app
from sandbox.dated import Dated
from sandbox.faults.connections import TrackedConnection
from sandbox.state import Sandbox


def create_server(sandbox: Sandbox) -> uvicorn.Server:
    """Return a server that is ready to run on a listening socket."""
    protocol: Any = TrackedConnection
    config = uvicorn.Config(
        Dated(create_app(sandbox), sandbox.clock),
        http=protocol,
        log_config=None,
        access_log=False,
        date_header=False,  # uvicorn would use real time
        timeout_graceful_shutdown=3,
    )
    return uvicorn.Server(config)

"""Starts the sandbox: ``python -m sandbox``."""

import argparse
import errno
import logging
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EXAMPLE = """
Point a client at it with SENDGRID_API_URL=http://127.0.0.1:8025 and the same key; the inbox is at
the same address. No mail is ever sent. README.md in this folder describes how to move the clock,
inject faults and query the audit.
"""


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A local SendGrid.", epilog=EXAMPLE
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (default: %(default)s, this machine only)",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8025,
        help="port to listen on; 0 picks a free one (default: %(default)s)",
    )
    parser.add_argument(
        "--database",
        type=Path,
        default=Path("sandbox.sqlite3"),
        help="file to store the mail in (default: %(default)s)",
    )
    parser.add_argument(
        "--api-key",
        default=os.environ.get("SENDGRID_API_KEY", "SG.sandbox"),
        help="the accepted API key (default: $SENDGRID_API_KEY, else SG.sandbox)",
    )
    parser.add_argument(
        "--timezone",
        type=_zone,
        default=ZoneInfo("UTC"),
        help="time zone of the pages (default: UTC)",
    )
    parser.add_argument(
        "--log-level", default="warning", choices=["debug", "info", "warning", "error"]
    )
    return parser.parse_args(words)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"{name} is not a time zone; use a name such as Europe/Helsinki"
        raise argparse.ArgumentTypeError(message) from error


def listening_socket(host: str, port: int) -> socket.socket:
    """Bind and listen, so that connections can queue from now on.

    Raises:
        OSError: the address cannot be bound, for example because the port is in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    return listener


def main(words: list[str] | None = None) -> int:
    """Run the sandbox until it is stopped; return the exit status."""
    options = arguments(words)
    try:
        listener = listening_socket(options.host, options.port)
    except OSError as error:
        reason = "another program uses it" if error.errno == errno.EADDRINUSE else error.strerror
        sys.stderr.write(
            f"sandbox: cannot listen on {options.host}:{options.port}: {reason}. "
            "Choose another --port, or 0 for a free one.\n"
        )
        return 1
    logging.basicConfig(
        level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    with listener:
        return serve(options, listener)


def serve(options: argparse.Namespace, listener: socket.socket) -> int:
    """Open the database and answer on ``listener`` until a signal arrives."""
    from sandbox.clock import Clock
    from sandbox.contract.specification import Contract
    from sandbox.database import Database, ForeignDatabaseError
    from sandbox.server import create_server
    from sandbox.state import Sandbox

    options.database.parent.mkdir(parents=True, exist_ok=True)
    try:
        database = Database(options.database)
    except ForeignDatabaseError as error:
        sys.stderr.write(f"sandbox: {error}.\n")
        return 1
    sandbox = Sandbox(
        database=database,
        contract=Contract.load(),
        api_key=options.api_key,
        # Only the command reads the machine's clock; all other code uses the sandbox's clock.
        clock=Clock(database, lambda: datetime.now(tz=UTC)),  # noqa: TID251
        timezone=options.timezone,
    )
    host, port = listener.getsockname()[:2]
    sys.stdout.write(f"SendGrid sandbox on http://{host}:{port} (mail in {options.database})\n")
    sys.stdout.flush()
    create_server(sandbox).run(sockets=[listener])
    sandbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

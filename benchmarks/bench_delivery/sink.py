"""The sink: a server that accepts every mail at once, so only the senders are measured.

It replaces SendGrid, over plain HTTP and, with a delay before each response, over TLS. It counts
the messages, so a sender that loses some cannot seem fast.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from itertools import count
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from demo import guard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

HOST = "127.0.0.1"
TLS_DELAY = 0.05  # seconds before each response, like a distant server's
RECIPIENT = b'"to":'  # once in each personalization, in the JSON of every sender
ACCEPTED = "202 Accepted"
CREATED = "201 Created"


@dataclass(frozen=True)
class Sink:
    """A running sink.

    Attributes:
        http: URL without TLS, which responds at once.
        tls: URL with TLS, which responds after `TLS_DELAY`.
        certificate: the certificate that clients must trust; the environment names it already.
    """

    http: str
    tls: str
    certificate: Path
    pipe: Connection

    def taken(self) -> int:
        """Return the number of messages since the last call."""
        self.pipe.send(None)
        return self.pipe.recv()


@contextmanager
def running_sink(folder: Path) -> Iterator[Sink]:
    """Run the sink in its own process, and make all HTTP clients of this process trust it."""
    certificate, key = _certify(folder)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, certificate, key), daemon=True)
    process.start()
    theirs.close()  # so a dead sink causes an error instead of an endless wait
    http_port, tls_port = ours.recv()
    os.environ["SSL_CERT_FILE"] = str(certificate)  # urllib and httpx both look there
    try:
        yield Sink(f"http://{HOST}:{http_port}", f"https://{HOST}:{tls_port}", certificate, ours)
    finally:
        del os.environ["SSL_CERT_FILE"]
        process.terminate()
        process.join()


class Conversation(asyncio.Protocol):
    """One connection, kept alive until the client asks to close it."""

    def __init__(self, delay: float, taken: list[int], numbers: count) -> None:
        self._delay = delay
        self._taken = taken
        self._numbers = numbers
        self._kept = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for the responses."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Respond once a whole request has arrived."""
        self._kept += data
        head, separator, rest = self._kept.partition(b"\r\n\r\n")
        if separator and len(rest) >= (length := _content_length(head)):
            body, self._kept = rest[:length], rest[length:]
            asyncio.get_running_loop().call_later(self._delay, self._answer, bytes(head), body)

    def _answer(self, head: bytes, body: bytearray) -> None:
        number = next(self._numbers)
        if head.startswith(b"POST /v3/mail/batch"):
            answer = _answer(CREATED, b'{"batch_id": "batch-%d"}' % number)
        else:
            self._taken[0] += body.count(RECIPIENT)
            answer = _answer(ACCEPTED, b"", f"X-Message-Id: sink-{number}")
        self._transport.write(answer)
        if b"connection: close" in head.lower():
            self._transport.close()


def _serve(pipe: Connection, certificate: Path, key: Path) -> None:
    guard.end_with_parent()
    asyncio.run(_listen(pipe, certificate, key))


async def _listen(pipe: Connection, certificate: Path, key: Path) -> None:
    loop, taken, numbers = asyncio.get_running_loop(), [0], count()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    servers = [
        await loop.create_server(lambda: Conversation(0, taken, numbers), HOST, 0),
        await loop.create_server(lambda: Conversation(TLS_DELAY, taken, numbers), HOST, 0, ssl=tls),
    ]

    def report() -> None:
        pipe.recv()
        pipe.send(taken[0])
        taken[0] = 0

    loop.add_reader(pipe.fileno(), report)
    pipe.send([server.sockets[0].getsockname()[1] for server in servers])
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _content_length(head: bytearray) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _answer(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def _certify(folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for the local address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The sink")])
    today = datetime.now(tz=UTC)  # noqa: TID251 - certificates are valid in real time only
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "sink.crt", folder / "sink.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file

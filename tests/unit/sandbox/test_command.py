"""Starting the sandbox, and importing it."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.__main__ import arguments, listening_socket, main
from sandbox.contract.overlay import SPEC

ROOT = Path(__file__).parents[3]

# SHA-256 of the files of twilio/sendgrid-oai at the commit that spec/README.md names.
OFFICIAL = {
    "tsg_logs_v3.json": "878cfdf9133e59995e5f06d92ed6d6c6b6539a5a54125aadaa654812056c6b47",
    "tsg_mail_v3.json": "4ba24d0feb8a6b347f60528161d1cf0e7591987d2b3a64a6533685dc2b39d19f",
    "tsg_recipients_data_erasure_v3.json": (
        "fe86804f9225ec6434bcebb19f1774933c901834fef321aaffb1d9ce147f9b01"
    ),
    "tsg_scheduled_sends_v3.json": (
        "9ade6d77756e6b0fca1333ff4585cdcbdd95d49f4566e02212bfca02fbbc5d46"
    ),
    "tsg_scopes_v3.json": "d23f5b1be19c0dd78ac8d7121aa4096837b60eee51e42209e4d9a19d86ee08a2",
    "tsg_suppressions_v3.json": "3d851d7bfbb9a6d446971ff114cf19e93caec246fed26532000915aae9cdf02f",
    "tsg_templates_v3.json": "d38d9f0cd014ea2d2ac12738f155e969a8f81ca03d85bbcaa959048c15b05a3c",
    "tsg_webhooks_v3.json": "001940911ae832cdd8dc0039567f7785355b261a9c3cca8accbc1d1b33539fb3",
}


def test_a_port_in_use_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    error = capsys.readouterr().err
    assert f"cannot listen on 127.0.0.1:{port}: another program uses it" in error
    assert "--port" in error


def test_port_zero_picks_a_free_one() -> None:
    with listening_socket("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_an_unknown_time_zone_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(["--timezone", "Mars/Base"])
    assert "use a name such as Europe/Helsinki" in capsys.readouterr().err


def test_a_file_of_another_version_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("create table messages (message_id integer primary key)")
    assert main(["--port", "0", "--database", str(path)]) == 1
    assert "written by another version" in capsys.readouterr().err


def test_importing_the_package_alone_loads_nothing_heavy() -> None:
    heavy = "{'starlette', 'uvicorn', 'jinja2', 'jsonschema_rs', 'pydantic', 'sqlite3', 'yaml'}"
    script = f"import sys, sandbox; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_the_vendored_specification_is_untouched() -> None:
    files = {path.name: path for path in SPEC.glob("tsg_*.json")}
    assert set(files) == set(OFFICIAL)
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == OFFICIAL[name]

"""Names of files, and mail addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Names that attract unrelated code.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}

ADDRESS = re.compile(r"[\w.+-]+@(?P<host>[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.[a-zA-Z]{2,})\b")
# RFC 2606 and RFC 6761: reserved, so nobody can own these.
NOBODYS_HOST = re.compile(r"(^|\.)(example\.(com|net|org)|example|test|invalid)$", re.IGNORECASE)
# SendGrid's own texts, unchanged.
PUBLISHED_BY_OTHERS = "sandbox/contract/spec/"


def _last_word(name: str) -> str:
    return name.lower().rsplit("_", 1)[-1]


def test_every_file_and_folder_says_what_it_holds(files: list[Path]) -> None:
    vague = [
        str(path)
        for path in files
        if EMPTY_NAMES & {_last_word(part) for part in (*path.parent.parts, path.stem)}
    ]
    assert not vague, f"these names do not say what is inside: {vague}"


def test_every_mail_address_in_the_repository_belongs_to_nobody(
    root: Path, files: list[Path]
) -> None:
    found = []
    for path in files:
        data = (root / path).read_bytes()
        if str(path).startswith(PUBLISHED_BY_OTHERS) or b"\0" in data:  # or a picture
            continue
        text = data.decode("utf-8", errors="ignore")
        found += [
            f"{path}: {match[0]}"
            for match in ADDRESS.finditer(text)
            if not NOBODYS_HOST.search(match["host"])
        ]
    assert not found, f"write people of example.com instead of {found}"

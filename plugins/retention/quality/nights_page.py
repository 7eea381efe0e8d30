"""The page that shows, night by night, the check results of the marts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader

from retention.ledger.mart_checks import list_mart_checks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    import psycopg

    from retention.ledger.mart_checks import MartCheck

NIGHTS = 60
TEMPLATES = Environment(loader=PackageLoader(__package__, "page_templates"), autoescape=True)


@dataclass(frozen=True)
class CheckedMart:
    """One mart of one night.

    Attributes:
        check: the verdict.
        docs: path of its Data Docs within their folder; None when they were deleted.
    """

    check: MartCheck
    docs: str | None


@dataclass(frozen=True)
class CheckedNight:
    """One night with its marts, ordered by name."""

    night: date
    marts: tuple[CheckedMart, ...]

    @property
    def broken(self) -> int:
        """Number of marts that failed."""
        return sum(not mart.check.passed for mart in self.marts)


def render_nights(connection: psycopg.Connection, docs: Path) -> str:
    """Return the page of the last 60 checked nights, newest first, as HTML.

    `docs` is the folder of all Data Docs, with one folder per night.
    """
    nights = list(_nights(connection, docs))
    return TEMPLATES.get_template("nights.html").render(nights=nights)


def _nights(connection: psycopg.Connection, docs: Path) -> Iterator[CheckedNight]:
    checks = list_mart_checks(connection, NIGHTS)
    for night, found in groupby(checks, key=lambda check: check.night):
        marts = tuple(CheckedMart(check, _docs_of(check, docs)) for check in found)
        yield CheckedNight(night, marts)


def _docs_of(check: MartCheck, docs: Path) -> str | None:
    """Return the path of the mart's latest validation for the night."""
    folder = docs / check.night.isoformat() / "validations" / check.mart
    pages = sorted(folder.rglob("*.html"))
    return pages[-1].relative_to(docs).as_posix() if pages else None

"""Every signal has a page that can be read in two minutes, with a picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

MOST_LINES = 60
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)#\s]+)")


@pytest.fixture(scope="module")
def marts(root: Path) -> list[str]:
    """The names of all signals."""
    found = sorted(file.stem for file in (root / "dbt_project/models/signals").glob("*.sql"))
    assert found
    return found


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[str, str]:
    """The text of each page by the name of its signal."""
    return {file.stem: file.read_text() for file in (root / "docs/signals").glob("*.md")}


def _links(text: str, *, is_picture: bool) -> list[str]:
    return [target for mark, target in LINK.findall(text) if bool(mark) == is_picture]


def _has_page(mart: str, pages: dict[str, str]) -> bool:
    """`buy_again_products` may stand on the page of `buy_again`, when that page names it."""
    return mart in pages or any(
        mart.startswith(f"{name}_") and f"`{mart}`" in text for name, text in pages.items()
    )


def test_every_signal_has_its_page(marts: list[str], pages: dict[str, str]) -> None:
    assert [mart for mart in marts if not _has_page(mart, pages)] == []
    assert set(pages) <= set(marts)


def test_the_index_leads_to_every_page(root: Path, pages: dict[str, str]) -> None:
    links = _links((root / "docs/signals.md").read_text(), is_picture=False)
    linked = {link for link in links if link.startswith("signals/")}
    assert linked == {f"signals/{page}.md" for page in pages}


def test_a_page_is_read_in_two_minutes(pages: dict[str, str]) -> None:
    assert {name for name, text in pages.items() if len(text.splitlines()) > MOST_LINES} == set()


def test_every_page_has_a_picture_that_exists(root: Path, pages: dict[str, str]) -> None:
    for name, text in pages.items():
        pictures = _links(text, is_picture=True)
        assert pictures, f"docs/signals/{name}.md shows nothing"
        missing = [link for link in pictures if not (root / "docs/signals" / link).is_file()]
        assert missing == [], name


def test_a_page_says_when_not_to_trust_it(pages: dict[str, str]) -> None:
    silent = {name for name, text in pages.items() if "not to trust it" not in text.lower()}
    assert silent == set()

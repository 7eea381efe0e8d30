"""Every relative link of the documentation leads to a file and a heading that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\((?!\w+:)(?P<path>[^)#\s]*)(?:#(?P<heading>[^)\s]+))?\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


@pytest.fixture(scope="module")
def pages(root: Path, files: list[Path]) -> dict[Path, str]:
    """The text of each page at the top and in docs/, by its path; code blocks are left out."""
    found = {
        path: CODE_BLOCK.sub("", (root / path).read_text())
        for path in files
        if path.suffix == ".md" and (len(path.parts) == 1 or path.parts[0] == "docs")
    }
    assert Path("README.md") in found
    return found


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    slugs = [
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(text)
    ]
    return {
        f"{slug}-{slugs[:place].count(slug)}" if slug in slugs[:place] else slug
        for place, slug in enumerate(slugs)
    }


def links(pages: dict[Path, str]) -> Iterator[tuple[Path, str, str]]:
    """Return page, path and heading of each relative link."""
    for page, text in pages.items():
        for match in LINK.finditer(INLINE_CODE.sub("", text)):
            yield page, match["path"], match["heading"] or ""


def _resolved(root: Path, page: Path, path: str) -> Path:
    return (root / page.parent / path).resolve().relative_to(root) if path else page


def test_every_link_leads_to_a_file(root: Path, pages: dict[Path, str]) -> None:
    broken = [
        f"{page}: {path}"
        for page, path, _ in links(pages)
        if path and not (root / page.parent / path).exists()
    ]
    assert broken == []


def test_every_link_to_a_heading_leads_to_one(root: Path, pages: dict[Path, str]) -> None:
    broken = [
        f"{page}: {path}#{heading}"
        for page, path, heading in links(pages)
        if heading and heading not in anchors(pages[_resolved(root, page, path)])
    ]
    assert broken == []


def test_every_page_is_linked_from_another(root: Path, pages: dict[Path, str]) -> None:
    linked = {_resolved(root, page, path) for page, path, _ in links(pages) if path}
    unreachable = [page for page in pages if page.parts[0] == "docs" and page not in linked]
    assert [page for page in unreachable if page != Path("docs/README.md")] == []

"""Reports in a pull request and in a terminal."""

from __future__ import annotations

import io

from rich.console import Console

from retention.workbench.report import Document, Table, as_markdown, print_document

REPORT = Document(
    title="winback, as edited",
    sentences=("30 candidates.",),
    warnings=("of another night",),
    tables=(
        Table("Decided", ("outcome", "before", "share"), (("no_consent", 8, "4 %"),)),
        Table("Nothing here", ("outcome",), ()),
        Table("Added: 1", ("customer", "reason"), (("C1", "a | b\n<b>*c*"),), is_detail=True),
    ),
    remarks=("Its limitations.",),
)


def test_markdown_has_what_the_terminal_has() -> None:
    terminal = io.StringIO()
    print_document(REPORT, Console(file=terminal, width=100))
    for words in (
        "winback, as edited",
        "30 candidates.",
        "of another night",
        "Its limitations.",
    ):
        assert words in as_markdown(REPORT)
        assert words in terminal.getvalue()


def test_text_of_customers_and_shops_is_escaped_within_its_cell() -> None:
    cells = [line for line in as_markdown(REPORT).splitlines() if line.startswith("| C1")]
    assert cells == [r"| C1 | a \| b &lt;b&gt;\*c\* |"]


def test_numbers_and_shares_are_right_aligned() -> None:
    assert "| --- | ---: | ---: |" in as_markdown(REPORT)


def test_long_lists_are_folded_and_empty_ones_are_skipped() -> None:
    assert "<details><summary>Added: 1</summary>\n\n|" in as_markdown(REPORT)
    assert "Nothing here" not in as_markdown(REPORT)

"""Reports of titles, sentences and tables, for a terminal or as Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table as RichTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console


@dataclass(frozen=True)
class Table:
    """A table of words and numbers; numbers and percentages are right-aligned.

    Attributes:
        title: title of the table.
        columns: column headers.
        rows: rows with one cell per column.
        is_detail: whether Markdown shows it folded.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    is_detail: bool = False


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes:
        title: title of the report.
        sentences: the summary.
        warnings: caveats for the reader.
        tables: tables; those without rows are skipped.
        remarks: limitations, in small print.
    """

    title: str
    sentences: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    remarks: tuple[str, ...] = ()


def print_document(document: Document, console: Console) -> None:
    """Print a report to a terminal."""
    console.print(f"[bold]{escape(document.title)}[/]", highlight=False)
    for sentence in document.sentences:
        console.print(escape(sentence), highlight=False)
    for warning in document.warnings:
        console.print(f"[yellow]![/] {escape(warning)}", highlight=False)
    for table in filter(_has_rows, document.tables):
        console.print()
        console.print(_rich(table), highlight=False)
    for remark in document.remarks:
        console.print(f"\n{escape(remark)}", style="dim", highlight=False)


def as_markdown(document: Document) -> str:
    """Return a report as Markdown, for example for a pull request."""
    return "\n\n".join(_blocks(document)) + "\n"


def _rich(table: Table) -> RichTable:
    shown = RichTable(title=escape(table.title), title_justify="left", title_style="bold cyan")
    for number, column in enumerate(table.columns):
        shown.add_column(escape(column), justify="right" if _is_number(table, number) else "left")
    for row in table.rows:
        shown.add_row(*(escape(str(cell)) for cell in row))
    return shown


def _blocks(document: Document) -> Iterator[str]:
    yield f"### {_plain(document.title)}"
    yield from map(_plain, document.sentences)
    if document.warnings:
        yield "\n".join(f"> ⚠ {_plain(warning)}  " for warning in document.warnings)
    for table in filter(_has_rows, document.tables):
        if table.is_detail:
            yield f"<details><summary>{_plain(table.title)}</summary>"
            yield _rows(table)
            yield "</details>"
        else:
            yield f"**{_plain(table.title)}**"
            yield _rows(table)
    for remark in document.remarks:
        yield f"<sub>{_plain(remark)}</sub>"


def _rows(table: Table) -> str:
    lines = [
        _row(table.columns),
        _row(["---:" if _is_number(table, at) else "---" for at in range(len(table.columns))]),
        *(_row([_plain(str(cell)) for cell in row]) for row in table.rows),
    ]
    return "\n".join(lines)


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(words: str) -> str:
    """Return the words in one line, with Markdown's special characters escaped."""
    signs = {"\\": "\\\\", "|": "\\|", "<": "&lt;", ">": "&gt;", "*": "\\*", "_": "\\_", "`": "\\`"}
    return " ".join("".join(signs.get(sign, sign) for sign in words).split())


def _has_rows(table: Table) -> bool:
    return bool(table.rows)


def _is_number(table: Table, column: int) -> bool:
    cells = [row[column] for row in table.rows]
    return all(isinstance(cell, int | float) or str(cell).endswith(" %") for cell in cells)

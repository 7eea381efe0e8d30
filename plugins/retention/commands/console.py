"""Console output of the commands: one console, one style for problems, warnings and progress."""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from retention.project.strict_model import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from retention.workbench.report import Document

console = Console()
stderr_console = Console(stderr=True)  # for output that is not the command's result


class Style(StrEnum):
    """Output format of a report: for a terminal, a pull request or a program."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


def print_line(line: str) -> None:
    """Print a line without markup."""
    console.print(escape(line), soft_wrap=True, highlight=False)


def print_problems(problems: Iterable[str]) -> None:
    """Print problems that must be fixed, one per line."""
    for problem in problems:
        console.print(f"[red]✗[/] {escape(problem)}", soft_wrap=True, highlight=False)


def print_warnings(warnings: Iterable[str]) -> None:
    """Print possible problems, one per line."""
    for warning in warnings:
        console.print(f"[yellow]![/] {escape(warning)}", soft_wrap=True, highlight=False)


def print_error(error: Exception) -> None:
    """Print why a command failed."""
    if isinstance(error, SettingsError):
        print_problems(error.problems)
        return
    console.print(f"[bold red]{type(error).__name__}[/]: {escape(str(error))}", soft_wrap=True)


def print_report(found: object, document: Document, style: Style) -> None:
    """Print a result, as a report or as JSON data."""
    import orjson  # keeps `--help` fast

    from retention.workbench.report import as_markdown, print_document

    if style is Style.TABLE:
        print_document(document, console)
    elif style is Style.MARKDOWN:
        typer.echo(as_markdown(document), nl=False)
    else:
        typer.echo(orjson.dumps(found, default=sorted, option=orjson.OPT_INDENT_2))


def counted(count: int, thing: str) -> str:
    """Return `1 problem` or `2 problems`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


@contextmanager
def progress_bars(shown_on: Console = console) -> Iterator[Callable[[str, int, int], None]]:
    """Show one progress bar per table; yield a callback (table, rows done, total rows)."""
    columns = (
        TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=shown_on) as progress:
        shown = {}

        def report(table: str, rows: int, total: int) -> None:
            if table not in shown:
                shown[table] = progress.add_task(table, total=total)
            progress.update(shown[table], completed=rows, total=total)

        yield report

"""How the commands speak: one console, and one look for problems, warnings and progress."""

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
beside = Console(stderr=True)  # what is no part of a command's output


class Style(StrEnum):
    """How a report is told: to a person, to a pull request, or to a program."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


def tell(line: str) -> None:
    """Print a line as it is."""
    console.print(escape(line), soft_wrap=True, highlight=False)


def tell_problems(problems: Iterable[str]) -> None:
    """Print what must be mended, a line each."""
    for problem in problems:
        console.print(f"[red]✗[/] {escape(problem)}", soft_wrap=True, highlight=False)


def tell_warnings(warnings: Iterable[str]) -> None:
    """Print what may be wrong, a line each."""
    for warning in warnings:
        console.print(f"[yellow]![/] {escape(warning)}", soft_wrap=True, highlight=False)


def tell_error(error: Exception) -> None:
    """Print why a command did not do what was asked."""
    if isinstance(error, SettingsError):
        tell_problems(error.problems)
        return
    console.print(f"[bold red]{type(error).__name__}[/]: {escape(str(error))}", soft_wrap=True)


def tell_report(found: object, document: Document, style: Style) -> None:
    """Print what was found, as a report or as the data it was made of."""
    import orjson  # `--help` need not wait for it

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
def bars(shown_on: Console = console) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar a table; yield what to call with (table, rows so far, rows in all)."""
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

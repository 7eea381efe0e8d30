"""The `retention` command: what engineers and analysts do outside Airflow."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from retention.manifest import ManifestError
from retention.shop import project_directory, read_shop
from retention.strict_model import SettingsError

MENDABLE = (ManifestError, SettingsError, psycopg.OperationalError)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Paluu's engine. The database is the one that PGHOST, PGPORT, PGUSER, PGPASSWORD and "
    "PGDATABASE name.",
)
load = typer.Typer(no_args_is_help=True, help="Fill the raw tables with data to try Paluu on.")
app.add_typer(load, name="load")
console = Console()


@app.command()
def migrate() -> None:
    """Create the ledger's tables, or bring them to this version's form."""
    from retention.ledger.migration import migrate as migrate_ledger

    migrate_ledger()
    console.print("The ledger is up to date.")


@app.command()
def check() -> None:
    """Check that settings, campaigns, mails and suites fit together, and say all that does not.

    The dbt manifest, from which Airflow draws the night, is brought up to date on the way.
    """
    from retention.project_check import check_project

    found = check_project(project_directory())
    looked_at = f"{found.campaigns} campaigns, {found.mails} mails, {found.suites} suites"
    if not found.problems:
        console.print(f"checked {looked_at}: all fits together")
        return
    for problem in found.problems:
        console.print(f"[red]✗[/] {escape(problem)}", soft_wrap=True, highlight=False)
    if found.mails == 0:
        console.print("The mails are looked at once the shop's settings are right.")
    count = len(found.problems)
    counted = "1 problem" if count == 1 else f"{count} problems"
    console.print(f"[bold red]{counted}[/] in {project_directory()}", soft_wrap=True)
    raise typer.Exit(1)


@load.command("complete-journey")
def complete_journey(
    last_day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Local date of the last purchase. The dates move by whole weeks to reach it, "
            "and what would lie after it is left out. [default: yesterday]",
        ),
    ] = None,
) -> None:
    """Load The Complete Journey: a year of real purchases of 2,469 households.

    What the public data lack (names, addresses, languages, consents) is made up from the household
    id. Everything that the raw tables held before is replaced.
    """
    from retention.complete_journey.load import load_complete_journey
    from retention.database import connect

    end = last_day.date() if last_day else _yesterday()
    columns = (
        TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console) as progress, connect() as connection:
        bars = {}

        def report(table: str, rows: int, total: int) -> None:
            if table not in bars:
                bars[table] = progress.add_task(table, total=total)
            progress.update(bars[table], completed=rows)

        load_complete_journey(connection, end, report)
    console.print(f"Loaded; the last purchases are of {end}.")


def main() -> None:
    """Run the command; what a person can mend is told in a line, not in a traceback."""
    try:
        app()
    except MENDABLE as error:
        console.print(f"[bold red]{type(error).__name__}[/]: {escape(str(error))}", soft_wrap=True)
        raise SystemExit(1) from None


def _yesterday() -> date:
    shop = read_shop()
    # The command is the outermost place, where the clock may be read.
    return shop.local_date(datetime.now(tz=shop.zone)) - timedelta(days=1)  # noqa: TID251

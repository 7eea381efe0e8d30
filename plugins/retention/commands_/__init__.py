"""The `retention` command: what engineers and analysts do outside Airflow."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from retention.explain.languages import Locale
from retention.explain.signals import NothingToExplainError
from retention.manifest import ManifestError
from retention.raw.contract import RawTablesHoldRowsError, require_empty_raw_tables
from retention.shop import project_directory, read_shop
from retention.strict_model import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MENDABLE = (
    ManifestError,
    SettingsError,
    NothingToExplainError,
    RawTablesHoldRowsError,
    psycopg.OperationalError,
)
Replace = Annotated[bool, typer.Option("--replace", help="Lose what the raw tables hold now.")]

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


@app.command()
def fit(
    night: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Local date; purchases before its 00:00 count. [default: today]",
        ),
    ] = None,
) -> None:
    """Fit the models of `fitted_models` on the warehouse's purchases, as the night does.

    What they find takes the place of what was found before. Not while a night is being computed.
    """
    from retention.database import connect
    from retention.fits.run import fit_models

    shop = read_shop()
    now = datetime.now(tz=shop.zone)  # noqa: TID251 - the outermost place
    with connect() as connection:
        day = night.date() if night else shop.local_date(now)
        verdicts = fit_models(connection, shop.fitted_models, day, now)
    for verdict in verdicts:
        console.print(f"{'✓' if verdict.is_kept else '✗'} {verdict.message}", soft_wrap=True)
    if not all(verdict.is_kept for verdict in verdicts):
        raise typer.Exit(1)


@app.command()
def explain(
    customer_id: Annotated[str, typer.Argument(help="The shop's own id of the customer.")],
    locale: Annotated[Locale, typer.Option(help="The reader's language.")] = Locale.EN,
) -> None:
    """Tell in plain words what is known of a customer, on what evidence, and what was sent.

    It tells of the night for which the marts were last built.
    """
    from retention.database import connect
    from retention.explain.page import explain_customer, print_page

    with connect() as connection:
        print_page(explain_customer(connection, customer_id, locale), locale, console)


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
    *,
    replace: Replace = False,
) -> None:
    """Load The Complete Journey: a year of real purchases of 2,469 households.

    What the public data lack (names, addresses, languages, consents) is made up from the household
    id. Raw tables that hold rows are left alone, unless they may be replaced.
    """
    from retention.complete_journey.load import load_complete_journey
    from retention.database import connect

    end = last_day.date() if last_day else _yesterday()
    with connect() as connection:
        if not replace:
            require_empty_raw_tables(connection)
        with _bars() as report:
            load_complete_journey(connection, end, report)
    console.print(f"Loaded; the last purchases are of {end}.")


@app.command()
def simulate(
    customers: Annotated[int, typer.Option(help="How many; the shop grows with them.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The same one gives the same shop.")] = 1,
    last_day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Local date of the last purchase. [default: yesterday]"
        ),
    ] = None,
    *,
    replace: Replace = False,
) -> None:
    """Fill the raw tables with two years of a made-up Nordic shop, and `truth` with what it hides.

    Raw tables that hold rows are left alone, unless they may be replaced. The schema `truth` tells
    what the signals of the night after the last day should find, what they should not, and why.
    """
    from retention.database import connect
    from retention.simulation.write import write_simulated_shop

    end = last_day.date() if last_day else _yesterday()
    with connect() as connection:
        if not replace:
            require_empty_raw_tables(connection)
        with _bars() as report:
            written = write_simulated_shop(
                connection, customers=customers, seed=seed, last_day=end, progress=report
            )
    console.print(f"Simulated {written['orders']} orders; the last purchases are of {end}.")


def main() -> None:
    """Run the command; what a person can mend is told in a line, not in a traceback."""
    try:
        app()
    except MENDABLE as error:
        console.print(f"[bold red]{type(error).__name__}[/]: {escape(str(error))}", soft_wrap=True)
        raise SystemExit(1) from None


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar a table; yield what to call with (table, rows so far, rows in all)."""
    columns = (
        TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        bars = {}

        def report(table: str, rows: int, total: int) -> None:
            if table not in bars:
                bars[table] = progress.add_task(table, total=total)
            progress.update(bars[table], completed=rows)

        yield report


def _yesterday() -> date:
    shop = read_shop()
    # The command is the outermost place, where the clock may be read.
    return shop.local_date(datetime.now(tz=shop.zone)) - timedelta(days=1)  # noqa: TID251

"""Commands on the database itself: the ledger's tables, the fitted models, data to try Paluu on."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from retention.commands.console import bars, console

PANEL = "The database"
Replace = Annotated[bool, typer.Option("--replace", help="Lose what the raw tables hold now.")]

app = typer.Typer()
load = typer.Typer(no_args_is_help=True, help="Fill the raw tables with data to try Paluu on.")
app.add_typer(load, name="load", rich_help_panel=PANEL)


@app.command(rich_help_panel=PANEL, epilog="Example: retention migrate")
def migrate() -> None:
    """Create the ledger's tables, or bring them to this version's form."""
    from retention.ledger.migration import migrate as migrate_ledger

    migrate_ledger()
    console.print("The ledger is up to date.")


@app.command(rich_help_panel=PANEL, epilog="Example: retention fit --night 2026-11-22")
def fit(
    night: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Local date; purchases before its 00:00 count.",
            show_default="today",
        ),
    ] = None,
) -> None:
    """Fit the models of `fitted_models` on the warehouse's purchases, as the night does.

    What they find takes the place of what was found before. Not while a night is being computed.
    """
    from retention.database import connect
    from retention.fits.run import fit_models
    from retention.shop import read_shop

    shop = read_shop()
    now = datetime.now(tz=shop.zone)  # noqa: TID251 - the outermost place
    with connect() as connection:
        day = night.date() if night else shop.local_date(now)
        verdicts = fit_models(connection, shop.fitted_models, day, now)
    for verdict in verdicts:
        console.print(f"{'✓' if verdict.is_kept else '✗'} {verdict.message}", soft_wrap=True)
    if not all(verdict.is_kept for verdict in verdicts):
        raise typer.Exit(1)


@load.command(
    "complete-journey", epilog="Example: retention load complete-journey --last-day 2026-11-21"
)
def complete_journey(
    last_day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Local date of the last purchase. The dates move by whole weeks to reach it, "
            "and what would lie after it is left out.",
            show_default="yesterday",
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
    from retention.raw.contract import require_empty_raw_tables

    end = last_day.date() if last_day else _yesterday()
    with connect() as connection:
        if not replace:
            require_empty_raw_tables(connection)
        with bars() as report:
            load_complete_journey(connection, end, report)
    console.print(f"Loaded; the last purchases are of {end}.")


@app.command(rich_help_panel=PANEL, epilog="Example: retention simulate --customers 500")
def simulate(
    customers: Annotated[int, typer.Option(help="How many; the shop grows with them.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The same one gives the same shop.")] = 1,
    last_day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Local date of the last purchase.",
            show_default="yesterday",
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
    from retention.raw.contract import require_empty_raw_tables
    from retention.simulation.write import write_simulated_shop

    end = last_day.date() if last_day else _yesterday()
    with connect() as connection:
        if not replace:
            require_empty_raw_tables(connection)
        with bars() as report:
            written = write_simulated_shop(
                connection, customers=customers, seed=seed, last_day=end, progress=report
            )
    console.print(f"Simulated {written['orders']} orders; the last purchases are of {end}.")


def _yesterday() -> date:
    from retention.shop import read_shop

    shop = read_shop()
    # The command is the outermost place, where the clock may be read.
    return shop.local_date(datetime.now(tz=shop.zone)) - timedelta(days=1)  # noqa: TID251

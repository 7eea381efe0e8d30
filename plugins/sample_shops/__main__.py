"""`python -m sample_shops`: fill the raw tables with a sample shop."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from retention.commands.console import console, progress_bars
from retention.commands.errors import run

Replace = Annotated[bool, typer.Option("--replace", help="Delete what the raw tables hold now.")]

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Fill the raw tables with a sample shop to try Paluu on. PGHOST, PGPORT, PGUSER, "
    "PGPASSWORD and PGDATABASE name the database.",
)


@app.command(
    "complete-journey",
    epilog="Example: python -m sample_shops complete-journey --last-day 2026-11-21",
)
def complete_journey(
    last_day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Local date of the last purchase. All dates move by whole weeks to reach it, "
            "and purchases that would fall after it are dropped.",
            show_default="yesterday",
        ),
    ] = None,
    *,
    replace: Replace = False,
) -> None:
    """Load The Complete Journey: a year of real purchases by 2,469 households.

    The public data have no names, addresses, languages or consents; these are made up from the
    household id. Raw tables that already hold rows are refused unless --replace is given.
    """
    from retention.database import connect
    from retention.raw.contract import require_empty_raw_tables
    from sample_shops.complete_journey.load import load_complete_journey

    end = last_day.date() if last_day else _yesterday()
    with connect() as connection:
        if not replace:
            require_empty_raw_tables(connection)
        with progress_bars() as report:
            load_complete_journey(connection, end, report)
    console.print(f"Loaded; the last purchases are dated {end}.")


@app.command(epilog="Example: python -m sample_shops simulate --customers 500")
def simulate(
    customers: Annotated[int, typer.Option(help="Number of customers.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same shop.")] = 1,
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
    """Fill the raw tables with two years of a made-up Nordic shop.

    The schema `truth` lists what the signals should find on the night after the last day, what they
    should not find, and why. Raw tables that already hold rows are refused unless --replace is
    given.
    """
    from retention.database import connect
    from retention.raw.contract import require_empty_raw_tables
    from sample_shops.simulation.write import write_simulated_shop

    end = last_day.date() if last_day else _yesterday()
    with connect() as connection:
        if not replace:
            require_empty_raw_tables(connection)
        with progress_bars() as report:
            written = write_simulated_shop(
                connection, customers=customers, seed=seed, last_day=end, progress=report
            )
    console.print(f"Simulated {written['orders']} orders; the last purchases are dated {end}.")


def _yesterday() -> date:
    from retention.project.shop import read_shop

    shop = read_shop()
    # Only the outermost command may read the clock.
    return shop.local_date(datetime.now(tz=shop.zone)) - timedelta(days=1)  # noqa: TID251


if __name__ == "__main__":
    run(app)

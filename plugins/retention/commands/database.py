"""Commands for the database itself: the ledger's tables and the fitted models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from retention.commands.console import console

PANEL = "The database"

app = typer.Typer()


@app.command(rich_help_panel=PANEL, epilog="Example: retention migrate")
def migrate() -> None:
    """Create the ledger's tables, or migrate them to this version."""
    from retention.ledger.migration import migrate as migrate_ledger

    migrate_ledger()
    console.print("The ledger is up to date.")


@app.command(rich_help_panel=PANEL, epilog="Example: retention fit --night 2026-11-22")
def fit(
    night: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Local date; purchases before 00:00 of it count.",
            show_default="today",
        ),
    ] = None,
) -> None:
    """Fit the models of `fitted_models` on the warehouse's purchases, as the night does.

    Replaces the previous results. Do not run it while a night is being computed.
    """
    from retention.database import connect
    from retention.fits.run import fit_models
    from retention.project.shop import read_shop

    shop = read_shop()
    now = datetime.now(tz=shop.zone)  # noqa: TID251 - a command reads the clock
    with connect() as connection:
        day = night.date() if night else shop.local_date(now)
        verdicts = fit_models(connection, shop.nights.fitted_models, day, now)
    for verdict in verdicts:
        console.print(f"{'✓' if verdict.is_kept else '✗'} {verdict.message}", soft_wrap=True)
    if not all(verdict.is_kept for verdict in verdicts):
        raise typer.Exit(1)

"""Commands for one customer."""

from __future__ import annotations

from typing import Annotated

import typer

from retention.commands.console import console

app = typer.Typer()


@app.command(
    rich_help_panel="Customers",
    epilog="Examples: retention explain 1001; retention explain 1001 --locale fi --nights 14",
)
def explain(
    customer_id: Annotated[str, typer.Argument(help="The shop's id of the customer.")],
    locale: Annotated[str, typer.Option(help="Language of the output.")] = "en",
    nights: Annotated[
        int, typer.Option(min=1, help="How many nights with decisions to show, latest first.")
    ] = 3,
) -> None:
    """Explain a customer in plain words: signals, decisions and messages.

    Signals are those of the night for which the marts were last built. Decisions and messages come
    from the ledger, night by night.
    """
    from retention.database import connect
    from retention.workbench.explain.page import explain_customer, print_page

    with connect() as connection:
        page = explain_customer(connection, customer_id, locale, nights)
    print_page(page, console)

"""Commands on one customer."""

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
    customer_id: Annotated[str, typer.Argument(help="The shop's own id of the customer.")],
    locale: Annotated[str, typer.Option(help="The reader's language.")] = "en",
    nights: Annotated[
        int, typer.Option(min=1, help="So many nights with a decision are told, the latest first.")
    ] = 3,
) -> None:
    """Tell in plain words what is known of a customer, what was decided, and what was sent.

    What is known is of the night for which the marts were last built; what was decided and sent
    is the ledger's, night by night.
    """
    from retention.database import connect
    from retention.explain.page import explain_customer, print_page

    with connect() as connection:
        page = explain_customer(connection, customer_id, locale, nights)
    print_page(page, console)

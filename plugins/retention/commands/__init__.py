"""The `retention` command: what engineers and analysts do outside Airflow.

Each module holds the commands of one noun in a typer app of its own. They are put together here,
in the order of `retention --help`. A command imports its dependencies when it runs, so that
`--help` is fast.
"""

from __future__ import annotations

import typer

from retention.commands import campaigns, customers, database, mails, project, rewards
from retention.commands.errors import run

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Paluu's engine. PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE choose the database.",
)
for noun in (campaigns, mails, customers, rewards, project, database):
    app.add_typer(noun.app)


def main() -> None:
    """Run the `retention` command."""
    run(app)

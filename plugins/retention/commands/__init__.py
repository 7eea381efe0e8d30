"""The `retention` command: what engineers and analysts do outside Airflow.

A module holds the commands of one noun, with a typer of its own that is put together here, in the
order of `retention --help`. It imports what a command needs when the command runs, so that
`--help` is there at once.
"""

from __future__ import annotations

import typer

from retention.commands import campaigns, customers, database, mails, project, rewards
from retention.commands.errors import run

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Paluu's engine. The database is the one that PGHOST, PGPORT, PGUSER, PGPASSWORD and "
    "PGDATABASE name.",
)
for noun in (campaigns, mails, customers, rewards, project, database):
    app.add_typer(noun.app)


def main() -> None:
    """Run the `retention` command."""
    run(app)

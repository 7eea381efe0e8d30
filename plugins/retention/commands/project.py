"""`retention check`: whether everything that analysts write fits together."""

from __future__ import annotations

import typer

from retention.commands.console import console, counted, tell_problems, tell_warnings

app = typer.Typer()


@app.command(rich_help_panel="The project", epilog="Example: retention words")
def words() -> None:
    """Hand the words of mails to the models: what words/<locale>.yml says, and Unicode CLDR.

    Run it after a change below `mails`, `dates` or `cldr`. It writes
    macros/engine/language_data.sql.
    """
    from retention.shop import project_directory
    from retention.words_in_sql import FILE, write_language_data

    is_new = write_language_data(project_directory())
    console.print(f"{FILE}: {'written' if is_new else 'as it was'}")


@app.command(rich_help_panel="The project", epilog="Example: retention check")
def check() -> None:
    """Check that settings, campaigns, mails and suites fit together, and say all that does not.

    What may be wrong with a mail that can be sent is a warning, as in `retention preview`. The dbt
    manifest, from which Airflow draws the night, is brought up to date on the way.
    """
    from retention.project_check import check_project
    from retention.shop import project_directory

    found = check_project(project_directory())
    tell_problems(found.problems)
    tell_warnings(found.warnings)
    if found.problems:
        if found.mails == 0:
            console.print("The mails are looked at once the shop's settings are right.")
        count = counted(len(found.problems), "problem")
        console.print(f"[bold red]{count}[/] in {project_directory()}", soft_wrap=True)
        raise typer.Exit(1)
    looked_at = f"{found.campaigns} campaigns, {found.mails} mails, {found.suites} suites"
    verdict = counted(len(found.warnings), "warning") if found.warnings else "all fits together"
    console.print(f"checked {looked_at}: {verdict}")

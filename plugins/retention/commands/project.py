"""`retention check`: checks that the files of analysts are consistent."""

from __future__ import annotations

import typer

from retention.commands.console import console, counted, print_problems, print_warnings

app = typer.Typer()


@app.command(rich_help_panel="The project", epilog="Example: retention words")
def words() -> None:
    """Hand the words of mails to the models: what words/<locale>.yml says, and Unicode CLDR.

    Run it after a change below `mails`, `dates` or `cldr`. It writes
    macros/words/language_data.sql.
    """
    from retention.project.shop import project_directory
    from retention.project.words_in_sql import FILE, write_language_data

    is_new = write_language_data(project_directory())
    console.print(f"{FILE}: {'written' if is_new else 'as it was'}")


@app.command(rich_help_panel="The project", epilog="Example: retention check")
def check() -> None:
    """Check that settings, campaigns, mails and suites are consistent, and list every problem.

    Possible mistakes in mails that can be sent are warnings, as in `retention preview`. The check
    also updates the dbt manifest, from which Airflow draws the night.
    """
    from retention.project.shop import project_directory
    from retention.workbench.check import check_project

    found = check_project(project_directory())
    print_problems(found.problems)
    print_warnings(found.warnings)
    if found.problems:
        if found.mails == 0:
            console.print("Mails are checked once the shop's settings are right.")
        count = counted(len(found.problems), "problem")
        console.print(f"[bold red]{count}[/] in {project_directory()}", soft_wrap=True)
        raise typer.Exit(1)
    checked = f"{found.campaigns} campaigns, {found.mails} mails, {found.suites} suites"
    verdict = counted(len(found.warnings), "warning") if found.warnings else "no problems"
    console.print(f"checked {checked}: {verdict}")

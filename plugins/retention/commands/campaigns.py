"""Commands for campaigns: add one, compare an edited one with last night, backtest one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from retention.commands.console import (
    Style,
    print_line,
    print_report,
    print_warnings,
    progress_bars,
    stderr_console,
)

PANEL = "Campaigns"
Campaign = Annotated[str, typer.Argument(help="The name of the campaign's folder.")]
Format = Annotated[
    Style, typer.Option("--format", help="Output for a terminal, a pull request or a program.")
]

app = typer.Typer()
new = typer.Typer(no_args_is_help=True, help="Add something new to dbt_project.")
app.add_typer(new, name="new", rich_help_panel=PANEL)


@new.command(
    "campaign",
    epilog="Examples: retention new campaign comeback --like winback; "
    "retention new campaign thanks; retention new campaign receipt --kind transactional",
)
def new_campaign(
    name: Annotated[str, typer.Argument(help="The new name, in lower_case_with_underscores.")],
    like: Annotated[
        str | None,
        typer.Option(help="A campaign to copy; its names are replaced everywhere."),
    ] = None,
    kind: Annotated[
        Literal["marketing", "transactional"] | None,
        typer.Option(help="The starter to begin with.", show_default="marketing"),
    ] = None,
) -> None:
    """Create a campaign folder with rule, settings, tests, mails and sample, and list it.

    The starter parses, passes its test and finds nobody until its threshold is changed. A copy
    (--like) finds the same customers as the original.
    """
    from retention.project.shop import project_directory
    from retention.workbench.scaffold.new_campaign import make_campaign

    if like and kind:
        message = "--like copies the kind too: drop --kind"
        raise typer.BadParameter(message)
    made = make_campaign(project_directory(), name, like=like, kind=kind or "marketing")
    print_line(f"{made.folder}: {', '.join(made.files)}")
    if made.mentions:
        places = "; ".join(made.mentions)
        print_warnings([f"'{like}' is still mentioned here; check each place: {places}"])
    if like:
        print_warnings([f"From the next night it writes to the same customers as '{like}'."])
    else:
        print_line("It finds nobody yet: the threshold at the top of its .sql is out of reach.")
    print_line(
        "Next: edit the rule (.sql), settings and tests (.yml) and words (email.*.html), then"
    )
    for step in (
        "retention check",
        f"retention preview {name}",
        f"dbt build --select +{name} --vars '{{as_of: \"...\"}}'",
    ):
        print_line(f"  {step}")


@app.command(
    rich_help_panel=PANEL,
    epilog="Examples: retention diff winback; retention diff winback --format markdown",
)
def diff(campaign: Campaign, style: Format = Style.TABLE) -> None:
    """Compare an edited campaign with what last night did.

    Shows the customers it adds, drops and changes, and the effect on the decisions of all
    campaigns. Edited models and their descendants are built in the analyst_ schemas; everything
    else is read from the night's own tables, which are not changed.
    """
    from retention.database import connect
    from retention.project.shop import project_directory
    from retention.workbench.diff.comparison import compare_with_night
    from retention.workbench.diff.report import describe

    with connect() as connection, progress_bars(stderr_console) as report:
        found = compare_with_night(connection, project_directory(), campaign, report)
    print_report(found, describe(found), style)


@app.command(
    rich_help_panel=PANEL,
    epilog="Example: retention backtest winback --from 2026-10-01 --to 2026-10-31 --every 7",
)
def backtest(  # noqa: PLR0913 - an option each
    campaign: Campaign,
    *,
    first: Annotated[
        datetime,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Local date of the first night."),
    ],
    last: Annotated[
        datetime,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Local date; no later night is replayed."),
    ],
    every: Annotated[int, typer.Option(min=1, help="Replay every N-th night.")] = 7,
    window: Annotated[
        int, typer.Option(min=1, help="Count purchases within this many days of a night.")
    ] = 14,
    style: Format = Style.TABLE,
) -> None:
    """Replay a campaign's rule over past nights: candidates, what blocks them, who buys anyway.

    Each night is built as of its date, with the messages that earlier replayed nights would have
    sent, in separate schemas that are dropped at the end. One night takes as long as a `dbt build`
    of the whole project.
    """
    from retention.project.shop import project_directory, read_shop
    from retention.workbench.backtest.replay import Replay
    from retention.workbench.backtest.replay import backtest as run
    from retention.workbench.backtest.report import describe

    project = project_directory()
    now = datetime.now(tz=read_shop(project).zone)  # noqa: TID251 - a command reads the clock
    replay = Replay(campaign, first.date(), last.date(), every, window)
    with progress_bars(stderr_console) as report:
        found = run(project, replay, now, report)
    print_report(found, describe(found), style)

"""Commands on campaigns: add one, see what a change of one does, replay one over the past."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from retention.commands.console import Style, bars, beside, tell, tell_report, tell_warnings

PANEL = "Campaigns"
Campaign = Annotated[str, typer.Argument(help="The campaign, by the name of its folder.")]
Format = Annotated[
    Style, typer.Option("--format", help="For a terminal, a pull request, or a program.")
]

app = typer.Typer()
new = typer.Typer(no_args_is_help=True, help="Make something new under dbt_project.")
app.add_typer(new, name="new", rich_help_panel=PANEL)


@new.command(
    "campaign",
    epilog="Examples: retention new campaign comeback --like winback; "
    "retention new campaign thanks; retention new campaign receipt --kind transactional",
)
def new_campaign(
    name: Annotated[str, typer.Argument(help="Its name: lower-case words_with_underscores.")],
    like: Annotated[
        str | None,
        typer.Option(help="The campaign to copy, with all of its names changed."),
    ] = None,
    kind: Annotated[
        Literal["marketing", "transactional"] | None,
        typer.Option(help="What to begin with.", show_default="marketing"),
    ] = None,
) -> None:
    """Make a campaign's folder with rule, settings, tests, mails and sample, and list it.

    What it begins with parses, passes its test and finds nobody until its number is changed; with
    --like it is a copy that finds whom the other one finds.
    """
    from retention.project.shop import project_directory
    from retention.workbench.scaffold.new_campaign import make_campaign

    if like and kind:
        message = "--like copies the kind too: leave --kind out"
        raise typer.BadParameter(message)
    made = make_campaign(project_directory(), name, like=like, kind=kind or "marketing")
    tell(f"{made.folder}: {', '.join(made.files)}")
    if made.mentions:
        places = "; ".join(made.mentions)
        tell_warnings([f"Is '{like}' meant where it still stands? {places}"])
    if like:
        tell_warnings([f"It writes to whom '{like}' writes to, from the next night on."])
    else:
        tell("It finds nobody yet: the number on top of its .sql is out of reach.")
    tell("Next: edit whom (.sql), settings and tests (.yml) and words (email.*.html), then")
    for step in (
        "retention check",
        f"retention preview {name}",
        f"dbt build --select +{name} --vars '{{as_of: \"...\"}}'",
    ):
        tell(f"  {step}")


@app.command(
    rich_help_panel=PANEL,
    epilog="Examples: retention diff winback; retention diff winback --format markdown",
)
def diff(campaign: Campaign, style: Format = Style.TABLE) -> None:
    """Show what an edited campaign would have done last night, against what the night did.

    Whom it adds, drops and finds otherwise, and what that does to the decisions of all campaigns.
    Builds what was edited, and what reads it, in the analyst_ schemas; reads the rest from the
    night's own tables, which stay as they are.
    """
    from retention.database import connect
    from retention.project.shop import project_directory
    from retention.workbench.diff.comparison import compare_with_night
    from retention.workbench.diff.report import describe

    with connect() as connection, bars(beside) as report:
        found = compare_with_night(connection, project_directory(), campaign, report)
    tell_report(found, describe(found), style)


@app.command(
    rich_help_panel=PANEL,
    epilog="Example: retention backtest winback --from 2026-10-01 --to 2026-10-31 --every 7",
)
def backtest(  # noqa: PLR0913 - an option each
    campaign: Campaign,
    *,
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Local date of a night.")
    ],
    last: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last one, at most.")
    ],
    every: Annotated[int, typer.Option(min=1, help="Replay each so many-th night.")] = 7,
    window: Annotated[
        int, typer.Option(min=1, help="For so many days from a night on, purchases count.")
    ] = 14,
    style: Format = Style.TABLE,
) -> None:
    """Replay a campaign's rule over past nights: whom it finds, what stops it, who buys anyway.

    Each night is built as of its date, with the messages that the replayed nights before it would
    have sent, in schemas of the replay's own that are dropped in the end. A night takes as long as
    `dbt build` of the whole project.
    """
    from retention.project.shop import project_directory, read_shop
    from retention.workbench.backtest.replay import Replay
    from retention.workbench.backtest.replay import backtest as run
    from retention.workbench.backtest.report import describe

    project = project_directory()
    now = datetime.now(tz=read_shop(project).zone)  # noqa: TID251 - the outermost place
    replay = Replay(campaign, first.date(), last.date(), every, window)
    with bars(beside) as report:
        found = run(project, replay, now, report)
    tell_report(found, describe(found), style)

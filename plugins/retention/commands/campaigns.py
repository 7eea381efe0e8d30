"""Commands on campaigns: add one."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from retention.commands.console import tell, tell_warnings

PANEL = "Campaigns"

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
    from retention.scaffold.new_campaign import make_campaign
    from retention.shop import project_directory

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

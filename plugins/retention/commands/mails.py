"""Commands on the mails of a campaign: look at them, send one to oneself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from retention.commands.console import counted, tell, tell_problems, tell_warnings

if TYPE_CHECKING:
    from pathlib import Path

    from retention.mail_data import MailData
    from retention.preview.previews import Preview
    from retention.shop import Shop

PANEL = "Mails"
ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
Campaign = Annotated[str, typer.Argument(help="The campaign, by the name of its folder.")]
Customer = Annotated[
    str | None,
    typer.Option(
        "--customer",
        help="A candidate of the campaign in its last build, yours (analyst_campaigns) or the "
        "night's.",
        show_default="the made-up one of sample.yml",
    ),
]
Locale = Annotated[
    str | None, typer.Option("--locale", help="The one language to show.", show_default="all")
]

app = typer.Typer()


@app.command(
    rich_help_panel=PANEL,
    epilog="Examples: retention preview winback; retention preview winback --customer 1001 "
    "--locale fi; retention preview --all",
)
def preview(
    campaign: Annotated[
        str | None, typer.Argument(help="The campaign, by the name of its folder.")
    ] = None,
    customer: Customer = None,
    locale: Locale = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="The mails of all campaigns.")] = False,
) -> None:
    """Show a campaign's mails as readers would see them, and warn of what may be wrong.

    Writes a page under build/preview, and where SENDGRID_API_URL leads to a sandbox on this
    machine, puts the mails into its inbox too. Warnings leave the exit code 0, errors make it 1.
    """
    from retention.preview.page import INDEX, preview_folder, write_index
    from retention.shop import project_directory, read_shop

    if every == (campaign is not None):
        message = "name one campaign, or ask for --all"
        raise typer.BadParameter(message)
    if every and customer:
        message = "--customer is one campaign's candidate: name the campaign instead of --all"
        raise typer.BadParameter(message)
    shop = read_shop()
    if campaign is not None:
        _show(shop, campaign, customer, locale)
        return
    shown = [_try_to_show(shop, name, locale) for name in shop.campaigns]
    sound = [each for each in shown if each is not None]
    folder = preview_folder(project_directory())
    write_index(sound, folder)
    tell(f"All of them: {folder / INDEX}")
    if len(sound) < len(shown):
        raise typer.Exit(1)


@app.command(
    "send-test",
    rich_help_panel=PANEL,
    epilog="Example: retention send-test winback --to me@shop.example --customer 1001",
)
def send_test(
    campaign: Campaign,
    to: Annotated[str, typer.Option(help="Your own address. It is neither logged nor kept.")],
    customer: Customer = None,
    locale: Annotated[
        str | None,
        typer.Option(help="Its language.", show_default="the customer's, or the shop's default"),
    ] = None,
) -> None:
    """Send one mail of a campaign to yourself, marked as a test.

    It counts nowhere: the ledger has no row of it, so no cap and no report knows it. Its
    unsubscribe link leads to the shop, since a test must sign nobody off.
    """
    from retention.preview.previews import find_campaign
    from retention.preview.trials import render_for_test, send_test_mail
    from retention.shop import project_directory, read_shop

    if not ADDRESS.fullmatch(to):
        message = "--to is no mail address"
        raise typer.BadParameter(message)
    project, shop = project_directory(), read_shop()
    data = _read_data(project, shop, campaign, customer)
    mail = render_for_test(project, shop, find_campaign(project, campaign), data, locale)
    tell(f"{campaign} ({mail.locale}), shown with {data.origin}")
    tell(f"SendGrid has it as {send_test_mail(mail, shop, to)}, category 'test'.")


def _try_to_show(shop: Shop, campaign: str, locale: str | None) -> Preview | None:
    """Show a campaign; where that fails, tell why and return None."""
    from retention.strict_model import SettingsError

    try:
        return _show(shop, campaign, None, locale, has_index=True)
    except SettingsError as error:
        tell_problems(error.problems)
        return None


def _show(
    shop: Shop, campaign: str, customer: str | None, locale: str | None, *, has_index: bool = False
) -> Preview:
    from retention.preview.page import preview_folder, write_page
    from retention.preview.previews import find_campaign, preview_campaign
    from retention.preview.trials import put_into_inbox
    from retention.shop import project_directory

    project = project_directory()
    data = _read_data(project, shop, campaign, customer)
    seen = preview_campaign(project, shop, find_campaign(project, campaign), data, locale)
    locales = ", ".join(mail.locale for mail in seen.mails)
    tell(f"{campaign} ({locales}), shown with {data.origin}")
    tell_warnings(seen.warnings)
    if seen.warnings:
        tell(counted(len(seen.warnings), "warning"))
    tell(f"Page: {write_page(seen, shop, preview_folder(project), has_index=has_index)}")
    if inbox := put_into_inbox(seen.mails, shop):
        tell(f"Inbox: {inbox}")
    return seen


def _read_data(project: Path, shop: Shop, campaign: str, customer: str | None) -> MailData:
    from retention.database import connect
    from retention.mail_data import read_sample_data
    from retention.preview.candidates import read_candidate_data
    from retention.preview.previews import find_campaign

    found = find_campaign(project, campaign)
    if customer is None:
        return read_sample_data(project, found.name)
    with connect() as connection:
        return read_candidate_data(connection, project, shop, found, customer)

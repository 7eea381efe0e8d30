"""Commands for the mails of a campaign: preview them, send yourself a test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from retention.commands.console import counted, print_line, print_problems, print_warnings

if TYPE_CHECKING:
    from pathlib import Path

    from retention.mail.candidate import MailData
    from retention.project.shop import Shop
    from retention.workbench.preview.previews import Preview

PANEL = "Mails"
ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
Campaign = Annotated[str, typer.Argument(help="The name of the campaign's folder.")]
Customer = Annotated[
    str | None,
    typer.Option(
        "--customer",
        help="A candidate of the campaign in its last build: yours (analyst_campaigns) or the "
        "night's.",
        show_default="the sample of sample.yml",
    ),
]
Locale = Annotated[
    str | None, typer.Option("--locale", help="Show only this language.", show_default="all")
]

app = typer.Typer()


@app.command(
    rich_help_panel=PANEL,
    epilog="Examples: retention preview winback; retention preview winback --customer 1001 "
    "--locale fi; retention preview --all",
)
def preview(
    campaign: Annotated[
        str | None, typer.Argument(help="The name of the campaign's folder.")
    ] = None,
    customer: Customer = None,
    locale: Locale = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="The mails of all campaigns.")] = False,
) -> None:
    """Show a campaign's mails as readers would see them, with warnings about possible mistakes.

    Writes a page to build/preview. If SENDGRID_API_URL points to a sandbox on this machine, the
    mails also go to its inbox. The exit code is 0 with warnings and 1 with errors.
    """
    from retention.project.shop import project_directory, read_shop
    from retention.workbench.preview.page import INDEX, preview_folder, write_index

    if every == (campaign is not None):
        message = "name one campaign, or use --all"
        raise typer.BadParameter(message)
    if every and customer:
        message = "--customer needs a campaign: name it instead of --all"
        raise typer.BadParameter(message)
    shop = read_shop()
    if campaign is not None:
        _show(shop, campaign, customer, locale)
        return
    shown = [_try_to_show(shop, name, locale) for name in shop.nights.campaigns]
    complete = [each for each in shown if each is not None]
    folder = preview_folder(project_directory())
    write_index(complete, folder)
    print_line(f"Index: {folder / INDEX}")
    if len(complete) < len(shown):
        raise typer.Exit(1)


@app.command(
    "send-test",
    rich_help_panel=PANEL,
    epilog="Example: retention send-test winback --to me@shop.example --customer 1001",
)
def send_test(
    campaign: Campaign,
    to: Annotated[str, typer.Option(help="Your own address. It is neither logged nor stored.")],
    customer: Customer = None,
    locale: Annotated[
        str | None,
        typer.Option(help="Language of the mail.", show_default="the customer's or the default"),
    ] = None,
) -> None:
    """Send one mail of a campaign to yourself, marked as a test.

    The ledger does not record it, so no cap and no report counts it. Its unsubscribe link leads to
    the shop, since a test must not unsubscribe anybody.
    """
    from retention.project.shop import project_directory, read_shop
    from retention.workbench.preview.previews import find_campaign
    from retention.workbench.preview.trials import render_for_test, send_test_mail

    if not ADDRESS.fullmatch(to):
        message = "--to is not an email address"
        raise typer.BadParameter(message)
    project, shop = project_directory(), read_shop()
    data = _read_data(project, shop, campaign, customer)
    mail = render_for_test(project, shop, find_campaign(project, campaign), data, locale)
    print_line(f"{campaign} ({mail.locale}), shown with {data.origin}")
    print_line(f"SendGrid accepted it as {send_test_mail(mail, shop, to)}, category 'test'.")


def _try_to_show(shop: Shop, campaign: str, locale: str | None) -> Preview | None:
    """Show a campaign; on failure print the problems and return None."""
    from retention.project.strict_model import SettingsError

    try:
        return _show(shop, campaign, None, locale, has_index=True)
    except SettingsError as error:
        print_problems(error.problems)
        return None


def _show(
    shop: Shop, campaign: str, customer: str | None, locale: str | None, *, has_index: bool = False
) -> Preview:
    from retention.project.shop import project_directory
    from retention.workbench.preview.page import preview_folder, write_page
    from retention.workbench.preview.previews import find_campaign, preview_campaign
    from retention.workbench.preview.trials import send_to_inbox

    project = project_directory()
    data = _read_data(project, shop, campaign, customer)
    seen = preview_campaign(project, shop, find_campaign(project, campaign), data, locale)
    locales = ", ".join(mail.locale for mail in seen.mails)
    print_line(f"{campaign} ({locales}), shown with {data.origin}")
    print_warnings(seen.warnings)
    if seen.warnings:
        print_line(counted(len(seen.warnings), "warning"))
    print_line(f"Page: {write_page(seen, shop, preview_folder(project), has_index=has_index)}")
    if inbox := send_to_inbox(seen.mails, shop):
        print_line(f"Inbox: {inbox}")
    return seen


def _read_data(project: Path, shop: Shop, campaign: str, customer: str | None) -> MailData:
    from retention.database import connect
    from retention.mail.candidate import read_sample_data
    from retention.workbench.preview.candidates import read_candidate_data
    from retention.workbench.preview.previews import find_campaign

    found = find_campaign(project, campaign)
    if customer is None:
        return read_sample_data(project, found.name)
    with connect() as connection:
        return read_candidate_data(connection, project, shop, found, customer)

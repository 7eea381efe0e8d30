"""`retention rewards ...` and `retention gift-cards ...`, for the accountant and support."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from retention.commands.console import console
from retention.project.shop import read_shop

if TYPE_CHECKING:
    import psycopg

    from retention.ledger.gift_cards import GiftCard

PANEL = "Rewards"

app = typer.Typer()
rewards = typer.Typer(no_args_is_help=True, help="Quarterly rewards: show a run, or reject it.")
gift_cards = typer.Typer(no_args_is_help=True, help="Single gift cards, and the pool of codes.")
app.add_typer(rewards, name="rewards", rich_help_panel=PANEL)
app.add_typer(gift_cards, name="gift-cards", rich_help_panel=PANEL)

SOME_CARD = "6d3f2a10-5f0e-4c8e-9c55-0b7f6f6f2c11"
QuarterName = Annotated[str, typer.Argument(help="The quarter, such as 2026Q3.")]
CardId = Annotated[UUID, typer.Argument(help="The card's id, from `gift-cards of`.")]
Reason = Annotated[str, typer.Option(help="The reason, which is recorded.")]


@rewards.command(epilog="Example: retention rewards show 2026Q3")
def show(quarter: QuarterName) -> None:
    """Show a quarter's run: totals by tier, the ten largest rewards, a comparison, and its cards.

    The checksum of the frozen grades is computed again and must match the recorded one.
    """
    from rich.markdown import Markdown

    from retention.database import connect
    from retention.jobs.grant_quarterly_rewards import find
    from retention.ledger.reward_runs import checksum, list_frozen_grades
    from retention.rewards.summary import describe, headline, summarize

    with connect() as connection:
        run = find(connection, quarter)
        summary = summarize(connection, run)
        console.print(f"[bold]{headline(summary)}[/]: {run.state}", highlight=False)
        if run.decided_by:
            reason = f": {run.decision_reason}" if run.decision_reason else ""
            console.print(
                escape(
                    f"Decided at {run.decided_at:%Y-%m-%d %H:%M} UTC by {run.decided_by}{reason}"
                ),
                soft_wrap=True,
                highlight=False,
            )
        console.print(Markdown(describe(summary)))
        same = checksum(list_frozen_grades(connection, run.run)) == run.checksum
        verdict = "it matches" if same else "[bold red]DIFFERENT: the ledger was tampered with[/]"
        console.print(f"Checksum of the frozen grades, computed again: {verdict}.")
        _print_cards(connection, run.run)
    if not same:
        raise typer.Exit(1)


@rewards.command(epilog="Example: retention rewards reject 2026Q3 --reason 'returns are missing'")
def reject(quarter: QuarterName, reason: Reason) -> None:
    """Reject a run that waits for a decision, when this is no longer possible in Airflow."""
    from retention.database import connect
    from retention.jobs.grant_quarterly_rewards import find
    from retention.ledger.reward_runs import Decision, RunState
    from retention.rewards.decision import reject as reject_run

    with connect() as connection:
        run = find(connection, quarter)
        reject_run(connection, run, Decision(RunState.REJECTED, getpass.getuser(), reason), _now())
    console.print(f"{run.run} is rejected; {quarter} can be run again.")


@gift_cards.command("import", epilog="Example: retention gift-cards import pool.csv")
def import_pool(
    file: Annotated[Path, typer.Argument(help="CSV: code,currency,amount,expires_date.")],
) -> None:
    """Import the merchant's own codes, all or none; codes that are already known are listed."""
    from retention.database import connect
    from retention.ledger.gift_card_pool import count_pool_codes, list_waiting_runs
    from retention.rewards.pool_import import import_codes

    now = _now()
    with connect() as connection:
        imported = import_codes(connection, file, now)
        replaced = _issue_replacements(connection, now)
        left = count_pool_codes(connection, read_shop().local_date(now))
        waiting = list_waiting_runs(connection)
    for line in imported.known_lines:
        console.print(f"{file.name}, line {line}: the code is already known and was not changed")
    console.print(f"Imported {imported.added} codes. {replaced}The pool now holds:")
    for each in left:
        console.print(f"  {each.code_count} of {each.amount} {each.currency}", highlight=False)
    for run in waiting:
        console.print(f"{run} waits for codes: clear its run of grant_quarterly_rewards")


@gift_cards.command("of", epilog="Example: retention gift-cards of 1001")
def cards_of(
    customer_id: Annotated[str, typer.Argument(help="The shop's id of the customer.")],
) -> None:
    """List a customer's gift cards, with only the last four characters of each code."""
    from retention.database import connect
    from retention.ledger.gift_cards import list_cards

    table = Table("card", "for", "worth", "state", "code ends in", "valid to", "void because")
    with connect() as connection:
        for card in list_cards(connection, customer_id):
            table.add_row(
                str(card.card_id),
                f"{card.source} {card.occasion}",
                f"{card.amount} {card.currency}",
                card.state,
                card.code_last_four or "",
                str(card.expires_date or ""),
                escape(card.cancel_reason or ""),
            )
    console.print(table)


@gift_cards.command(
    epilog=f"Example: retention gift-cards void {SOME_CARD} --reason 'sent in error'"
)
def void(card_id: CardId, reason: Reason) -> None:
    """Void a card without replacing it."""
    from retention.database import connect
    from retention.rewards.reissue import void as make_void

    with connect() as connection:
        card = make_void(connection, card_id, by=getpass.getuser(), reason=reason, now=_now())
    console.print(f"Gift card {card_id} is void.")
    _print_block_reminder(card)


@gift_cards.command(
    epilog=f"Example: retention gift-cards reissue {SOME_CARD} --reason 'the mail was lost'"
)
def reissue(card_id: CardId, reason: Reason) -> None:
    """Void a card whose code is lost, and issue a replacement of the same value.

    The next night's mails include the replacement's.
    """
    from retention.database import connect
    from retention.ledger.gift_cards import Batch
    from retention.rewards.issue import issue_planned
    from retention.rewards.reissue import reissue as replace_card

    now = _now()
    with connect() as connection:
        lost, made = replace_card(connection, card_id, by=getpass.getuser(), reason=reason, now=now)
        console.print(f"Gift card {card_id} is void; {made} replaces it.")
        _print_block_reminder(lost)
        issue_planned(connection, Batch(lost.source), read_shop(), now)


def _issue_replacements(connection: psycopg.Connection, now: datetime) -> str:
    """Issue codes to replacement cards, which belong to no run; return a sentence on the result."""
    from retention.ledger.gift_cards import Batch
    from retention.rewards.issue import QUARTERLY, PoolEmptyError, issue_planned

    try:
        issued = issue_planned(connection, Batch(QUARTERLY), read_shop(), now)
    except PoolEmptyError:
        return "Replacement cards still lack codes. "
    return f"{issued} replacement cards took theirs. " if issued else ""


def _print_cards(connection: psycopg.Connection, run: str) -> None:
    from retention.ledger.gift_cards import count_states

    table = Table("cards", "their mail", "number", "worth")
    stranded = []
    for each in count_states(connection, run):
        stranded += each.stranded
        table.add_row(
            each.state,
            each.mail_state or "none yet",
            str(each.card_count),
            f"{each.amount} {each.currency}",
        )
    if table.row_count:
        console.print(table)
    if stranded:
        console.print(
            "The mails of these cards were not delivered. Once the address is right:"
            " retention gift-cards reissue",
            soft_wrap=True,
        )
    for card in stranded:
        console.print(f"  {card}", highlight=False)


def _print_block_reminder(card: GiftCard) -> None:
    if card.is_from_pool and card.code_last_four:
        console.print(
            f"Its code is one of the merchant's own: also block the code that ends in"
            f" {card.code_last_four} in the merchant's system.",
            soft_wrap=True,
        )


def _now() -> datetime:
    return datetime.now(tz=read_shop().zone)  # noqa: TID251 - a command reads the clock

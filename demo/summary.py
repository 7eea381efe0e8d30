"""What a night came to, for people: counts from the database, and three mails in words."""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
from psycopg import sql
from rich.table import Table

from demo.stack import WAREHOUSE
from retention.database import count_rows, load_statement
from retention.project.shop import read_shop

if TYPE_CHECKING:
    from rich.console import Console

    from demo.stack import Stack

SIGNALS = ("purchase_hours", "replenishment", "lifecycle", "customer_signals")
MAILS_SHOWN = 3


class NightIncompleteError(RuntimeError):
    """The night ran, but left something undone; says what."""


def show_summary(console: Console, stack: Stack) -> None:
    """Print what the night came to, three of its mails, and where to look further.

    Raises:
        NightIncompleteError: no mail went out, some message is neither accepted nor too late, or
            the sandbox's own audit found a duplicate.
    """
    with psycopg.connect(stack.cluster.url(WAREHOUSE)) as connection:
        counts = _counts(connection)
    console.print(_table(counts))
    mails = _mails(stack)
    for mail in mails:
        _show_mail(console, mail)
    _require_complete(counts, stack)
    console.print(f"\nAirflow  {stack.airflow_url}", style="bold", highlight=False)
    console.print(f"Inbox    {stack.sandbox_url}", style="bold", highlight=False)
    console.print(f"Database . {stack.write_environment()}; then psql, dbt and retention know it")


def _counts(connection: psycopg.Connection) -> dict[str, list[tuple[str, str, int]]]:
    signals = [
        (name, "rows", count_rows(connection, sql.Identifier("signals", name))) for name in SIGNALS
    ]
    decisions = connection.execute(load_statement("demo", "count_outcomes")).fetchall()
    candidates: dict[str, int] = {}
    for campaign, _, number in decisions:
        candidates[campaign] = candidates.get(campaign, 0) + number
    return {
        "signal": signals,
        "candidates": [(campaign, "", number) for campaign, number in candidates.items()],
        "decision": decisions,
        "message": connection.execute(load_statement("demo", "count_message_states")).fetchall(),
    }


def _table(counts: dict[str, list[tuple[str, str, int]]]) -> Table:
    table = Table(title="The night")
    table.add_column("")
    table.add_column("what")
    table.add_column("outcome or state")
    table.add_column("count", justify="right")
    for kind, rows in counts.items():
        for name, state, number in rows:
            table.add_row(kind, name, state, f"{number:,}")
        table.add_section()
    return table


def _mails(stack: Stack) -> list[dict[str, Any]]:
    """Return up to three accepted mails: campaign by campaign, in one language and another."""
    answer = httpx.get(f"{stack.sandbox_url}/messages.json?limit=1000", timeout=60, trust_env=False)
    by_kind = {}
    for mail in answer.raise_for_status().json()["messages"]:
        by_kind.setdefault((mail["category"], mail["locale"]), mail)
    campaigns = sorted({campaign for campaign, _ in by_kind}, key=str)
    locales = sorted({locale for _, locale in by_kind}, key=str)
    wanted = [
        (campaign, locales[(place + turn) % len(locales)])
        for turn in range(len(locales))
        for place, campaign in enumerate(campaigns)
    ]
    return [by_kind[kind] for kind in wanted if kind in by_kind][:MAILS_SHOWN]


def _show_mail(console: Console, mail: dict[str, Any]) -> None:
    moment = datetime.fromisoformat(mail["send_at"] or mail["accepted_at"])
    when = f"{moment.astimezone(read_shop().zone):%Y-%m-%d %H:%M}"
    console.print(f"\n[bold]{mail['category']}[/] ({mail['locale']}), for {when}", highlight=False)
    console.print(f"To {mail['to']}: {mail['subject']}", markup=False, highlight=False)
    text = textwrap.indent(mail["text"].strip(), "    ")
    console.print(text, markup=False, highlight=False)


def _require_complete(counts: dict[str, list[tuple[str, str, int]]], stack: Stack) -> None:
    # In the evening some messages come too late for today, and are worth nothing tomorrow.
    unfinished = [row for row in counts["message"] if row[1] not in {"accepted", "expired"}]
    audit = httpx.get(f"{stack.sandbox_url}/_sandbox/audit", timeout=30, trust_env=False).json()
    problems = [f"{number} {name} messages are {state}" for name, state, number in unfinished]
    if not any(state == "accepted" for _, state, _ in counts["message"]):
        problems.append("no mail went out")
    if audit["duplicate_count"] or audit["suppressed_but_sent_count"]:
        problems.append(f"the sandbox's audit found {audit}")
    if problems:
        raise NightIncompleteError("; ".join(problems))

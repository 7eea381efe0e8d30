"""Summary of a run as Markdown text and tables, for the person who decides on it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from retention.ledger import reward_runs as runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

    from retention.ledger.reward_runs import Reward, RewardRun, Total

SHOWN_REWARDS = 10


@dataclass(frozen=True)
class Summary:
    """A graded run's figures.

    Attributes:
        totals: tier by tier.
        customers: number of customers by currency and reason for exclusion; None: not excluded.
        largest: the ten largest rewards.
    """

    run: RewardRun
    totals: Sequence[Total]
    customers: dict[tuple[str, str | None], int]
    largest: Sequence[Reward]

    @property
    def card_count(self) -> int:
        """Number of cards that the run grants."""
        return sum(total.card_count for total in self.totals)

    @property
    def amounts(self) -> dict[str, Decimal]:
        """Value of its cards by currency."""
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        for total in self.totals:
            amounts[total.currency] += total.card_count * total.amount
        return dict(amounts)

    @property
    def excluded(self) -> dict[str, int]:
        """Number of customers who reached a tier but get nothing, by reason."""
        counts: dict[str, int] = defaultdict(int)
        for (_, reason), count in self.customers.items():
            if reason is not None:
                counts[reason] += count
        return dict(counts)


def summarize(connection: psycopg.Connection, run: RewardRun) -> Summary:
    """Read a graded run's figures from the ledger."""
    return Summary(
        run,
        runs.list_totals(connection, run.run),
        runs.count_graded_customers(connection, run.run),
        runs.list_largest_rewards(connection, run.run, SHOWN_REWARDS),
    )


def headline(summary: Summary) -> str:
    """Return the run in one line, such as `Rewards 2026Q3: 31 gift cards, 780.00 EUR`."""
    return f"Rewards {summary.run.quarter}: {summary.card_count} gift cards, {worth(summary)}"


def worth(summary: Summary) -> str:
    """Return the value of the cards by currency, in words."""
    amounts = summary.amounts.items()
    return " and ".join(f"{amount} {currency}" for currency, amount in amounts) or "nothing"


def describe(summary: Summary) -> str:
    """Return everything that a person needs to decide, as Markdown, with customer ids only."""
    run = summary.run
    return "\n".join(
        [
            f"Spend of {run.quarter} as known at 00:00 on {run.as_of}; run `{run.run}`,",
            f"{run.customer_count} grades frozen at {run.frozen_at:%Y-%m-%d %H:%M} UTC with",
            f"checksum `{run.checksum[:12]}`.",
            "",
            *_tiers(summary),
            *_comparison(summary),
            *_largest(summary),
            "",
            "**Unusual**",
            "",
            *(f"- {sentence}" for sentence in _notes(summary)),
        ]
    )


def _tiers(summary: Summary) -> Iterator[str]:
    yield from _row("spent over", "card", "customers", "together")
    yield "|---:|---:|---:|---:|"
    for total in summary.totals:
        money = total.currency
        together = total.card_count * total.amount
        yield from _row(
            f"{total.tier_threshold} {money}",
            f"{total.amount} {money}",
            total.card_count,
            f"{together} {money}",
        )
    yield from _row("all", "", summary.card_count, worth(summary))
    yield ""


def _comparison(summary: Summary) -> Iterator[str]:
    """Compare each currency with the grades of the previous quarters in the same data."""
    own = defaultdict(int)
    for (currency, _), count in summary.customers.items():
        own[currency] += count
    if not own:
        return
    yield from _row("quarter", "customers", "with a card", "together", "change")
    yield "|---|---:|---:|---:|---:|"
    for currency, customers in sorted(own.items()):
        earlier = [each for each in summary.run.earlier if each["currency"] == currency]
        for each in earlier:
            cards, amount = each["card_count"], each["amount"]
            yield from _row(
                each["quarter"], each["customer_count"], cards, f"{amount} {currency}", ""
            )
        cards = sum(total.card_count for total in summary.totals if total.currency == currency)
        amount = summary.amounts.get(currency, Decimal())
        change = _change(amount, Decimal(earlier[-1]["amount"])) if earlier else ""
        yield from _row(
            f"**{summary.run.quarter}**", customers, cards, f"{amount} {currency}", change
        )
    yield ""


def _largest(summary: Summary) -> Iterator[str]:
    yield from _row("largest: customer", "spent", "card")
    yield "|---|---:|---:|"
    for each in summary.largest:
        yield from _row(
            f"`{each.customer_id}`",
            f"{each.spend} {each.currency}",
            f"{each.amount} {each.currency}",
        )


def _notes(summary: Summary) -> list[str]:
    run = summary.run
    notes = [*(run.unusual or ())]
    if not run.earlier:
        notes.append("There is no complete earlier quarter to compare with.")
    if run.attempt > 1:
        notes.append(
            f"An earlier run of {run.quarter} was rejected; this is attempt no. {run.attempt}."
        )
    if len(summary.amounts) > 1:
        notes.append("Rewards are in more than one currency; each is graded by its own tiers.")
    notes += [
        f"Excluded although over a threshold: {count} ({reason})."
        for reason, count in sorted(summary.excluded.items())
    ]
    return notes or ["Nothing."]


def _change(amount: Decimal, before: Decimal) -> str:
    if not before:
        return "from zero"
    return f"{(amount / before - 1) * 100:+.1f} %"


def _row(*values: object) -> Iterator[str]:
    yield f"| {' | '.join(map(str, values))} |"

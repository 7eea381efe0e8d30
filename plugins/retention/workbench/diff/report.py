"""The report of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention.workbench.diff.audience import KINDS
from retention.workbench.diff.effects import effect_on_others, outcomes
from retention.workbench.report import Document, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retention.workbench.diff.audience import Example, Kind
    from retention.workbench.diff.comparison import Comparison

NAMED = 8  # number of names listed; the rest is counted
AS_NOW = (
    "Addresses, consents and the ledger were read as they are now, so changes since the night show"
    " in the decisions too."
)


def describe(comparison: Comparison) -> Document:
    """Return the report of a comparison."""
    effects = effect_on_others(comparison.moves, comparison.campaign)
    return Document(
        title=f"{comparison.campaign}, as edited, compared with the night of {comparison.night}",
        sentences=(_verdict(comparison), _work(comparison), _effects(effects)),
        warnings=(*comparison.notes, *_doubts(comparison)),
        tables=(
            Table("Decisions of other campaigns", ("campaign", "effect"), tuple(effects.items())),
            Table(
                "Decisions by outcome, where their number changes",
                ("campaign", "outcome", "before", "after", "difference"),
                tuple(
                    (each.campaign, each.outcome, each.before, each.after, each.after - each.before)
                    for each in outcomes(comparison.moves)
                ),
            ),
            *(_examples(comparison, kind) for kind in KINDS),
        ),
        remarks=(AS_NOW,),
    )


def _verdict(comparison: Comparison) -> str:
    audience = comparison.audience
    counted = ", ".join(f"{audience.counts[kind]} {kind}" for kind in KINDS)
    if not any(audience.counts.values()):
        counted = "no difference"
    before = f"the night found {audience.before}"
    if comparison.is_new:
        before = "the campaign is new since the night"
    return f"{audience.after} candidates; {before}: {counted}."


def _work(comparison: Comparison) -> str:
    plan = comparison.plan
    others = len(plan.built) - len(plan.folder)
    return (
        f"Built in the analyst_ schemas: {len(plan.folder)} models of the campaign's folder and"
        f" {others} more, up to the decisions. Read from the night: {plan.read} tables."
        f" Took {comparison.seconds:.0f} s."
    )


def _effects(effects: dict[str, str]) -> str:
    if effects:
        return "It changes decisions of other campaigns."
    return "No decision of another campaign changes."


def _doubts(comparison: Comparison) -> Iterator[str]:
    """Yield differences from the night outside the campaign's folder."""
    plan = comparison.plan
    if plan.edited:
        yield (
            f"Also edited, outside the campaign's folder, and included in this comparison:"
            f" {_names(plan.edited)}."
        )
    if plan.other_night:
        yield (
            "The night's schemas hold another night of these models, so they were built again:"
            f" {_names(plan.other_night)}."
        )
    if plan.unrecorded:
        yield (
            "The night has no fingerprint of these models (it never built them, or did so before"
            f" fingerprints were recorded), so they were built again: {_names(plan.unrecorded)}."
        )


def _names(names: Sequence[str]) -> str:
    listed = ", ".join(names[:NAMED])
    return listed if len(names) <= NAMED else f"{listed} and {len(names) - NAMED} more"


def _examples(comparison: Comparison, kind: Kind) -> Table:
    examples, count = comparison.audience.examples[kind], comparison.audience.counts[kind]
    shown = f"{len(examples)} of {count}" if len(examples) < count else str(count)
    changes = ("what changed",) if kind == "changed" else ()
    return Table(
        f"{kind.capitalize()}: {shown}",
        ("customer", "occasion", *changes, "reason"),
        tuple(
            (each.customer_id, each.occasion, *(_changes(each) for _ in changes), each.reason)
            for each in examples
        ),
        is_detail=True,
    )


def _changes(example: Example) -> str:
    return "; ".join(
        f"{change.what}: {change.before} → {change.after}" if change.before else change.what
        for change in example.changes
    )
